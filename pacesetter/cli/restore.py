"""`pacesetter restore`: a backup becomes a company again."""

from pathlib import Path

import click


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def command(file: Path) -> None:
    """Put the backup FILE into an empty data folder (PACESETTER_DATA), and bring it up to this version."""
    from pacesetter.cli.prepare import migrate, set_up

    set_up()
    from pacesetter.base import warehouse
    from pacesetter.base.keeping import backup
    from pacesetter.cli.output import with_bar

    made = with_bar("Restoring", lambda watch: backup.restore(file, watch))
    migrate()
    warehouse.refresh(full=True)
    click.echo(f"Restored what {file} held on {made.made_at[:16].replace('T', ' ')} UTC: {sum(made.rows.values()):,} rows.")

"""`pacesetter backup`: the whole company in one file."""

from pathlib import Path

import click


@click.command("backup")
@click.argument("file", required=False, type=click.Path(path_type=Path))
def command(file: Path | None) -> None:
    """Write the database, the uploads and the key into one checked FILE, also while people work."""
    from pacesetter.cli.prepare import ready

    ready()
    from pacesetter.base import clock
    from pacesetter.base.keeping import backup
    from pacesetter.cli.output import with_bar

    file = file or Path(f"pacesetter-{clock.now():%Y%m%d-%H%M%S}.zip")
    made = with_bar("Backing up", lambda watch: backup.write(file, watch))
    rows = sum(made.rows.values())
    click.echo(f"{file}: {file.stat().st_size / 1e6:.1f} MB, {rows:,} rows in {len(made.rows)} tables, read again and found whole.")
    if backup.holds_the_key():
        click.echo("It holds the secret key and everybody's data: keep it where nobody else can read it.")
    else:
        click.echo(
            "It holds everybody's data, and not the secret key, which comes from PACESETTER_SECRET_KEY: keep that one too, elsewhere."
        )
        click.echo("Without it second factors cannot be read again and have to be set up anew.")

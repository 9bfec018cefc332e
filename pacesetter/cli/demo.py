"""`pacesetter demo`: fill an empty data folder with the demo company."""

import secrets

import click


@click.command("demo")
@click.option(
    "--size",
    type=click.Choice(["s", "m", "l"]),
    default="s",
    show_default=True,
    help="s: 3,500 deals in 36 months; m: ten times that; l: a million, in some minutes.",
)
@click.option("--seed", default=7, show_default=True, help="The same seed on the same day makes the same company.")
@click.option("--deals", "count", default=1_000_000, hidden=True, help="Size l with another number of deals.")
def command(size: str, seed: int, count: int) -> None:
    """Fill an empty data folder with the demo company."""
    from pacesetter.cli.prepare import ready

    ready()
    from pacesetter import demo
    from pacesetter.cli.output import with_bar

    password = "-".join(secrets.token_hex(2) for _ in range(3))
    people = with_bar("Starting", lambda step: demo.make(size, seed=seed, password=password, step=step, count=count))
    click.echo(f"The demo company is ready: {len(people)} people can sign in with the password {password}")

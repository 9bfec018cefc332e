"""`pacesetter settings`: read and change company settings."""

import click


@click.command("settings")
@click.argument("pairs", nargs=-1, metavar="[KEY=VALUE]…")
def command(pairs: tuple[str, ...]) -> None:
    """Show company settings, or change those named: `pacesetter settings company.currency=EUR`."""
    from pacesetter.cli.prepare import ready

    ready()
    from pacesetter.base import settings
    from pacesetter.base.actor import Actor
    from pacesetter.cli.output import table

    for pair in pairs:
        key, _, value = pair.partition("=")
        settings.put(key, value, by=Actor.local())
    table(["Setting", "Value", "Meaning"], [(key, settings.get(key), known.label) for key, known in settings.SETTINGS.items()])

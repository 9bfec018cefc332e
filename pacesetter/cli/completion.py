"""`pacesetter completion`: print the shell completion script."""

import click
from click.shell_completion import get_completion_class


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), default="bash")
def command(shell: str) -> None:
    """Print the completion script; for bash: `eval "$(pacesetter completion bash)"`."""
    from pacesetter.cli import main

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(main, {}, "pacesetter", "_PACESETTER_COMPLETE").source())

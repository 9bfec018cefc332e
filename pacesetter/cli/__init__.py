"""The command-line door: `pacesetter …`, one module per noun, loaded only when it is asked for.

Every command is a thin twin of a verb or a query, needs no sign-in and acts as its data folder's local administrator.
"""

import importlib
import os
import sys

import click

COMMANDS = {
    "up": ("pacesetter.cli.up", "Start the web and the job worker."),
    "import": ("pacesetter.cli.imports", "Load a file or a folder of files."),
    "metric": ("pacesetter.cli.metric", "Answer what a number is."),
    "deals": ("pacesetter.cli.deals", "List deals."),
    "forecast": ("pacesetter.cli.forecast", "Say what will be won, and how sure that is."),
    "calls": ("pacesetter.cli.calls", "Read and submit forecast calls, and see what moved them."),
    "backtest": ("pacesetter.cli.backtest", "Say how far off forecasts would have been."),
    "score": ("pacesetter.cli.score", "Say how likely an outcome is, row by row of a file."),
    "demo": ("pacesetter.cli.demo", "Fill an empty data folder with the demo company."),
    "user": ("pacesetter.cli.user", "Add people and let them sign in."),
    "jobs": ("pacesetter.cli.jobs", "List, watch, cancel and retry long work."),
    "settings": ("pacesetter.cli.settings", "Read and change company settings."),
    "export": ("pacesetter.cli.export", "Write a list into a file, or the whole company into a folder."),
    "backup": ("pacesetter.cli.backup", "Write the whole company into one file."),
    "restore": ("pacesetter.cli.restore", "Put a backup into an empty data folder."),
    "doctor": ("pacesetter.cli.doctor", "Look for what is broken, and mend it."),
    "worker": ("pacesetter.cli.worker", "Run the job worker alone."),
    "completion": ("pacesetter.cli.completion", "Print the shell completion script."),
}


class Commands(click.Group):
    """Names are known at once; a command's module is imported when it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        return getattr(importlib.import_module(COMMANDS[name][0]), "command")  # noqa: B009

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        """A refusal is one line and exit code 2, never a stack trace."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            from pacesetter.cli.errors import explain

            message = explain(error)
            if message is None:
                raise
            click.echo(message, err=True)
            sys.exit(2)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pacesetter")
def main() -> None:
    """Pacesetter: CRM, forecasting and territory planning for sales operations."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pacesetter.conf.settings")

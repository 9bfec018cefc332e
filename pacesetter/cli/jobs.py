"""`pacesetter jobs`: list, watch, cancel and retry long work."""

import click


@click.group("jobs")
def command() -> None:
    """List, watch, cancel and retry long work."""
    from pacesetter.cli.prepare import ready

    ready()


@command.command("list")
@click.option("--state", help="Only jobs in this state.")
def show(state: str | None) -> None:
    """List jobs, newest first."""
    from pacesetter.base import find
    from pacesetter.base.models import Job
    from pacesetter.cli.output import table

    rows = find.every(Job, **({"state": state} if state else {}))[:50]
    table(
        ["Id", "Job", "State", "Done", "Started", "Attempts"],
        [(j.pk, j.key, j.state, f"{j.percent} %", j.started_at and f"{j.started_at:%Y-%m-%d %H:%M}", j.attempts) for j in rows],
        right=(0, 3, 5),
    )


@command.command("cancel")
@click.argument("number", type=int)
def cancel(number: int) -> None:
    """Ask a job to stop after its current step."""
    from pacesetter.base import jobs
    from pacesetter.base.actor import Actor

    click.echo(jobs.cancel(jobs.by_id(number, by=Actor.local()), by=Actor.local()).state)


@command.command("retry")
@click.argument("number", type=int)
def retry(number: int) -> None:
    """Run a failed or cancelled job again, here and now."""
    from pacesetter.base import jobs
    from pacesetter.base.actor import Actor

    job = jobs.retry(jobs.by_id(number, by=Actor.local()), by=Actor.local())
    click.echo(jobs.run_inline(job).state)

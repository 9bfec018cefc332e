"""`pacesetter user`: add people and let them sign in."""

import click


@click.group("user")
def command() -> None:
    """Add people and let them sign in."""
    from pacesetter.cli.prepare import ready

    ready()


@command.command("list")
def show() -> None:
    """List the people of the company."""
    from pacesetter.base import find
    from pacesetter.base.models import User
    from pacesetter.cli.output import table

    rows = find.every(User).select_related("role").order_by("name_key")
    table(["Name", "E-mail", "Role", "Signs in"], [(u.name, u.email, u.role, "yes" if u.is_active and u.email else "no") for u in rows])


@command.command("add")
@click.argument("name")
@click.argument("email")
@click.option("--role", default="seller", show_default=True, help="Key of the role, such as administrator or sales_manager.")
def add(name: str, email: str, role: str) -> None:
    """Add a person and print the link with which they set their password."""
    from pacesetter.base import roles, users
    from pacesetter.base.actor import Actor

    user = users.create(name, email=email, role=roles.by_key(role), by=Actor.local())
    _print_link(user.name, users.invitation(user, by=Actor.local()))


@command.command("link")
@click.argument("email")
def link(email: str) -> None:
    """Print a link with which a person sets a new password."""
    from pacesetter.base import users
    from pacesetter.base.actor import Actor

    user = users.by_email(email)
    _print_link(user.name, users.invitation(user, by=Actor.local()))


@command.command("match")
@click.argument("placeholder")
@click.argument("email")
def match(placeholder: str, email: str) -> None:
    """Say who an owner is of whom an import knew only the id: everything goes to the person with this e-mail."""
    from pacesetter.base import find, users
    from pacesetter.base.actor import Actor
    from pacesetter.base.models import User
    from pacesetter.core.errors import NotFound
    from pacesetter.core.text import fold
    from pacesetter.crm import owners

    unknown = find.every(User).filter(name_key=fold(placeholder), email=None).first()
    if unknown is None:
        raise NotFound("not_found", noun="person", id=placeholder)
    person = users.by_email(email)
    moved = owners.match(unknown, to=person, by=Actor.local())
    click.echo(f"{moved:,} records belong to {person.name} now.")


@command.command("reset-factor")
@click.argument("email")
def reset_factor(email: str) -> None:
    """Let a person sign in without the second factor, whose telephone and recovery codes are lost."""
    from pacesetter.base import factors, users
    from pacesetter.base.actor import Actor

    user = users.by_email(email)
    factors.switch_off(user, by=Actor.local())
    click.echo(f"{user.name} signs in with the password alone, until a second factor is set up again.")


def _print_link(name: str, key: str) -> None:
    from django.conf import settings

    base = settings.PACESETTER_URL or "http://localhost:8000"
    click.echo(f"{name} sets a password at:\n{base}/invitations/{key}")

"""People: inviting them, letting them sign in, and those who only own imported records."""

import secrets
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib.auth import password_validation
from django.contrib.auth.hashers import make_password
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from pacesetter.base import clock, history, roles
from pacesetter.base.models import Role, User
from pacesetter.core.errors import Invalid, NotAllowed, NotFound, add_sentences
from pacesetter.core.labels import mark
from pacesetter.core.text import fold

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

add_sentences({"role_too_high": mark("The role {role} may do more than yours; ask an administrator.")})
INVITATION_SECONDS = 7 * 24 * 3600
EDITABLE = {"name", "email", "role", "job_title", "language", "time_zone", "theme", "single_keys", "is_active"}
OWN = {"name", "language", "time_zone", "theme", "single_keys"}


@transaction.atomic
def create(name: str, *, by: "Actor", email: str | None = None, role: Role | None = None, active: bool | None = None, **more: Any) -> User:
    """Add a person; with an e-mail they may sign in once they have set a password."""
    by.require("people.manage")
    _may_give(role, by)
    user = User(name=_name(name), email=_email(email), role=role, created_at=clock.now(), **more)
    user.is_active = bool(user.email) if active is None else active
    user.set_unusable_password()
    user.save()
    history.record_plain("user", user.pk, "user.created", by=by, changes={"name": [None, user.name], "role": [None, role and role.key]})
    return user


@transaction.atomic
def create_placeholders(names: Iterable[str], *, by: "Actor") -> list[User]:
    """Owners named in an import who may not sign in."""
    by.require("record.import")
    now = clock.now()
    people = [User(name=_name(n), name_key=fold(n)[:120], created_at=now, password="!" + secrets.token_hex(8)) for n in names]
    User.objects.bulk_create(people)
    history.record_many("user", [(p.pk, {"name": [None, p.name]}) for p in people], "user.created", by=by)
    return people


@transaction.atomic
def edit(user: User, *, by: "Actor", **changes: Any) -> User:
    """Change a person; everyone may change their own name, language, zone and theme."""
    if by.user_id != user.pk or not changes.keys() <= OWN:
        by.require("people.manage")
    for key in changes.keys() - EDITABLE:
        raise Invalid("read_only", field=key)
    if by.user_id != user.pk:
        _may_give(user.role, by)
    _may_give(changes.get("role"), by)
    if "email" in changes:
        changes["email"] = _email(changes["email"], user)
    before = {key: _plain(getattr(user, key)) for key in changes}
    for key, value in changes.items():
        setattr(user, key, value)
    user.version += 1
    user.save()
    roles.keep_an_administrator()
    differ = {k: [before[k], _plain(v)] for k, v in changes.items() if before[k] != _plain(v)}
    history.record_plain("user", user.pk, "user.edited", by=by, changes=differ)
    return user


def set_password(user: User, password: str, *, by: "Actor") -> User:
    """Set a password after checking that it is not easy to guess."""
    return set_password_many([user], password, by=by)[0]


@transaction.atomic
def set_password_many(people: Sequence[User], password: str, *, by: "Actor") -> list[User]:
    """Let people sign in with the same password: the demo company's; everybody else sets their own."""
    if [user.pk for user in people] != [by.user_id]:
        by.require("people.manage")
    hashed = make_password(password)
    for user in people:
        if user.pk != by.user_id:
            _may_give(user.role, by)
        try:
            password_validation.validate_password(password, user)
        except ValidationError as error:
            raise Invalid("weak_password", field="password", why=" ".join(error.messages)) from None
        user.password, user.is_active = hashed, True
        user.save()
    history.record_many("user", [(user.pk, {}) for user in people], "user.password_set", by=by)
    return list(people)


def invitation(user: User, *, by: "Actor") -> str:
    """A signed key for setting a password; it stops working once it was used or after a week."""
    by.require("people.manage")
    _may_give(user.role, by)
    return signing.dumps([user.pk, user.password[-12:]], salt="invitation")


def _may_give(role: Role | None, by: "Actor") -> None:
    """Nobody hands out, or takes over, more than they may do themselves."""
    if role and not set(role.capabilities) <= by.capabilities:
        raise NotAllowed("role_too_high", field="role", role=str(role))


def invited(key: str) -> User:
    """The person an invitation key belongs to; refused when it expired or was used."""
    try:
        pk, stamp = signing.loads(key, salt="invitation", max_age=INVITATION_SECONDS)
    except signing.BadSignature:
        raise Invalid("link_expired") from None
    user = User.objects.filter(pk=pk).first()
    if user is None or user.password[-12:] != stamp:
        raise Invalid("link_expired")
    return user


def by_email(email: str) -> User:
    """The person with this e-mail."""
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise NotFound("not_found", noun="person", id=email)
    return user


def first_run_key() -> str:
    """A signed key for making the first administrator; it works only while nobody can sign in."""
    return signing.dumps("first-run", salt="first-run")


@transaction.atomic
def begin(key: str, *, name: str, email: str, password: str) -> User:
    """Make the company's first administrator."""
    from pacesetter.base.actor import Actor

    try:
        signing.loads(key, salt="first-run", max_age=INVITATION_SECONDS)
    except signing.BadSignature:
        raise Invalid("link_expired") from None
    if User.objects.able_to_sign_in().exists():
        raise Invalid("link_expired")
    by = Actor.system()
    user = create(name, email=email, role=roles.by_key("administrator"), by=by)
    return set_password(user, password, by=by)


def _name(name: str) -> str:
    if not name.strip():
        raise Invalid("required", field="name")
    return " ".join(name.split())[:120]


def _email(email: str | None, user: User | None = None) -> str | None:
    if not email:
        return None
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid("wrong_type", field="email", value=email, type="e-mail address") from None
    taken = User.objects.filter(email=email).exclude(pk=user.pk if user else None).first()
    if taken:
        raise Invalid("duplicate", field="email", value=email, name=taken.name)
    return email


def _plain(value: Any) -> Any:
    return value.key if isinstance(value, Role) else value

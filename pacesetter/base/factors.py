"""Two-factor sign-in: a code of an authenticator app (TOTP, RFC 6238) or a recovery code, besides the password."""

import hashlib
import secrets
from typing import TYPE_CHECKING

import pyotp
from django.db import transaction

from pacesetter.base import clock, history, sealed, settings
from pacesetter.base.models import RecoveryCode, SecondFactor, User
from pacesetter.core.errors import Invalid, NotAllowed, Refused, add_sentences
from pacesetter.core.labels import mark

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

STEP = 30  # seconds
DRIFT = 1  # steps that a telephone's clock may be off
CODES = 10
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is mistaken for something else
settings.define(
    "signin.second_factor",
    "nobody",
    mark("Who must sign in with a second factor"),
    mark("Whoever must is asked to set it up at the next page; everybody may."),
    ("nobody", "administrators", "everybody"),
)
add_sentences(
    {
        "wrong_code": mark("This code is not right, or was used already. Wait for the next one."),
        "no_second_factor": mark("Two-factor sign-in is not switched on."),
        "second_factor_needed": mark("Your company asks for two-factor sign-in, so it cannot be switched off."),
    }
)


def of(user: User) -> SecondFactor | None:
    """The second factor that a person signs in with, if any."""
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).first()


def is_asked_of(user: User) -> bool:
    """Whether the company demands a second factor of this person."""
    asked = settings.get("signin.second_factor")
    role = user.role
    return asked == "everybody" or (asked == "administrators" and role is not None and "people.manage" in role.capabilities)


def is_missing(user: User) -> bool:
    """Whether a person must set one up before anything else."""
    return is_asked_of(user) and of(user) is None


@transaction.atomic
def begin(user: User, *, by: "Actor") -> str:
    """Make a secret, which counts once a code of it was typed; returns it."""
    _own(user, by)
    if of(user):
        raise Refused("nothing_to_undo")
    secret = pyotp.random_base32()
    SecondFactor.objects.update_or_create(user=user, defaults={"secret": sealed.seal(secret), "last_step": 0})
    return secret


def pending(user: User) -> str:
    """The secret that waits for its first code."""
    row = SecondFactor.objects.filter(user=user, confirmed_at=None).first()
    return sealed.opened(row.secret) if row else ""


def address(user: User, secret: str) -> str:
    """What the picture for the app says."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.email or user.name, issuer_name=settings.get("company.name"))


@transaction.atomic
def confirm(user: User, code: str, *, by: "Actor") -> list[str]:
    """Switch it on with a first code; returns the recovery codes, which nobody can read again."""
    _own(user, by)
    row = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at=None).first()
    if row is None or not _takes(row, code):
        raise Invalid("wrong_code", field="code")
    SecondFactor.objects.filter(pk=row.pk).update(confirmed_at=clock.now())
    history.record_plain("user", user.pk, "user.second_factor_on", by=by)
    return _codes(user)


@transaction.atomic
def passes(user: User, code: str, *, by: "Actor") -> bool:
    """Whether a code lets this person in; each code does so once."""
    row = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at__isnull=False).first()
    if row is None:
        return False
    if _takes(row, code):
        return True
    unused = RecoveryCode.objects.filter(user=user, digest=_digest(code), used_at=None)
    if not unused.update(used_at=clock.now()):
        return False
    history.record_plain("user", user.pk, "user.recovery_code_used", by=by, data={"left": codes_left(user)})
    return True


def _takes(row: SecondFactor, code: str) -> bool:
    """Whether it is the code of this moment, give or take a step, and of a later step than the last one that was taken."""
    typed, now = "".join(code.split()), int(clock.now().timestamp()) // STEP
    app = pyotp.TOTP(sealed.opened(row.secret))
    for step in range(now - DRIFT, now + DRIFT + 1):
        if step > row.last_step and pyotp.utils.strings_equal(app.at(step * STEP), typed):
            return bool(SecondFactor.objects.filter(pk=row.pk, last_step__lt=step).update(last_step=step))
    return False


def codes_left(user: User) -> int:
    """How many recovery codes are unused."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


@transaction.atomic
def renew_codes(user: User, *, by: "Actor") -> list[str]:
    """New recovery codes in the place of the old ones."""
    _own(user, by)
    if of(user) is None:
        raise Refused("no_second_factor")
    history.record_plain("user", user.pk, "user.recovery_codes", by=by)
    return _codes(user)


def _codes(user: User) -> list[str]:
    made = ["-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(2)) for _ in range(CODES)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create([RecoveryCode(user=user, digest=_digest(code)) for code in made])
    return made


def _digest(code: str) -> str:
    """50 random bits need no slow hash."""
    return hashlib.sha256("".join(code.lower().replace("-", "").split()).encode()).hexdigest()


@transaction.atomic
def switch_off(user: User, *, by: "Actor") -> None:
    """Sign in with the password alone again: oneself, or those who manage people for somebody whose telephone is lost."""
    mine = by.user_id == user.pk
    if not mine:
        by.require("people.manage")
        if user.role and not set(user.role.capabilities) <= by.capabilities:
            raise NotAllowed("role_too_high", field="role", role=str(user.role))
    if mine and is_asked_of(user):
        raise Refused("second_factor_needed")
    if not SecondFactor.objects.filter(user=user).delete()[0]:
        raise Refused("no_second_factor")
    RecoveryCode.objects.filter(user=user).delete()
    history.record_plain("user", user.pk, "user.second_factor_off" if mine else "user.second_factor_reset", by=by)


def _own(user: User, by: "Actor") -> None:
    if by.user_id != user.pk:
        raise NotAllowed("not_yours", noun="user")

"""Texts that the database alone does not reveal: sealed with a key made from the install's secret key, which is a file or a variable."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from pacesetter.core.errors import Refused, add_sentences
from pacesetter.core.labels import mark

add_sentences({"sealed_elsewhere": mark("This was sealed with another secret key. Put that key back, or have it set up anew.")})


def seal(text: str) -> str:
    """The text, readable only with the secret key."""
    return _box().encrypt(text.encode()).decode()


def opened(sealed: str) -> str:
    """What was sealed; refused when the secret key is another one."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Refused("sealed_elsewhere") from None


def _box() -> Fernet:
    key = hashlib.sha256(b"pacesetter.sealed.1:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))

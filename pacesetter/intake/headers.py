"""Header words, compared without what people and systems write differently."""

import re

from pacesetter.core.text import fold


def squash(name: str) -> str:
    """A header without case, accents, blanks and signs: 'Close Date' and 'CloseDate' are the same."""
    return re.sub(r"[\W_]+", "", fold(name))

"""The engine's own no-op translation mark: doors translate what is marked here."""


def mark(text: str) -> str:
    """Return `text` unchanged; the message extractor collects it for translation."""
    return text


def in_language(label: dict[str, str], language: str) -> str:
    """The company-made label `{lang: text}` in `language`, else English, else any."""
    return label.get(language) or label.get("en") or next(iter(label.values()), "")

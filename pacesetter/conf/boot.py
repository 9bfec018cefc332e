"""Boot settings: every `PACESETTER_*` variable, its default and its meaning (docs are generated from this table)."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class BootSetting:
    """One environment variable."""

    name: str
    default: str
    meaning: str

    def read(self) -> str:
        return os.environ.get(self.name, self.default)


BOOT: dict[str, BootSetting] = {}


def boot(name: str, default: str, meaning: str) -> str:
    """Declare and read one boot setting."""
    BOOT[name] = BootSetting(name, default, meaning)
    return BOOT[name].read()


def data_folder() -> Path:
    """The folder that holds all state: PACESETTER_DATA, else the user's data directory."""
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    text = boot("PACESETTER_DATA", str(Path(home) / "pacesetter"), "Folder that holds all state: database, extracts, secret key, uploads.")
    return Path(text).expanduser().absolute()


def secret_key(folder: Path) -> str:
    """The install's secret key, made on first use and readable by its owner only."""
    given = boot("PACESETTER_SECRET_KEY", "", "Secret key; without it one is made in the data folder (file mode 0600).")
    if given:
        return given
    file = folder / "secret.key"
    try:
        return file.read_text()
    except FileNotFoundError:
        return _make_key(file)


def _make_key(file: Path) -> str:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = secrets.token_urlsafe(50)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process of the same first start was quicker
        return file.read_text()
    with os.fdopen(handle, "w") as out:
        out.write(key)
    return key


def database(folder: Path) -> dict[str, object]:
    """Django's database entry: SQLite in the data folder, or the PostgreSQL of PACESETTER_DATABASE_URL."""
    url = boot("PACESETTER_DATABASE_URL", "", "postgresql://user:password@host:port/name; empty means SQLite in the data folder.")
    embedded = _sqlite(folder / "pacesetter.sqlite3")  # declares its settings either way
    return _postgres(url) if url else embedded


def _sqlite(file: Path) -> dict[str, object]:
    pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000; PRAGMA temp_store=MEMORY;"
    seconds = boot("PACESETTER_SQLITE_TIMEOUT", "20", "Seconds to wait for a locked SQLite database before saying that it is busy.")
    options = {"transaction_mode": "IMMEDIATE", "timeout": float(seconds), "init_command": pragmas}
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file), "OPTIONS": options, "CONN_MAX_AGE": None}


def _postgres(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", "")) or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "OPTIONS": {"options": "-c idle_in_transaction_session_timeout=120s"},  # who hangs in a transaction holds its locks no longer
        "CONN_HEALTH_CHECKS": True,  # a connection that broke while nobody used it is replaced, not handed to the next request
    }

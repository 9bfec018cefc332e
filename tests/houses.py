"""Installations of their own, run by real processes: a data folder each, and a database each where the tests run on PostgreSQL."""

import os
import pathlib
import subprocess
import sys
import uuid
from dataclasses import dataclass, field

from django.conf import settings

ROOT = pathlib.Path(__file__).resolve().parent.parent


def environment(data: pathlib.Path, **more: str) -> dict[str, str]:
    """The environment of a program that works in one data folder and knows nothing of ours."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith(("PACESETTER_", "DJANGO_"))}
    return plain | {"PACESETTER_DATA": str(data), "DJANGO_SETTINGS_MODULE": "pacesetter.conf.settings", **more}


def run(where: dict[str, str], *arguments: str, module: str = "pacesetter.cli") -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    call = [sys.executable, "-m", module, *arguments]
    return subprocess.run(call, env=where, cwd=ROOT, capture_output=True, text=True, timeout=300)


@dataclass
class House:
    """One installation: `pacesetter(...)` runs a command in it, `sql(...)` looks past the program into its database."""

    data: pathlib.Path
    name: str = field(default_factory=lambda: f"house_{uuid.uuid4().hex[:12]}")

    def __post_init__(self) -> None:
        self.environment = environment(self.data)
        if self.on_postgres:
            _administer(f"CREATE DATABASE {self.name}")
            self.environment["PACESETTER_DATABASE_URL"] = (
                f"postgresql://pacesetter@/{self.name}?host={settings.DATABASES['default']['HOST']}"
            )

    @property
    def on_postgres(self) -> bool:
        return "postgresql" in settings.DATABASES["default"]["ENGINE"]

    def pacesetter(self, *arguments: str, code: int = 0) -> str:
        """What a command prints; it must end with the expected code."""
        done = run(self.environment, *arguments)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr if code else done.stdout

    def sql(self, statement: str) -> list[tuple]:
        """Run a statement behind the program's back."""
        if self.on_postgres:
            import psycopg

            with psycopg.connect(host=settings.DATABASES["default"]["HOST"], user="pacesetter", dbname=self.name, autocommit=True) as con:
                found = con.execute(statement)
                return found.fetchall() if found.description else []
        import sqlite3
        from contextlib import closing

        with closing(sqlite3.connect(self.data / "pacesetter.sqlite3", isolation_level=None)) as con:
            return con.execute(statement).fetchall()

    def close(self) -> None:
        if self.on_postgres:
            _administer(f"DROP DATABASE {self.name} WITH (FORCE)")


def _administer(statement: str) -> None:
    import psycopg

    with psycopg.connect(host=settings.DATABASES["default"]["HOST"], user="pacesetter", dbname="postgres", autocommit=True) as con:
        con.execute(statement)

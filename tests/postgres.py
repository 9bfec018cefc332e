"""Run pytest against a throw-away PostgreSQL cluster of its own: `python tests/postgres.py [pytest arguments]`."""

import contextlib
import getpass
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator

CARELESS = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off"  # what is thrown away need not survive


def main() -> int:
    found = Cluster.installed()
    if found is None:
        sys.stdout.write("PostgreSQL is not installed: the tests on PostgreSQL are skipped.\n")
        return 0
    with tempfile.TemporaryDirectory(prefix="pacesetter-pg-") as folder, Cluster(found, pathlib.Path(folder)).served() as url:
        command = [sys.executable, "-m", "pytest", *sys.argv[1:]]
        return subprocess.run(command, env={**os.environ, "PACESETTER_DATABASE_URL": url}).returncode


class Cluster:
    """A PostgreSQL server that listens on a Unix socket only. `initdb` refuses root, so root lends it to `nobody`."""

    def __init__(self, binaries: pathlib.Path, folder: pathlib.Path) -> None:
        self.binaries, self.folder = binaries, folder
        self.user = "nobody" if os.geteuid() == 0 else getpass.getuser()

    @staticmethod
    def installed() -> pathlib.Path | None:
        """The folder of the newest server's programs, if there is one."""
        return max((file.parent for file in pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb")), default=None)

    @contextlib.contextmanager
    def served(self, *, careless: bool = True) -> Iterator[str]:
        """The address of a server that runs meanwhile; a careful one writes to the disk as an installed one does."""
        if os.geteuid() == 0:
            shutil.chown(self.folder, "nobody")
        self.folder.chmod(0o755)
        data = str(self.folder / "data")
        self.do("initdb", "-D", data, "-U", "pacesetter", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8")
        options = f"-c listen_addresses= -c unix_socket_directories={self.folder} {CARELESS if careless else ''}"
        self.do("pg_ctl", "-D", data, "-o", options, "-w", "-l", str(self.folder / "log"), "start")
        try:
            yield f"postgresql://pacesetter@/postgres?host={self.folder}"
        finally:
            self.do("pg_ctl", "-D", data, "-m", "immediate", "stop")

    def do(self, command: str, *arguments: str) -> None:
        lend = ["runuser", "-u", self.user, "--"] if os.geteuid() == 0 else []
        subprocess.run([*lend, str(self.binaries / command), *arguments], check=True, stdout=subprocess.DEVNULL, cwd="/")


if __name__ == "__main__":
    sys.exit(main())

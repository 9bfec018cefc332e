"""Run pytest against a throw-away PostgreSQL cluster of its own: `python tests/postgres.py [pytest arguments]`."""

import getpass
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile


def main() -> int:
    binaries = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not binaries:
        sys.stdout.write("PostgreSQL is not installed: the tests on PostgreSQL are skipped.\n")
        return 0
    with tempfile.TemporaryDirectory(prefix="pacesetter-pg-") as folder:
        return Cluster(binaries[-1].parent, pathlib.Path(folder)).run(sys.argv[1:])


class Cluster:
    """A PostgreSQL server that listens on a Unix socket only. `initdb` refuses root, so root lends it to `nobody`."""

    def __init__(self, binaries: pathlib.Path, folder: pathlib.Path) -> None:
        self.binaries, self.folder = binaries, folder
        self.user = "nobody" if os.geteuid() == 0 else getpass.getuser()

    def run(self, arguments: list[str]) -> int:
        if os.geteuid() == 0:
            shutil.chown(self.folder, "nobody")
        self.folder.chmod(0o755)
        self.do("initdb", "-D", str(self.folder / "data"), "-U", "pacesetter", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8")
        options = (
            f"-c listen_addresses= -c unix_socket_directories={self.folder} -c fsync=off -c full_page_writes=off -c synchronous_commit=off"
        )
        self.do("pg_ctl", "-D", str(self.folder / "data"), "-o", options, "-w", "-l", str(self.folder / "log"), "start")
        try:
            url = f"postgresql://pacesetter@/postgres?host={self.folder}"
            return subprocess.run(
                [sys.executable, "-m", "pytest", *arguments], env={**os.environ, "PACESETTER_DATABASE_URL": url}
            ).returncode
        finally:
            self.do("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")

    def do(self, command: str, *arguments: str) -> None:
        lend = ["runuser", "-u", self.user, "--"] if os.geteuid() == 0 else []
        subprocess.run([*lend, str(self.binaries / command), *arguments], check=True, stdout=subprocess.DEVNULL, cwd="/")


if __name__ == "__main__":
    sys.exit(main())

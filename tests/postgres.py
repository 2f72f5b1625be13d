"""A real PostgreSQL for the tests: Debian's, with a data directory of its own, on loopback.

`postgres` is a server for the whole run; `database_url` an empty database in it, a new one for each test. Skipped where
there is no PostgreSQL; on CI, which installs one, that is a failure.
"""

import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.canary import DATABASE_PASSWORD

ACCOUNT = "postgres"
_numbers = itertools.count(1)


def binaries() -> Path | None:
    """Debian keeps them off the PATH."""
    on_path = shutil.which("initdb")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    path = Path(on_path) if on_path else found[-1] if found else None
    return None if path is None else path.resolve().parent


class Postgres:
    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = folder
        self.programs = programs
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        # PostgreSQL refuses to run as root.
        self._as: dict[str, Any] = {"user": ACCOUNT, "group": ACCOUNT, "extra_groups": []} if _is_root() else {}
        self._server: subprocess.Popen[bytes] | None = None

    def initialize(self) -> None:
        if _is_root():
            account = pwd.getpwnam(ACCOUNT)
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        secret = self.folder / "password"
        secret.write_text(DATABASE_PASSWORD, encoding="utf-8")
        options = ["--no-sync", "--auth=password", f"--pwfile={secret}", "--username=bot", "--encoding=UTF8"]
        options += ["--locale=C.UTF-8"]
        data = str(self.folder / "data")
        command = [str(self.programs / "initdb"), *options, "-D", data]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder, **self._as)

    def start(self) -> None:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            "fsync": "off",
            "max_connections": "60",
        }
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        command = [str(self.programs / "postgres"), "-D", str(self.folder / "data"), *options]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, **self._as)
        self._wait()

    def _wait(self) -> None:
        ready = [str(self.programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port), "-t", "1"]
        for _ in range(300):
            if subprocess.run(ready, check=False).returncode == 0:
                return
            if self._server is None or self._server.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError((self.folder / "log").read_text(errors="replace"))

    def stop(self) -> None:
        if self._server is not None:
            self._server.send_signal(signal.SIGINT)  # fast: breaks connections off
            self._server.wait()
            self._server = None

    def url(self, name: str, *, port: int | None = None) -> str:
        """With a password, which is asked for, and must be nowhere afterwards."""
        return f"postgresql://bot:{DATABASE_PASSWORD}@127.0.0.1:{port or self.port}/{name}"

    def new_database(self) -> str:
        """Its name."""
        name = f"test_{next(_numbers)}"
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "bot"]
        known = {**os.environ, "PGPASSWORD": DATABASE_PASSWORD}
        subprocess.run([str(self.programs / "createdb"), *where, "-T", "template0", name], check=True, env=known)
        return name


def _is_root() -> bool:
    return os.geteuid() == 0


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    programs = binaries()
    if programs is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs PostgreSQL: install Debian's postgresql")
        pytest.skip("no PostgreSQL on this machine (Debian: apt-get install postgresql)")
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        server = Postgres(Path(folder), programs)
        server.initialize()
        server.start()
        yield server
        server.stop()


@pytest.fixture
def database_url(postgres: Postgres) -> str:
    return postgres.url(postgres.new_database())

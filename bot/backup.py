"""`python -m bot backup`: a copy of the ledger, whole and checked, while the bot goes on working."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from sqlalchemy.engine import URL, make_url

from bot.exits import Exit

IS_STARTING, IS_SILENT = 1, 2
"""How pg_isready ends."""


class CannotBackUp(Exception):
    """The text says why, and what to do; `status` is the exit status."""

    def __init__(self, message: str, status: Exit = Exit.CONFIG) -> None:
        super().__init__(message)
        self.status = status


def backup(url: str, target: Path | None, *, stream: TextIO) -> Exit:
    """Writes `target`, or a file with the time in its name in the current folder. Overwrites nothing."""
    address = make_url(url)
    is_file = address.get_backend_name() == "sqlite"
    target = target or Path(f"bot-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.{'db' if is_file else 'dump'}")
    try:
        if target.exists():
            raise CannotBackUp(f"{target} exists already: choose another name")
        (_copy if is_file else _dump)(address, target)
    except (CannotBackUp, OSError, sqlite3.Error) as error:
        stream.write(f"no backup was made: {error}\n")
        return error.status if isinstance(error, CannotBackUp) else Exit.CONFIG
    stream.write(f"{target}: {target.stat().st_size:,} bytes, whole\n")
    return Exit.DONE


def _copy(address: URL, target: Path) -> None:
    """SQLite's own online copy: a state between two writes, however many come meanwhile."""
    source = Path(str(address.database)).absolute()
    if not source.is_file():
        raise CannotBackUp(f"there is no {source}: nothing was ever written")
    partial = target.with_name(f"{target.name}.partial")
    try:
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(source)) as there, closing(sqlite3.connect(partial)) as here:
            there.backup(here)
            here.execute("PRAGMA journal_mode=DELETE")
            (verdict,) = here.execute("PRAGMA integrity_check").fetchone()
        if verdict != "ok":
            raise CannotBackUp(f"the copy is damaged, and so most likely is {source}: {verdict}")
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)


def _dump(address: URL, target: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise CannotBackUp("pg_dump is not installed here (Debian: postgresql-client); run it where it is")
    plain = _without_password(address)
    command = [program, "--format=custom", "--no-owner", f"--file={target}", f"--dbname={plain}"]
    dumped = subprocess.run(  # noqa: S603  our own arguments
        command, env=_with_password(address), umask=0o077, capture_output=True, text=True, check=False
    )
    if dumped.returncode:
        target.unlink(missing_ok=True)
        raise CannotBackUp(" ".join(dumped.stderr.split()), _status_where(plain))


def _status_where(address: str) -> Exit:
    """pg_dump ends with 1 whatever went wrong; pg_isready, which comes with it, says whether the server answers."""
    program = shutil.which("pg_isready")
    if program is None:
        return Exit.CONFIG
    asked = subprocess.run([program, f"--dbname={address}"], capture_output=True, check=False)  # noqa: S603  as above
    return Exit.UNAVAILABLE if asked.returncode in (IS_STARTING, IS_SILENT) else Exit.CONFIG


def _without_password(address: URL) -> str:
    """As libpq has it. (`URL.set` takes a None for no change, and what is hidden in a URL is three stars.)"""
    query = {"sslmode" if key == "ssl" else key: value for key, value in address.query.items()}
    if isinstance(hosts := query.get("host"), tuple):  # SQLAlchemy: host=a:1&host=b:2; libpq: host=a,b&port=1,2
        pairs = [host.partition(":") for host in hosts]
        query |= {"host": ",".join(name for name, _, _ in pairs), "port": ",".join(port for _, _, port in pairs)}
    plain = URL.create("postgresql", address.username, None, address.host, address.port, address.database, query)
    return plain.render_as_string()


def _with_password(address: URL) -> Mapping[str, str]:
    """In the environment: arguments are for everybody on the machine to see."""
    return {**os.environ, **({"PGPASSWORD": str(address.password)} if address.password else {})}

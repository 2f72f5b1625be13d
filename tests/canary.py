"""The secrets that the tests use, and the search for them in everything that the tests make the bot write.

Looked through, of the whole suite: what is printed and logged (pytest's report of each test, in the workers too), the
logs of processes, every request to the local Discord, and every file that is left behind, the ledger with its audit
among them. A secret that is found fails the test in which it was.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

DATABASE_PASSWORD = "canary-of-the-database-7391"
KEPT = 200
"""Of the newest: those of some thirty houses. Nothing that is made later knows of an older one."""
WORD = re.compile(r"[A-Za-z0-9._-]{16,}")
_watched: dict[str, None] = {DATABASE_PASSWORD: None}
CONFIGURATION = (".toml", ".token", ".env")
"""Files that a person wrote, and in which secrets belong."""


class Leaked(AssertionError):
    """Says where, and how the secret begins."""


def watch(secrets: Iterable[str]) -> None:
    """From now on; of very many, the newest."""
    for secret in secrets:
        assert WORD.fullmatch(secret), "too short to be told from other words, or not one word"
        _watched[secret] = None
    while len(_watched) > KEPT:
        del _watched[next(name for name in _watched if name != DATABASE_PASSWORD)]


def found_in(text: str) -> list[str]:
    """A ledger is mostly gaps and repeats: looked through are the long words that it has, each once."""
    words = "\n".join(set(WORD.findall(text)))
    return [f"{secret[:6]}..." for secret in _watched if secret in words]


def look(text: str, where: str) -> None:
    if found := found_in(text):
        raise Leaked(f"a secret, {', '.join(found)}, is in {where}")


def look_through_requests(requests: Iterable[Any]) -> None:
    """Addresses and bodies; the header in which the token belongs is none of it."""
    text = "\n".join(f"{one.method} {one.path} {one.query} {one.json}" for one in requests)
    look(text, "a request to Discord")


def look_through_files(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix not in CONFIGURATION:
            look(path.read_bytes().decode("latin-1"), f"the file {path.relative_to(folder)}")


def look_through_report(sections: Iterable[tuple[str, str]]) -> str | None:
    """What a test printed and logged; the words for its failure, None where all is well."""
    for name, text in sections:
        if found := found_in(text):
            return f"a secret, {', '.join(found)}, is in the {name.lower()}"
    return None

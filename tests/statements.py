"""What SQLAlchemy compiles, kept for all ledgers of one test process.

An engine keeps the statements that it compiled, so a bot compiles each once in its life. Nearly every test has a life
of its own, with a new engine: a tenth of the time of the whole suite went into compiling the same statements.
"""

from collections.abc import MutableMapping
from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.engine import Engine

compiled: MutableMapping[Any, Any] = {}


class OneForAll(SQLiteDialect_aiosqlite):
    """SQLite's, the same to SQLAlchemy in whichever engine: a dialect is part of the name of what was compiled."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=compiled)


def share() -> None:
    registry.register("sqlite.aiosqlite", __name__, OneForAll.__name__)

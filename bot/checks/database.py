"""The database: can it be written, and at which revision is it? Looked at from outside: a bot may be running on it."""

import os

from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import migrations
from bot.checks.finding import Finding, failure, ok, warning
from bot.database import OPENING, DatabaseAway, engine_for, file_of, unusable
from bot.exits import Exit
from bot.failures.schema import metadata

KEY = "database.url"
CLOSED = text(
    "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' "
    "AND relname = ANY(:ours) AND NOT has_table_privilege(oid, 'INSERT') ORDER BY relname"
)
"""Tables of another user, as where an administrator has restored a backup."""


async def check_database(url: str) -> Finding:
    address = make_url(url)
    if (missing := _file_to_be_made(address)) is not None:
        return missing
    try:
        engine = engine_for(address)
        try:
            revision = await _writable_at(engine)
        finally:
            await engine.dispose()
        if revision is not None and revision not in migrations.REVISIONS:
            raise migrations.FromTheFuture(revision)
    except OPENING as error:
        trouble = unusable(address, error)
        return failure(KEY, str(trouble), Exit.UNAVAILABLE if isinstance(trouble, DatabaseAway) else Exit.CONFIG)
    return _of_revision(revision)


def _of_revision(revision: str | None) -> Finding:
    if revision is None:
        return ok(KEY, f"can be written, and is empty: run makes its tables (revision {migrations.HEAD})")
    if revision != migrations.HEAD:
        return warning(
            KEY,
            f"can be written, at revision {revision}: run brings it to {migrations.HEAD}, after which the version "
            "before cannot read it; make a backup first: python -m bot backup",
        )
    return ok(KEY, f"can be written, at revision {revision}, the newest")


def _file_to_be_made(address: URL) -> Finding | None:
    path = file_of(address)
    if path is None or path.exists():
        return None
    if path.parent.is_dir() and os.access(path.parent, os.W_OK | os.X_OK):
        return ok(KEY, f"{path} is not there yet: run makes it (revision {migrations.HEAD})")
    return failure(KEY, f"{path} cannot be made: {path.parent} is no folder that the bot may write to")


async def _writable_at(engine: AsyncEngine) -> str | None:
    """Its revision. Raises where a write would not be taken; writes nothing."""
    async with engine.execution_options(bot_writes=True).connect() as connection:
        if engine.dialect.name == "sqlite":
            # The lock that the transaction began with is refused on a file that may only be read.
            await connection.execute(text("SELECT 1"))
        else:
            await connection.execute(text("CREATE TABLE bot_check (one int)"))
            closed = (await connection.execute(CLOSED, {"ours": [*metadata.tables, "bot_lease"]})).scalars().all()
            if closed:
                raise InvalidRequestError(f"permission denied for table {', '.join(closed)}")
        revision = await connection.run_sync(migrations.revision)
        await connection.rollback()
    return revision

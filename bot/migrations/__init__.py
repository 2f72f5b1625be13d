"""Schema changes, by Alembic: at which revision a database is, and bringing it to the newest, on a given connection.

A revision's module is `r<number>_<what>.py`. Alembic takes a quarter of a second to import, so it is only asked when
there is something to do.
"""

from pathlib import Path
from typing import Any

import sqlalchemy as sa

FOLDER = Path(__file__).parent
REVISIONS = tuple(sorted(path.stem[1:5] for path in (FOLDER / "versions").glob("r[0-9][0-9][0-9][0-9]_*.py")))
"""Oldest first."""
HEAD = REVISIONS[-1]


class FromTheFuture(Exception):
    """The database was brought to a revision that this version of the bot does not know."""


def revision(connection: sa.Connection) -> str | None:
    """None: an empty database."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return found


def upgrade(connection: sa.Connection, to: str = HEAD) -> None:
    """In the transaction that the connection is in. Raises FromTheFuture."""
    current = revision(connection)
    if current is not None and current not in REVISIONS:
        raise FromTheFuture(current)
    if current == to:
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    attributes: dict[Any, Any] = config.attributes
    attributes["connection"] = connection
    command.upgrade(config, to)

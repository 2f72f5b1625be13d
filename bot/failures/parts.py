"""Many values in a statement, a part at a time, and in few lengths.

A statement of another length is another statement: the database keeps each prepared (sqlite3 the newest 128 of a
connection, asyncpg 100), and those with hundreds of values take hundreds of kB.
"""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement

T = TypeVar("T")
CHUNK = 500  # values in one IN: SQLite's own limit is far above, PostgreSQL's planner prefers it
STEP = 4  # a list is filled up to 1, 4, 16, 64, 256 or CHUNK


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def among(column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """`column IN (values)`, filled up with the last of them; more than CHUNK stay as many as they are."""
    length = 1
    while length < len(values):
        length = min(length * STEP, CHUNK) if length < CHUNK else len(values)
    return column.in_([*values, *([values[-1]] * (length - len(values)) if values else [])])

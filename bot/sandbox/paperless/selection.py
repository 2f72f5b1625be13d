"""Which rows an answer holds and in which order, without sorting the table where an index has the order."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from .history import History
from .query import Wanted
from .row import Row
from .table import Table

ORDERINGS = ("date_created", "date_done", "status", "task_type", "duration_seconds", "wait_time_seconds")


def orderings(text: str | None, allowed: tuple[str, ...] = ORDERINGS) -> list[tuple[str, bool]]:
    """(field, descending) of the known fields; none known is the default, newest created first."""
    fields = [piece.strip() for piece in (text or "").split(",")]
    known = [(f.lstrip("-"), f.startswith("-")) for f in fields if f.lstrip("-") in allowed]
    return known or [("date_created", True)]


def ordered(rows: Iterable[Row], order: list[tuple[str, bool]]) -> list[Row]:
    """As SQLite sorted the recorded lists: null is the least; equal values by pk, in the first field's direction."""
    result = sorted(rows, key=lambda row: row.id, reverse=order[0][1])
    for name, descending in reversed(order):
        values = {row.id: getattr(row, name) for row in result}
        none = [row for row in result if values[row.id] is None]
        some = [row for row in result if values[row.id] is not None]
        some.sort(key=lambda row: values[row.id], reverse=descending)
        result = some + none if descending else none + some
    return result


@dataclass
class Found:
    """A count, and the rows from `start` on: only those that are asked for are looked at."""

    count: int
    take: Callable[[int, int], list[Row]]


def find(table: Table, asked: Wanted, order: list[tuple[str, bool]]) -> Found:
    if asked.task_id is not None:
        row = table.by_task_id(asked.task_id)
        return _listed([row] if row is not None and asked.fits(row) else [])
    history = table.history
    old = history if history is not None and asked.fits(history.row(1)) else None
    if asked.statuses is not None and not asked.predicates and order == [("date_done", True)] and old is None:
        count = table.of_status(asked.statuses)
        statuses = asked.statuses
        return Found(count, lambda start, size: table.latest_done(statuses, start + size)[start:])
    return _with_history(_live(table, asked, order), old, descending=order[0][1], order=order)


def _live(table: Table, asked: Wanted, order: list[tuple[str, bool]]) -> list[Row]:
    rows: Iterable[Row]
    if asked.statuses is not None:
        rows = table.rows(table.by_date_done(asked.statuses))
        if order == [("date_done", True)]:
            rows = reversed(list(rows))
    else:
        rows = table.newest()
    if asked.predicates:
        rows = (row for row in rows if asked.fits(row))
    if order == [("date_created", True)] and asked.statuses is None:
        return list(rows)
    if order == [("date_done", True)] and asked.statuses is not None:
        return list(rows)
    return ordered(rows, order)


def _listed(rows: list[Row]) -> Found:
    return Found(len(rows), lambda start, size: rows[start : start + size])


def _with_history(rows: list[Row], old: History | None, *, descending: bool, order: list[tuple[str, bool]]) -> Found:
    """The block of old rows goes to the end that is oldest, for any other ordering after the rest."""
    if old is None:
        return _listed(rows)
    dated = order[0][0] in ("date_created", "date_done")
    first = dated and not descending

    def take(start: int, size: int) -> list[Row]:
        past: Callable[[int], Iterator[Row]] = old.oldest if first else old.newest
        if first:
            head = list(islice(past(start), size)) if start < len(old) else []
            begin = max(0, start - len(old))
            return head + rows[begin : begin + size - len(head)]
        tail = rows[start : start + size]
        return tail + list(islice(past(max(0, start - len(rows))), size - len(tail)))

    return Found(len(rows) + len(old), take)

"""Which rows an answer holds and in which order, without sorting the table where an index has the order."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from random import Random

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
    return _sorted(sorted(rows, key=lambda row: row.id, reverse=order[0][1]), order)


def _sorted(rows: list[Row], order: list[tuple[str, bool]]) -> list[Row]:
    """Stable: equal rows keep their places."""
    result = rows
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


def find(table: Table, asked: Wanted, order: list[tuple[str, bool]], *, shuffle: Random | None = None) -> Found:
    """With `shuffle` rows of one ordering value lie in another order each time, as a database may have it."""
    if asked.task_id is not None:
        row = table.by_task_id(asked.task_id)
        return _listed([row] if row is not None and asked.fits(row) else [])
    old = matching_history(table, asked)
    if asked.one_by_one and table.history is not None:
        return _listed(ordered([row for row in (*table, *table.history.newest()) if asked.fits(row)], order))
    if shuffle is not None:
        rows = [row for row in table if asked.fits(row)]
        shuffle.shuffle(rows)
        return _with_history(_sorted(rows, order), old, order)
    statuses = asked.statuses
    if statuses is not None and not asked.predicates and order == [("date_done", True)] and old is None:
        return Found(
            table.of_status(statuses),
            lambda start, size: table.latest_done(statuses, start + size)[start:],
        )
    return _with_history(_live(table, asked, order), old, order)


def matching_history(table: Table, asked: Wanted) -> History | None:
    """All old rows are alike: what is asked of one holds for all, unless it tells them apart."""
    history = table.history
    if history is None or not len(history) or asked.one_by_one or asked.task_id is not None:
        return None
    return history if asked.fits(history.row(1)) else None


def _live(table: Table, asked: Wanted, order: list[tuple[str, bool]]) -> list[Row]:
    if asked.statuses is None:
        rows: Iterable[Row] = table.newest()
        has_order = order == [("date_created", True)]
    else:
        rows = reversed(table.in_states(asked.statuses))
        has_order = order == [("date_done", True)]
    if asked.predicates:
        rows = filter(asked.fits, rows)
    return list(rows) if has_order else ordered(rows, order)


def _listed(rows: list[Row]) -> Found:
    return Found(len(rows), lambda start, size: rows[start : start + size])


def _with_history(rows: list[Row], old: History | None, order: list[tuple[str, bool]]) -> Found:
    """The block of old rows lies at the end that is oldest, for any other ordering after the rest."""
    if old is None:
        return _listed(rows)
    field, descending = order[0]
    history = old

    def after(start: int, size: int) -> list[Row]:
        live = rows[start : start + size]
        return live + list(islice(history.newest(max(0, start - len(rows))), size - len(live)))

    def before(start: int, size: int) -> list[Row]:
        past = list(islice(history.oldest(start), size)) if start < len(history) else []
        begin = max(0, start - len(history))
        return past + rows[begin : begin + size - len(past)]

    first = field in ("date_created", "date_done") and not descending
    return Found(len(rows) + len(history), before if first else after)

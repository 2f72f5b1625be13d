"""The table of tasks.

Invariants: a pk is given once until `drop()`; `task_id` is unique; a row changes only through `Table.change`,
which keeps the indexes and throws away the row's rendered JSON. `newest` and the per-status lists stay sorted,
so that the quiet poll reads a slice and never sorts the table.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .history import History
from .row import Key, Row
from .vocabulary import STATUSES

Observer = Callable[[str, Row], None]


class Table:
    def __init__(self, observer: Observer = lambda kind, row: None) -> None:
        self._observer = observer
        self.history: History | None = None
        self._empty()

    def _empty(self) -> None:
        self._rows: dict[int, Row] = {}
        self._by_task_id: dict[str, int] = {}
        self._newest: list[Key] = []  # by date_created, oldest first
        self._done: dict[str, list[Key]] = {status: [] for status in STATUSES}
        self._next_id = 1 + (len(self.history) if self.history else 0)

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    def next_id(self) -> int:
        return self._next_id

    def get(self, pk: int) -> Row | None:
        row = self._rows.get(pk)
        if row is None and self.history is not None:
            return self.history.get(pk)
        return row

    def by_task_id(self, task_id: str) -> Row | None:
        pk = self._by_task_id.get(task_id)
        if pk is None:
            return self.history.by_task_id(task_id) if self.history is not None else None
        return self._rows[pk]

    def add(self, row: Row) -> Row:
        if row.id in self._rows or row.task_id in self._by_task_id:
            raise ValueError(f"row {row.id} or task {row.task_id} is there already")
        self._rows[row.id] = row
        self._by_task_id[row.task_id] = row.id
        self._next_id = max(self._next_id, row.id + 1)
        insort(self._newest, row.created_key)
        insort(self._done[row.status], row.done_key)
        self._observer("task_created", row)
        return row

    def change(self, row: Row, **fields: Any) -> None:
        if self._rows.get(row.id) is not row:
            raise LookupError(f"row {row.id} is not in the table any more")
        self._discard(row)
        for name, value in fields.items():
            setattr(row, name, value)
        row.rendered.clear()
        insort(self._newest, row.created_key)
        insort(self._done[row.status], row.done_key)
        self._observer("task_changed", row)

    def holds(self, row: Row) -> bool:
        return self._rows.get(row.id) is row

    def acknowledge(self, rows: Iterable[Row]) -> int:
        """Sets the flag and leaves the order alone: as one UPDATE would."""
        count = 0
        for row in rows:
            count += 1
            if not row.acknowledged:
                row.acknowledged = True
                row.rendered.clear()
                self._observer("task_changed", row)
        return count

    def remove(self, pks: Iterable[int]) -> int:
        gone = [self._rows[pk] for pk in pks if pk in self._rows]
        for row in gone:
            self._discard(row)
            del self._rows[row.id], self._by_task_id[row.task_id]
            self._observer("task_gone", row)
        return len(gone)

    def drop(self) -> None:
        """As the migration from 2.x to 3.0 does: every row vanishes and the pks begin at 1 again."""
        gone = list(self._rows.values())
        self.history = None
        self._empty()
        for row in gone:
            self._observer("task_gone", row)

    def newest(self) -> Iterator[Row]:
        return (self._rows[-minus] for _, minus in reversed(self._newest))

    def oldest(self) -> Iterator[Row]:
        return (self._rows[-minus] for _, minus in self._newest)

    def of_status(self, statuses: Iterable[str]) -> int:
        return sum(len(self._done[status]) for status in statuses)

    def in_states(self, statuses: Iterable[str]) -> list[Row]:
        """The rows of these states, earliest `date_done` first, rows without one before all others."""
        runs = [self._done[status] for status in statuses if self._done[status]]
        keys = runs[0] if len(runs) == 1 else sorted(key for run in runs for key in run)  # sorted runs: linear
        return [self._rows[pk] for _, pk in keys]

    def latest_done(self, statuses: Iterable[str], count: int) -> list[Row]:
        """The `count` rows that ended last, latest first: looks at no others."""
        keys = [key for status in statuses for key in self._done[status][-count:]]
        keys.sort(reverse=True)
        return [self._rows[pk] for _, pk in keys[:count]]

    def begin_with(self, history: History) -> None:
        if self._rows:
            raise ValueError("a history comes before the first row")
        self.history = history
        self._empty()

    def _discard(self, row: Row) -> None:
        for keys, key in ((self._newest, row.created_key), (self._done[row.status], row.done_key)):
            del keys[bisect_left(keys, key)]

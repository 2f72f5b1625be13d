"""The Celery worker: one task at a time, pending -> started -> an end, on the sandbox's clock."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from .clock import Clock
from .documents import Document, Documents
from .outcomes import Ending, worker_lost
from .row import Row
from .table import Table
from .vocabulary import COMPLETE, FAILURE, PENDING, REVOKED, STARTED, SUCCESS, Version
from .weather import Pace, Weather

PREFETCHED = 4  # messages that a killed worker takes with it
VISIBILITY_TIMEOUT = 3600.0  # seconds until the broker hands them out again


@dataclass(kw_only=True)
class Job:
    """`row` is None for a task whose row could not be written: it runs all the same."""

    row: Row | None
    ending: Callable[[], Ending]
    seconds: float
    document: dict[str, Any] = field(default_factory=dict)


class Worker:
    def __init__(
        self,
        *,
        version: Version,
        table: Table,
        documents: Documents,
        clock: Clock,
        weather: Weather,
        pace: Pace,
    ) -> None:
        self._version = version
        self._table = table
        self._documents = documents
        self._clock = clock
        self._weather = weather
        self.pace = pace
        self.alive = True
        self._queue: deque[Job] = deque()
        self._running: Job | None = None

    @property
    def busy(self) -> bool:
        return self._running is not None or bool(self._queue)

    def submit(self, job: Job) -> None:
        self._queue.append(job)
        self._clock.call_later(self.pace.queue, self._begin_next)

    def stop(self) -> None:
        """No worker takes messages; what runs still ends (a warm shutdown)."""
        self.alive = False

    def start(self) -> None:
        self.alive = True
        self._clock.call_later(self.pace.queue, self._begin_next)

    def kill(self) -> None:
        """SIGKILL: what runs stays `started` for ever, what was prefetched waits for an hour."""
        self.alive = False
        self._running = None
        lost = [self._queue.popleft() for _ in range(min(PREFETCHED, len(self._queue)))]
        for job in lost:
            self._clock.call_later(VISIBILITY_TIMEOUT, partial(self.submit, job))

    def kill_child(self) -> Row | None:
        """The pool's child dies, its parent notices: WorkerLostError."""
        job = self._running
        if job is None:
            return None
        self._running = None
        self._finish(job, worker_lost())
        self._begin_next()
        return job.row

    def forget(self) -> None:
        """The broker lost its queue: pending rows stay pending for ever."""
        self._queue.clear()

    def revoke(self, row: Row) -> bool:
        """Revoked while pending, or terminated while running. 2.20 notes neither in the row."""
        if row.status in COMPLETE:
            return False
        self._queue = deque(job for job in self._queue if job.row is not row)
        if self._running is not None and self._running.row is row:
            self._running = None
            self._clock.call_later(0, self._begin_next)
        if self._version is Version.V3:
            self._table.change(row, status=REVOKED, date_done=self._clock.now())
        return True

    def finish(self, row: Row, ending: Ending) -> None:
        """End this task now, whatever it was doing."""
        self._queue = deque(job for job in self._queue if job.row is not row)
        job = self._running if self._running is not None and self._running.row is row else None
        if job is not None:
            self._running = None
            self._clock.call_later(0, self._begin_next)
        self._finish(job or Job(row=row, ending=lambda: ending, seconds=0), ending)

    def _begin_next(self) -> None:
        if not self.alive or self._running is not None or not self._queue:
            return
        job = self._running = self._queue.popleft()
        if job.row is not None and self._table.holds(job.row):
            self._table.change(job.row, status=STARTED, date_started=self._clock.now())
        self._clock.call_later(job.seconds, lambda: self._end(job))

    def _end(self, job: Job) -> None:
        if self._running is not job:
            return  # killed or revoked meanwhile
        self._running = None
        self._finish(job, job.ending())
        self._begin_next()

    def _finish(self, job: Job, ending: Ending) -> None:
        document = self._documents.add(**job.document) if ending.document and job.document else None
        row = job.row
        if row is None:
            return
        self.save(row, self._final_fields(row, ending, document))

    def save(self, row: Row, fields: dict[str, Any]) -> None:
        """Write a row's end as this weather lets it be written: late, in two steps, or not at all."""
        for delay, columns in self._saves(row, fields):
            if delay:
                self._clock.call_later(delay, partial(self._apply, row, columns))
            else:
                self._apply(row, columns)

    def _saves(self, row: Row, fields: dict[str, Any]) -> list[tuple[float, dict[str, Any]]]:
        weather, late = self._weather, self._weather.late_seconds
        two_steps = weather.traceback_race or weather.final_save_lost
        if self._version is Version.V3 or fields["status"] != FAILURE or not two_steps:
            return [] if weather.final_save_lost else [(late, fields)]
        first = dict(fields, result_text=f"<traceback object at {id(row):#x}>")
        if weather.final_save_lost:
            return [(late, first)]
        again = fields["date_done"] + timedelta(seconds=weather.traceback_race)
        return [(late, first), (late + weather.traceback_race, dict(fields, date_done=again))]

    def _final_fields(self, row: Row, ending: Ending, document: Document | None) -> dict[str, Any]:
        now = self._clock.now()
        started = row.date_started if row.status != PENDING else None
        result = ending.result_data
        related: tuple[int, ...] = ()
        if ending.status == SUCCESS and document is not None:
            result = {"document_id": document.id}
            related = (document.id,)
        elif result is not None and "duplicate_of" in result:
            related = self._related_to_duplicate(result)
        return {
            "status": ending.status,
            "date_started": started or now,
            "date_done": now,
            "duration_seconds": _seconds(started or now, now),
            "wait_time_seconds": _seconds(row.date_created, started or now),
            "result_data": result,
            "related_document_ids": related,
            "result_text": ending.text_2_20,
        }

    def _related_to_duplicate(self, result: dict[str, Any]) -> tuple[int, ...]:
        """2.20 names no document where the original is in the trash."""
        if self._version is Version.V2 and result["duplicate_in_trash"]:
            return ()
        return (result["duplicate_of"],)

    def _apply(self, row: Row, fields: dict[str, Any]) -> None:
        if self._table.holds(row):
            self._table.change(row, **fields)


def _seconds(begin: datetime, end: datetime) -> float:
    return round((end - begin).total_seconds(), 6)

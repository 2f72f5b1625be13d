"""The state of the local Paperless, its rules, and the work it does. No sockets here: `server.py` has them."""

import asyncio
from datetime import timedelta
from random import Random
from typing import Any
from uuid import uuid4

from . import consumption, outcomes
from .clock import Clock
from .documents import Documents, Upload
from .events import EventLog
from .history import History
from .outcomes import Ending
from .row import Row
from .table import Table
from .users import User, Users
from .vocabulary import PENDING, STARTED, TASK_TYPES, V2_ROWS, Version, v9_name
from .weather import Pace, Weather
from .worker import Job, Worker


class World:
    def __init__(self, *, version: str = "3.0.5", clock: Clock | None = None, pace: Pace | None = None) -> None:
        self.version = Version(version)
        self.clock = clock or Clock()
        self.events = EventLog()
        self.users = Users(self.version)
        self.documents = Documents()
        self.weather = Weather()
        self.random = Random(0)  # noqa: S311 - shuffles rows of equal order, the same way in every run
        self.labels: dict[str, dict[int, str]] = {
            "tags": {1: "Inbox", 2: "Taxes"},
            "correspondents": {1: "ACME GmbH"},
            "document_types": {1: "Invoice"},
        }
        self.table = Table(self._observe)
        self.worker = Worker(
            version=self.version,
            table=self.table,
            documents=self.documents,
            clock=self.clock,
            weather=self.weather,
            pace=pace or Pace(),
        )

    @property
    def tokens(self) -> dict[str, str]:
        """By user: admin, staff, operator, viewer, nobody, bob, runner, acker, staffnp, monitor, uploader, inactive."""
        return self.users.tokens

    def _observe(self, kind: str, row: Row) -> None:
        self.events.emit(kind, id=row.id, task_id=row.task_id, status=row.status, acknowledged=row.acknowledged)

    def owner_id(self, name: str | None) -> int | None:
        return None if name is None else self.users[name].id

    def sees(self, user: User, row: Row) -> bool:
        """Own and unowned; staff sees all, on 2.20 only a superuser does."""
        if user.is_superuser or (user.is_staff and self.version is Version.V3):
            return True
        return row.owner is None or row.owner == user.id

    def ending(self, outcome: str, filename: str) -> Ending:
        return consumption.ending(self.documents, outcome, filename)

    def row(self, ref: int | str | Row) -> Row:
        """By pk, by task_id, or the row itself."""
        if isinstance(ref, Row):
            return ref
        row = self.table.get(ref) if isinstance(ref, int) else self.table.by_task_id(ref)
        if row is None:
            raise LookupError(f"no task {ref}")
        return row

    def add_task(self, **columns: Any) -> Row:
        """A row with exactly these columns; what is left out is a pending upload of now, owned by nobody."""
        return self.table.add(self._new_row(**columns))

    def _new_row(self, **columns: Any) -> Row:
        columns.setdefault("id", self.table.next_id())
        columns.setdefault("task_id", str(uuid4()))
        columns.setdefault("task_type", "consume_file")
        columns.setdefault("trigger_source", "api_upload")
        columns.setdefault("status", PENDING)
        columns.setdefault("date_created", self.clock.now())
        if columns["task_type"] not in (V2_ROWS if self.version is Version.V2 else TASK_TYPES):
            raise ValueError(f"{self.version} keeps no rows of {columns['task_type']}")
        return Row(**columns)

    def add_history(self, size: int) -> None:
        """So many old successes before the first row, at no cost in memory."""
        self.table.begin_with(History(size, until=self.clock.now() - timedelta(hours=1)))

    def consume(
        self,
        upload: Upload,
        *,
        owner: str | None,
        overrides: dict[str, Any] | None = None,
        task_id: str | None = None,
        seconds: float | None = None,
        trigger_source: str = "api_upload",
        ending: Ending | None = None,
        mime_type: str | None = None,
        without_row: bool = False,
    ) -> Row:
        """What a real upload does: a row, and work for the worker. Without `ending` the file's content decides."""
        given, user_id = overrides or {}, self.owner_id(owner)
        row = self._new_row(
            task_id=task_id or str(uuid4()),
            trigger_source=trigger_source,
            input_data=consumption.input_data(
                upload.filename, owner=user_id, mime_type=mime_type or upload.mime_type, overrides=given
            ),
            owner=user_id,
        )
        document = consumption.document_fields(upload, given, owner=user_id, added=row.date_created)
        judged = ending or (lambda: self._judge(upload, given))
        return self._submit(row, judged, seconds, document=document, without_row=without_row)

    def _judge(self, upload: Upload, overrides: dict[str, Any]) -> Ending:
        return consumption.judge(
            upload, overrides, documents=self.documents, weather=self.weather, version=self.version
        )

    def run(
        self,
        task_type: str,
        *,
        trigger_source: str = "manual",
        fails: bool = False,
        seconds: float | None = None,
        task_id: str | None = None,
        without_row: bool = False,
        **columns: Any,
    ) -> Row:
        """A task that is no consumption: routine work, by schedule or by hand."""
        columns |= {"task_type": task_type, "trigger_source": trigger_source}
        row = self._new_row(task_id=task_id or str(uuid4()), **columns)
        return self._submit(
            row, lambda: self._routine(task_type, trigger_source, fails), seconds, without_row=without_row
        )

    def _submit(
        self,
        row: Row,
        ending: Any,
        seconds: float | None,
        *,
        document: dict[str, Any] | None = None,
        without_row: bool = False,
    ) -> Row:
        if not without_row:
            self.table.add(row)
        self.worker.submit(
            Job(
                row=None if without_row else row,
                ending=(lambda: ending) if isinstance(ending, Ending) else ending,
                seconds=self.worker.pace.work if seconds is None else seconds,
                document=document or {},
            )
        )
        return row

    def _routine(self, task_type: str, trigger_source: str, fails: bool) -> Ending:
        """On 3.x a sanity check by hand that finds errors is a success with nothing to see."""
        damaged = task_type == "sanity_check" and self.weather.library_damaged
        silent = trigger_source == "manual" and self.version is Version.V3
        broken = task_type == "train_classifier" and self.weather.training_broken
        return outcomes.routine(task_type, fails=fails or broken or (damaged and not silent))

    async def run_in_request(self, name: str) -> str | None:
        """2.20's `run`: the web process works until it is done, the row begins as `started`. Returns the text."""
        if name == "index_optimize":
            await self._work()
            return None
        task_type = "sanity_check" if name == v9_name("sanity_check") else name
        now = self.clock.now()
        row = self.add_task(
            task_type=task_type,
            trigger_source="manual",
            status=STARTED,
            date_created=now,
            date_started=now,
        )
        await self._work()
        ending = self._routine(task_type, "manual", fails=False)
        self.worker.finish(row, ending)
        if task_type != "sanity_check":
            return None
        found = "errors" if ending.status == "failure" else "infos"
        return f"Sanity check exited with {found}. See log."

    async def _work(self) -> None:
        if not self.worker.pace.work:
            return
        done = asyncio.Event()
        self.clock.call_later(self.worker.pace.work, done.set)
        await done.wait()

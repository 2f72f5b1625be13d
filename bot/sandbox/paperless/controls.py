"""What people, administrators and bad luck do to the local Paperless: for tests and for the demo's side panel."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from . import consumption, outcomes
from .documents import Upload
from .outcomes import Ending
from .row import Row
from .users import User
from .vocabulary import FAILURE, PENDING, STARTED
from .worker import Job
from .world import World

Ref = int | str | Row  # a pk, a task_id, or the row itself

# What a row lacks that has started and not ended.
UNFINISHED: dict[str, Any] = {
    "status": STARTED,
    "date_done": None,
    "duration_seconds": None,
    "wait_time_seconds": None,
    "result_data": None,
    "result_text": None,
}
DURATION, WAIT = 0.343217, 0.0125  # seconds, of a failure that is put into the table at once


class Controls(World):
    # At once

    def fail(
        self,
        filename: str = "scan.pdf",
        outcome: str = "corrupt",
        *,
        owner: str | None = None,
        ago: float = 0.0,
        **columns: Any,
    ) -> Row:
        """A consumption that failed `ago` seconds ago. From the consume folder if nobody owns it, else an upload."""
        row = self._ended(self.ending(outcome, filename), owner=owner, ago=ago)
        row["input_data"] = consumption.input_data(filename, owner=row["owner"])
        row["trigger_source"] = "folder_consume" if owner is None else "api_upload"
        return self._shown(row | columns)

    def fail_routine(self, task_type: str, *, ago: float = 0.0, **columns: Any) -> Row:
        """A scheduled task that failed `ago` seconds ago."""
        row = self._ended(outcomes.routine(task_type, fails=True), owner=None, ago=ago)
        return self._shown(row | {"task_type": task_type, "trigger_source": "scheduled"} | columns)

    def _ended(self, ending: Ending, *, owner: str | None, ago: float) -> dict[str, Any]:
        done = self.clock.now() - timedelta(seconds=ago)
        started = done - timedelta(seconds=DURATION)
        return {
            "status": ending.status,
            "date_created": started - timedelta(seconds=WAIT),
            "date_started": started,
            "date_done": done,
            "duration_seconds": DURATION,
            "wait_time_seconds": WAIT,
            "result_data": ending.result_data,
            "result_text": ending.text_2_20,
            "owner": self.owner_id(owner),
        }

    def _shown(self, columns: dict[str, Any]) -> Row:
        """In weather that disturbs saving the end shows late, in two steps, or never."""
        if not self.weather.disturbs_saving:
            return self.add_task(**columns)
        row = self.add_task(**(columns | UNFINISHED))
        self.worker.save(row, {name: columns[name] for name in UNFINISHED})
        return row

    def burst(
        self,
        count: int,
        kinds: int = 1,
        *,
        owner: str | None = None,
        ties: bool = False,
        prefix: str = "scan",
    ) -> list[Row]:
        """`count` files that failed just now in `kinds` different ways; with `ties` all at the same instant."""
        if not 1 <= kinds <= len(outcomes.KINDS):
            raise ValueError(f"there are 1 to {len(outcomes.KINDS)} kinds")
        return [
            self.fail(
                f"{prefix}-{number:05}.pdf",
                outcomes.KINDS[number % kinds],
                owner=owner,
                ago=0.0 if ties else (count - number) * 1e-5,
            )
            for number in range(count)
        ]

    def stick(self, filename: str = "endless.pdf", *, ago: float = 0.0) -> Row:
        """A row that a killed worker left `started` for ever, `ago` seconds ago."""
        started = self._ended(self.ending("ok", filename), owner=None, ago=ago - DURATION) | UNFINISHED
        return self.add_task(input_data=consumption.input_data(filename, owner=None), **started)

    # With time

    def upload(
        self,
        filename: str = "scan.pdf",
        outcome: str | Ending = "ok",
        *,
        owner: str | None = "operator",
        seconds: float | None = None,
        trigger_source: str | None = None,
    ) -> Row:
        """A file to consume: pending, started, and after `seconds` of work the outcome. Nobody's files come from
        the consume folder."""
        file = Upload(filename)
        file.feed(f"%PDF-1.7 {uuid4()} %%EOF".encode())
        ending = outcome if isinstance(outcome, Ending) else self.ending(outcome, filename)
        return self.consume(
            file,
            owner=owner,
            seconds=seconds,
            trigger_source=trigger_source or ("folder_consume" if owner is None else "api_upload"),
            ending=ending,
            mime_type=consumption.mime_type_of(filename),
        )

    def fail_mail_fetch(self) -> Row:
        return self.run("mail_fetch", trigger_source="scheduled", fails=True)

    def fail_training(self) -> Row:
        return self.run("train_classifier", trigger_source="scheduled", fails=True)

    def finish(self, ref: Ref, outcome: str = "ok") -> Row:
        """End this task now."""
        row = self.row(ref)
        self.worker.finish(row, self._outcome(row, outcome))
        return row

    def redeliver(self, ref: Ref, outcome: str = "file_gone", *, seconds: float = 0.0) -> Row:
        """The broker hands a message out again: the same row becomes `started` (old date_done and result still
        there) and then ends anew: success can become failure, and failure success."""
        row = self.row(ref)
        ending = self._outcome(row, outcome)
        self.worker.submit(Job(row=row, ending=lambda: ending, seconds=seconds))
        return row

    def _outcome(self, row: Row, outcome: str) -> Ending:
        if row.task_type == "consume_file":
            return self.ending(outcome, row.filename or "")
        return outcomes.routine(row.task_type, fails=outcome != "ok")

    def revoke(self, *refs: Ref) -> list[Row]:
        """Revoked or expired (while pending), terminated (while started). Without refs: all that is pending."""
        rows = [self.row(ref) for ref in refs] or self.table.in_states([PENDING])
        return [row for row in rows if self.worker.revoke(row)]

    def restart_folder_consumer(self) -> list[Row]:
        """Files that failed still lie in the consume folder: each is queued again, the same name with a new pk."""
        failed = {
            row.filename
            for row in self.table
            if row.trigger_source == "folder_consume" and row.status == FAILURE and row.filename
        }
        return [self.upload(name, "corrupt", owner=None) for name in sorted(failed)]

    # By people

    def acknowledge_in_web_ui(self, refs: Iterable[Ref]) -> int:
        return self.table.acknowledge([self.row(ref) for ref in refs])

    def acknowledge_all(self, user: User) -> int:
        """The web UI's "dismiss all": also what is pending and started."""
        return self.table.acknowledge([row for row in self.table if not row.acknowledged and self.sees(user, row)])

    def delete(self, refs: Iterable[Ref]) -> int:
        return self.table.remove([self.row(ref).id for ref in refs])

    def delete_owner(self, name: str) -> list[Row]:
        """Deleting a user leaves the rows, owned by nobody: visible to all."""
        user = self.users.remove(name)
        rows = [row for row in self.table if row.owner == user.id]
        for row in rows:
            self.table.change(row, owner=None)
        return rows

    def drop_table(self) -> None:
        """Every row vanishes and the pks begin at 1 again, as in the migration from 2.x to 3.0."""
        self.worker.forget()
        self.table.drop()

    # Time

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)

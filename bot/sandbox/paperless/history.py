"""A long past that costs no memory: a million successful consumptions, made up only where someone looks.

All are alike (owned by nobody, acknowledged), ended before the first real row was created, and never
change: what is asked of one holds for all, so a filter answers for the whole block at once.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from .row import Row

APART = timedelta(seconds=90)
PREFIX = 0x415C81FE_0000_4000_8000 << 48


class History:
    def __init__(self, size: int, *, until: datetime) -> None:
        self._size = size
        self._until = until

    def __len__(self) -> int:
        return self._size

    def row(self, pk: int) -> Row:
        created = self._until - (self._size - pk + 1) * APART
        name = f"scan-{pk:07}.pdf"
        return Row(
            id=pk,
            task_id=str(UUID(int=PREFIX | pk)),
            task_type="consume_file",
            trigger_source="folder_consume",
            status="success",
            date_created=created,
            date_started=created + timedelta(seconds=0.25),
            date_done=created + timedelta(seconds=3.25),
            duration_seconds=3.0,
            wait_time_seconds=0.25,
            input_data={
                "filename": name,
                "mime_type": "application/pdf",
                "overrides": {"skip_asn_if_exists": False},
            },
            result_data={"document_id": pk},
            related_document_ids=(pk,),
            acknowledged=True,
        )

    def get(self, pk: int) -> Row | None:
        return self.row(pk) if 1 <= pk <= self._size else None

    def by_task_id(self, task_id: str) -> Row | None:
        try:
            number = UUID(task_id).int
        except ValueError:
            return None
        pk = number ^ PREFIX
        row = self.get(pk)
        return row if row is not None and row.task_id == task_id else None

    def newest(self, start: int = 0) -> Iterator[Row]:
        return (self.row(pk) for pk in range(self._size - start, 0, -1))

    def oldest(self, start: int = 0) -> Iterator[Row]:
        return (self.row(pk) for pk in range(1 + start, self._size + 1))

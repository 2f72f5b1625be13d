"""One task, as a row of Paperless's table."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

NEVER = datetime.min.replace(tzinfo=UTC)
Key = tuple[datetime, int]


@dataclass(slots=True, kw_only=True, eq=False)
class Row:
    id: int
    task_id: str
    task_type: str
    trigger_source: str
    status: str
    date_created: datetime
    date_started: datetime | None = None
    date_done: datetime | None = None
    duration_seconds: float | None = None
    wait_time_seconds: float | None = None
    input_data: dict[str, Any] = field(default_factory=dict)
    result_data: dict[str, Any] | None = None
    related_document_ids: tuple[int, ...] = ()
    acknowledged: bool = False
    owner: int | None = None
    result_text: str | None = None  # what 2.20 shows where it differs from the data
    rendered: dict[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def filename(self) -> str | None:
        return self.input_data.get("filename")

    @property
    def created_key(self) -> Key:
        """Newest first, the recorded server put equal times in the order of their pks."""
        return (self.date_created, -self.id)

    @property
    def done_key(self) -> Key:
        return (self.date_done or NEVER, self.id)

"""Moments that are stored as the server wrote them, and read in UTC."""

from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from msgspec import Meta, Struct
from msgspec.structs import fields

Moment = Annotated[datetime, Meta(tz=True)]
MOMENTS = frozenset(
    {"date_created", "date_started", "date_done", "last_run", "last_success", "last_failure", "added", "modified"}
)
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""What lies beyond is read as these: from the years 1 and 9999 nobody can go on counting."""
K = TypeVar("K", bound=type[Struct])


class _InUtc:
    """Turning all 300,000 moments of 100,000 tasks into UTC takes about as long as decoding the tasks, and most of them
    nobody looks at: so it is done for the one that is looked at.
    """

    def __init__(self, stored: Any) -> None:
        self._stored = stored

    def __get__(self, row: Struct | None, kind: type | None = None) -> Any:
        if row is None:
            return self
        moment = self._stored.__get__(row)
        if moment is None:
            return None
        if not EARLIEST.year <= moment.year < LATEST.year:
            return EARLIEST if moment.year < EARLIEST.year else LATEST
        return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def in_utc(kind: K) -> K:
    """Makes the moments of a Struct be read in UTC."""
    for field in fields(kind):
        if field.name in MOMENTS:
            setattr(kind, field.name, _InUtc(kind.__dict__[field.name]))
    return kind

"""Moments that are stored as the server wrote them, and read in UTC."""

from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from msgspec import Meta, Struct
from msgspec.structs import fields

Moment = Annotated[datetime, Meta(tz=True)]
MOMENTS = frozenset(
    {"date_created", "date_started", "date_done", "last_run", "last_success", "last_failure", "added", "modified"}
)
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
        if moment is None or moment.tzinfo is UTC:
            return moment
        try:
            return moment.astimezone(UTC)
        except OverflowError:  # within hours of the year 1 or 9999
            return moment.replace(tzinfo=UTC)


def in_utc(kind: K) -> K:
    """Makes the moments of a Struct be read in UTC."""
    for field in fields(kind):
        if field.name in MOMENTS:
            setattr(kind, field.name, _InUtc(kind.__dict__[field.name]))
    return kind

"""What a list of tasks can be narrowed and ordered by. Pure.

Paperless-ngx ignores a parameter or an ordering that it does not know, and answers with everything: so whatever it
would ignore, or answer 400, is refused here before anything is sent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypedDict, TypeVar

from bot.paperless.enums import OpenStrEnum, TaskStatus, TaskType, TriggerSource
from bot.paperless.errors import InvalidArgument

E = TypeVar("E", bound=OpenStrEnum)

ORDERINGS = frozenset({"date_created", "date_done", "status", "task_type", "duration_seconds", "wait_time_seconds"})
OneOrMore = str | Iterable[str]


class TaskFilters(TypedDict, total=False):
    """Keyword arguments of `tasks.filter`. Those given must all hold; several values of one mean any of them. None is
    as if it were not given.

    `name` looks in filename, type and source label, `result` in the result, both without regard to case. `owner` is a
    user id. The dates are aware and inclusive. `ordering` is a field of `ORDERINGS`, with "-" in front for descending,
    or several; without it the newest created come first.
    """

    status: OneOrMore | None
    task_type: OneOrMore | None
    trigger_source: OneOrMore | None
    acknowledged: bool | None
    is_complete: bool | None
    owner: int | None
    name: str | None
    result: str | None
    date_created_after: datetime | None
    date_created_before: datetime | None
    ordering: OneOrMore | None


class StatusCountFilters(TypedDict, total=False):
    """Keyword arguments of `tasks.status_counts`: those of `TaskFilters` that the server honours there."""

    task_type: OneOrMore | None
    trigger_source: OneOrMore | None
    acknowledged: bool | None
    owner: int | None
    name: str | None
    result: str | None
    date_created_after: datetime | None
    date_created_before: datetime | None


@dataclass(frozen=True, kw_only=True)
class TaskFilter:
    """Checked filters."""

    status: tuple[TaskStatus, ...] = ()
    task_type: tuple[TaskType, ...] = ()
    trigger_source: tuple[TriggerSource, ...] = ()
    acknowledged: bool | None = None
    is_complete: bool | None = None
    owner: int | None = None
    name: str | None = None
    result: str | None = None
    date_created_after: datetime | None = None
    date_created_before: datetime | None = None
    ordering: tuple[str, ...] = ()

    def parameters(self) -> list[tuple[str, str]]:
        """Query parameters of API version 10: repeated for several values, as the server wants them."""
        found: list[tuple[str, str]] = []
        for key in ("status", "task_type", "trigger_source"):
            found += [(key, member.value) for member in getattr(self, key)]
        for key in ("acknowledged", "is_complete"):
            if (flag := getattr(self, key)) is not None:
                found.append((key, "true" if flag else "false"))
        for key in ("owner", "name", "result"):
            if (value := getattr(self, key)) is not None:
                found.append((key, str(value)))
        for key in ("date_created_after", "date_created_before"):
            if (moment := getattr(self, key)) is not None:
                found.append((key, moment.isoformat().replace("+00:00", "Z")))
        if self.ordering:
            found.append(("ordering", ",".join(self.ordering)))
        return found


def _several(key: str, value: Any) -> tuple[Any, ...]:
    if isinstance(value, str):
        return (value,)
    given = tuple(value) if isinstance(value, Iterable) else ()
    if not given:
        raise InvalidArgument(f"{key} is {value!r}: give one or more values, or leave it out to mean any")
    return given


def _members(kind: type[E], key: str, value: Any) -> tuple[E, ...]:
    given = _several(key, value)
    members = tuple(kind(one) for one in given if isinstance(one, str))
    unknown = [repr(one) for one in given if not isinstance(one, str) or not kind(one).known]
    if unknown:
        known = ", ".join(kind.__members__.values())
        raise InvalidArgument(f"{key} {', '.join(unknown)}: Paperless-ngx would reject it; it knows {known}")
    return tuple(dict.fromkeys(members))


def _flag(key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidArgument(f"{key} must be True or False, not {value!r}: the server would ignore it")
    return value


def _user_id(key: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InvalidArgument(f"{key} must be the id of a user, not {value!r}")
    return value


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InvalidArgument(f"{key} must be a text to look for, not {value!r}: the server would ignore it")
    if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in value):
        raise InvalidArgument(f"{key} holds a character that no text of Paperless-ngx does, such as NUL")
    return value


def _moment(key: str, value: Any) -> datetime:
    if not isinstance(value, datetime) or value.utcoffset() is None:
        raise InvalidArgument(
            f"{key} must be a datetime with a time zone, not {value!r}: without one the server's own zone would apply"
        )
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise InvalidArgument(f"{key} {value!r} is beyond what a date can be in UTC") from None


def _ordering(key: str, value: Any) -> tuple[str, ...]:
    given = _several(key, value)
    for one in given:
        if not isinstance(one, str) or one.removeprefix("-") not in ORDERINGS:
            raise InvalidArgument(
                f"{key} {one!r}: the server would ignore it; it can order by {', '.join(sorted(ORDERINGS))}"
            )
    return given


_CHECKS: dict[str, Any] = {
    "status": lambda key, value: _members(TaskStatus, key, value),
    "task_type": lambda key, value: _members(TaskType, key, value),
    "trigger_source": lambda key, value: _members(TriggerSource, key, value),
    "acknowledged": _flag,
    "is_complete": _flag,
    "owner": _user_id,
    "name": _text,
    "result": _text,
    "date_created_after": _moment,
    "date_created_before": _moment,
    "ordering": _ordering,
}
_COUNTED = StatusCountFilters.__annotations__.keys()


def checked(filters: TaskFilters | StatusCountFilters) -> TaskFilter:
    """`filters`, each of them one that the server honours; InvalidArgument otherwise. None means not given."""
    values: dict[str, Any] = {}
    for key, value in filters.items():
        if key not in _CHECKS:
            raise InvalidArgument(
                f"there is no filter {key!r}: the server would ignore it; it has {', '.join(_CHECKS)}"
            )
        if value is not None:
            values[key] = _CHECKS[key](key, value)
    return TaskFilter(**values)


def checked_for_counts(filters: StatusCountFilters) -> TaskFilter:
    """The same for `status_counts`, which ignores status and is_complete."""
    ignored = sorted(filters.keys() - _COUNTED)
    if ignored:
        raise InvalidArgument(
            f"status_counts has no filter {', '.join(ignored)}: it would be ignored; it has {', '.join(_COUNTED)}"
        )
    return checked(filters)

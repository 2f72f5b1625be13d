"""What a list is narrowed to, as it is carried in the custom id of a button.

The code is a few characters a filter, so that a list can be paged on a message that is a year old, after any restart.
`read` is total, and `read(str(x)) == x` for every value. The orders of the tuples below are part of the code: append.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from bot.paperless.filters import TaskFilters
from bot.paperless.models import TaskStatus, TaskType, TriggerSource

STATUSES = tuple(TaskStatus)
TYPES = tuple(TaskType)
SOURCES = tuple(TriggerSource)
ORDERINGS = (
    "-date_created",
    "date_created",
    "-date_done",
    "date_done",
    "-duration_seconds",
    "-wait_time_seconds",
    "status",
    "task_type",
)
NOTHING = "-"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_KEPT = re.compile(r"k-[0-9a-f]{12}")
_FIELD = re.compile(r"([a-z])([A-Za-z0-9_-]*)")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Those given must all hold; several values of one mean any of them. Times are to the minute."""

    status: tuple[TaskStatus, ...] = ()
    task_type: TaskType | None = None
    trigger_source: TriggerSource | None = None
    acknowledged: bool | None = None
    is_complete: bool | None = None
    owner: int | None = None
    name: str | None = None
    result: str | None = None
    date_created_after: datetime | None = None
    date_created_before: datetime | None = None
    ordering: str | None = None

    def filters(self) -> TaskFilters:
        """For `tasks.filter`."""
        found: TaskFilters = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None and value != ():
                found[field.name] = value  # type: ignore[literal-required]
        return found

    def __str__(self) -> str:
        parts = [
            _part("s", sum(1 << STATUSES.index(one) for one in self.status) or None),
            _part("t", None if self.task_type is None else TYPES.index(self.task_type)),
            _part("u", None if self.trigger_source is None else SOURCES.index(self.trigger_source)),
            _part("a", self.acknowledged),
            _part("c", self.is_complete),
            _part("o", self.owner),
            _part("f", _minutes(self.date_created_after)),
            _part("b", _minutes(self.date_created_before)),
            _part("r", None if self.ordering is None else ORDERINGS.index(self.ordering)),
            _text_part("n", self.name),
            _text_part("x", self.result),
        ]
        return ".".join(part for part in parts if part) or NOTHING


def read(code: str) -> Wanted | None:
    """None for anything that `Wanted` would not write."""
    parts: dict[str, str] = {}
    for part in [] if code == NOTHING else code.split("."):
        matched = _FIELD.fullmatch(part)
        if matched is None:
            return None
        parts[matched[1]] = matched[2]
    try:
        found = _wanted(parts)
        return found if str(found) == code else None
    except (ValueError, IndexError, OverflowError):
        return None


def _wanted(parts: dict[str, str]) -> Wanted:
    numbers = {letter: int(text, 36) for letter, text in parts.items() if letter in "stuacofbr"}
    bits = numbers.get("s", 0)
    return Wanted(
        status=tuple(one for place, one in enumerate(STATUSES) if bits >> place & 1),
        task_type=TYPES[numbers["t"]] if "t" in numbers else None,
        trigger_source=SOURCES[numbers["u"]] if "u" in numbers else None,
        acknowledged=bool(numbers["a"]) if "a" in numbers else None,
        is_complete=bool(numbers["c"]) if "c" in numbers else None,
        owner=numbers.get("o"),
        name=_text(parts["n"]) if "n" in parts else None,
        result=_text(parts["x"]) if "x" in parts else None,
        date_created_after=_moment(numbers["f"]) if "f" in numbers else None,
        date_created_before=_moment(numbers["b"]) if "b" in numbers else None,
        ordering=ORDERINGS[numbers["r"]] if "r" in numbers else None,
    )


def kept_as(code: str) -> str:
    """A short name for a code that is too long for a button: the ledger keeps the code under it."""
    return f"k-{sha256(code.encode()).hexdigest()[:12]}"


def is_kept(code: str) -> bool:
    return bool(_KEPT.fullmatch(code))


def _part(letter: str, number: int | None) -> str:
    return "" if number is None else letter + base36(int(number))


def base36(number: int) -> str:
    if number < 0:
        raise ValueError("a negative number has no end here")
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"


def _text_part(letter: str, text: str | None) -> str:
    return "" if text is None else letter + urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _text(code: str) -> str:
    return urlsafe_b64decode(code + "=" * (-len(code) % 4)).decode()


def _minutes(moment: datetime | None) -> int | None:
    return None if moment is None else int((moment - EPOCH).total_seconds()) // 60


def _moment(minutes: int) -> datetime:
    return EPOCH + timedelta(minutes=minutes)

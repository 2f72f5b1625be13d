"""What `?...` asks of the list of tasks: the filters, and their errors."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from .answers import Call, Refused
from .clock import SERVER_ZONE
from .row import Row
from .vocabulary import COMPLETE, STATUSES, TASK_TYPES, TRIGGER_SOURCES, TYPES, V9_TYPES, v9_name

CHOICE = "Select a valid choice. {} is not one of the available choices."
OWNER = "Select a valid choice. That choice is not one of the available choices."
MOMENT = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ](\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d{1,6})?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?)?$"
)

Predicate = Callable[[Row], bool]


@dataclass
class Wanted:
    """Which rows: their states, and what else must hold of each."""

    statuses: frozenset[str] | None = None
    predicates: list[Predicate] = field(default_factory=list)
    one_by_one: bool = False  # a predicate tells rows of a history apart
    task_id: str | None = None

    def fits(self, row: Row) -> bool:
        return (self.statuses is None or row.status in self.statuses) and all(p(row) for p in self.predicates)


def ascii_lower(text: str) -> str:
    """SQLite's LIKE folds A to Z only."""
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in text)


def wanted(call: Call, *, ignore: frozenset[str] = frozenset()) -> Wanted:
    """Reads the filters; raises 400 with every mistake by its field. Unknown parameters do not exist."""
    result, errors = Wanted(), dict[str, list[str]]()
    result.task_id = call.query("task_id")
    for name, read in FILTERS.items():
        values = call.request.query.getall(name, [])
        if not values or name in ignore or (name in V9_ONLY and call.api > 9):
            continue
        result.one_by_one |= name in TELL_APART
        try:
            read(call, values, result)
        except ValueError as error:
            errors[name] = [str(error)]
    if errors:
        raise Refused(400, errors)
    if not call.who.is_superuser:
        result.predicates.append(lambda row: call.world.sees(call.who, row))
    if result.task_id is not None:
        task_id = result.task_id
        result.predicates.append(lambda row: row.task_id == task_id)
    return result


def _choices(call: Call, values: list[str], allowed: Iterable[str]) -> frozenset[str]:
    for value in values:
        if value not in allowed:
            raise ValueError(call.say(CHOICE, value))
    return frozenset(values)


def _status(call: Call, values: list[str], result: Wanted) -> None:
    result.statuses = _choices(call, values, STATUSES)


def _task_type(call: Call, values: list[str], result: Wanted) -> None:
    chosen = _choices(call, values, TASK_TYPES)
    result.predicates.append(lambda row: row.task_type in chosen)


def _trigger_source(call: Call, values: list[str], result: Wanted) -> None:
    chosen = _choices(call, values, TRIGGER_SOURCES)
    result.predicates.append(lambda row: row.trigger_source in chosen)


def _task_name(call: Call, values: list[str], result: Wanted) -> None:
    chosen = _choices(call, values[-1:], {v9_name(t) for t in TASK_TYPES})
    result.predicates.append(lambda row: v9_name(row.task_type) in chosen)


def _type(call: Call, values: list[str], result: Wanted) -> None:
    chosen = _choices(call, values[-1:], TYPES)
    result.predicates.append(lambda row: V9_TYPES[row.trigger_source] in chosen)


def boolean(value: str) -> bool | None:
    return {"true": True, "True": True, "1": True, "false": False, "False": False, "0": False}.get(value)


def _acknowledged(call: Call, values: list[str], result: Wanted) -> None:
    flag = boolean(values[-1])
    if flag is not None:
        result.predicates.append(lambda row: row.acknowledged is flag)


def _is_complete(call: Call, values: list[str], result: Wanted) -> None:
    flag = boolean(values[-1])
    if flag is not None:
        result.predicates.append(lambda row: (row.status in COMPLETE) is flag)


def _owner(call: Call, values: list[str], result: Wanted) -> None:
    if not values[-1]:
        return
    if not values[-1].isdecimal() or not call.world.users.exists(int(values[-1])):
        raise ValueError(OWNER)
    owner = int(values[-1])
    result.predicates.append(lambda row: row.owner == owner)


def moment(text: str) -> datetime:
    """ISO 8601; without an offset it is the server's own time, a date alone its midnight."""
    if not MOMENT.match(text):
        raise ValueError("Enter a valid date/time.")
    try:
        read = datetime.fromisoformat(text.replace(",", "."))
    except ValueError:
        raise ValueError("Enter a valid date/time.") from None
    return read if read.tzinfo is not None else read.replace(tzinfo=SERVER_ZONE)


def _created_after(call: Call, values: list[str], result: Wanted) -> None:
    if values[-1]:
        bound = moment(values[-1])
        result.predicates.append(lambda row: row.date_created >= bound)


def _created_before(call: Call, values: list[str], result: Wanted) -> None:
    if values[-1]:
        bound = moment(values[-1])
        result.predicates.append(lambda row: row.date_created <= bound)


def _name(call: Call, values: list[str], result: Wanted) -> None:
    """The file's name, or the label of the type or of the source."""
    part = values[-1]
    if not part:
        return
    low = ascii_lower(part)
    types = {t for t, label in TASK_TYPES.items() if part.lower() in label.lower()}
    sources = {s for s, label in TRIGGER_SOURCES.items() if part.lower() in label.lower()}

    def fits(row: Row) -> bool:
        return (
            row.task_type in types
            or row.trigger_source in sources
            or (row.filename is not None and low in ascii_lower(row.filename))
        )

    result.predicates.append(fits)


def _result(call: Call, values: list[str], result: Wanted) -> None:
    """The error's text, the reason, a document's exact number; a duplicate of something in the trash never."""
    part = values[-1]
    if not part:
        return
    low, number = ascii_lower(part), int(part) if part.isdecimal() else None

    def fits(row: Row) -> bool:
        data = row.result_data or {}
        if "duplicate_of" in data:
            return not data["duplicate_in_trash"] and (low in "duplicate" or number == data["duplicate_of"])
        text = data.get("error_message") or data.get("reason") or ""
        return low in ascii_lower(text) or (number is not None and data.get("document_id") == number)

    result.predicates.append(fits)


FILTERS: dict[str, Callable[[Call, list[str], Wanted], None]] = {
    "status": _status,
    "task_type": _task_type,
    "trigger_source": _trigger_source,
    "task_name": _task_name,
    "type": _type,
    "acknowledged": _acknowledged,
    "is_complete": _is_complete,
    "owner": _owner,
    "date_created_after": _created_after,
    "date_created_before": _created_before,
    "name": _name,
    "result": _result,
}
TELL_APART = frozenset({"date_created_after", "date_created_before", "name", "result"})
V9_ONLY = frozenset({"task_name", "type"})

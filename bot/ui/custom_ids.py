"""What our buttons and menus carry: `t1:<verb>:<fields>`, at most 100 characters.

`parse` is total: any string gives a value or None, and `parse(str(x)) == x` for every value. The version stands first,
so that a later form can be told from this one on a message that is a year old. A custom id is a claim, not a right:
whoever presses is checked, and the ledger must agree with guild, channel and message.
"""

import re
from dataclasses import dataclass
from typing import ClassVar, Literal, cast

from bot.ui import filters

VERSION = "t1"
LIMIT = 100
MAX_ID = 2**63 - 1
TEMPLATE = re.compile(rf"{VERSION}:[A-Za-z0-9_:.-]{{1,97}}")
"""Every id of ours and nothing else's. One DynamicItem class a component type takes them all: no two can overlap."""

_SERVER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_TASK_ID = re.compile(r"[A-Za-z0-9._-]{1,48}")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_KIND = re.compile(r"[a-z_]{1,40}")
_OF_SERVER = ("task-ack", "task-info", "task-show", "task-follow", "failures", "failack", "active", "open", "run")

MuteSpan = Literal["1h", "1d", "until"]
MUTE_SPANS: tuple[MuteSpan, ...] = ("1h", "1d", "until")
TaskVerb = Literal["ack", "info", "show", "follow"]


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """On the card of one incident: its failures up to and including row `through`, which is what the card showed."""

    card_id: int
    through: int

    def __str__(self) -> str:
        return f"{VERSION}:ack:{self.card_id}:{self.through}"


@dataclass(frozen=True, slots=True)
class AcknowledgeAll:
    """On a digest: everything up to and including failure row `through`; asks first, unless `confirmed`."""

    card_id: int
    through: int
    confirmed: bool = False

    def __str__(self) -> str:
        return f"{VERSION}:{'allyes' if self.confirmed else 'all'}:{self.card_id}:{self.through}"


@dataclass(frozen=True, slots=True)
class Details:
    card_id: int

    def __str__(self) -> str:
        return f"{VERSION}:info:{self.card_id}"


@dataclass(frozen=True, slots=True)
class LookThrough:
    """A page of what a digest stands for, from 0."""

    card_id: int
    page: int

    def __str__(self) -> str:
        return f"{VERSION}:look:{self.card_id}:{self.page}"


@dataclass(frozen=True, slots=True)
class Mute:
    """What a card of one incident shows; of a digest the line of that number, whatever the file: see `DigestLine`."""

    card_id: int
    span: MuteSpan
    line_id: int | None = None

    def __str__(self) -> str:
        return f"{VERSION}:mute:{self.card_id}:{self.span}" + ("" if self.line_id is None else f":{self.line_id}")


@dataclass(frozen=True, slots=True)
class MuteLine:
    """The menu under a digest's pages: its chosen value is the number of a line."""

    card_id: int

    def __str__(self) -> str:
        return f"{VERSION}:line:{self.card_id}"


@dataclass(frozen=True, slots=True)
class OnTask:
    """On the answer to /task: acknowledge, tell the details of, show anew, or follow the task of that UUID."""

    verb: TaskVerb
    server: str
    task_id: str

    def __str__(self) -> str:
        return f"{VERSION}:task-{self.verb}:{self.server}:{self.task_id}"


@dataclass(frozen=True, slots=True)
class _Page:
    prefix: ClassVar[str]
    server: str
    page: int

    def __str__(self) -> str:
        return f"{VERSION}:{self.prefix}:{self.server}:{self.page}"


@dataclass(frozen=True, slots=True)
class Failures(_Page):
    """A page of /tasks failures, from 0."""

    prefix = "failures"


@dataclass(frozen=True, slots=True)
class AcknowledgeFailures(_Page):
    """The menu under such a page: its chosen values are the UUIDs of tasks to acknowledge."""

    prefix = "failack"


@dataclass(frozen=True, slots=True)
class Active(_Page):
    """A page of /tasks active, from 0."""

    prefix = "active"


@dataclass(frozen=True, slots=True)
class OpenTask:
    """The menu under a list: its chosen value is a task's UUID."""

    server: str

    def __str__(self) -> str:
        return f"{VERSION}:open:{self.server}"


@dataclass(frozen=True, slots=True)
class EndMute:
    """The menu under /tasks mutes: its chosen value is the number of a mute."""

    def __str__(self) -> str:
        return f"{VERSION}:unmute"


@dataclass(frozen=True, slots=True)
class RunNow:
    """The answer to the question of /tasks run; `kind` is the type of task."""

    server: str
    kind: str

    def __str__(self) -> str:
        return f"{VERSION}:run:{self.server}:{self.kind}"


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of /tasks list, from 0; `wanted` is the code of its filters, or what that is kept as: `bot.ui.filters`."""

    server: str
    page: int
    wanted: str

    def __str__(self) -> str:
        return f"{VERSION}:list:{self.server}:{self.page}:{self.wanted}"


@dataclass(frozen=True, slots=True)
class AcknowledgeListed:
    """The menu under such a page: its chosen values are the UUIDs of tasks to acknowledge."""

    server: str
    page: int
    wanted: str

    def __str__(self) -> str:
        return f"{VERSION}:listack:{self.server}:{self.page}:{self.wanted}"


@dataclass(frozen=True, slots=True)
class AcknowledgeWanted:
    """The answer to the question of /tasks acknowledge: what fits `wanted`, and ended up to `until` (Unix seconds)."""

    server: str
    until: int
    wanted: str

    def __str__(self) -> str:
        return f"{VERSION}:ackall:{self.server}:{self.until}:{self.wanted}"


@dataclass(frozen=True, slots=True)
class Audited:
    """A page of /tasks audit, from 0; of that member alone."""

    page: int
    user_id: int | None

    def __str__(self) -> str:
        return f"{VERSION}:audit:{self.page}" + ("" if self.user_id is None else f":{self.user_id}")


OfCard = Acknowledge | AcknowledgeAll | Details | LookThrough | Mute | MuteLine
_OfAnswer = OnTask | Failures | AcknowledgeFailures | Active | OpenTask | EndMute | RunNow
_OfList = Listed | AcknowledgeListed | AcknowledgeWanted
CustomId = OfCard | _OfAnswer | _OfList | Audited


def _number(text: str) -> int | None:
    if not _NUMBER.fullmatch(text) or int(text) > MAX_ID:
        return None
    return int(text)


def _of_card(verb: str, fields: list[str]) -> CustomId | None:
    card_id = _number(fields[0]) if fields else None
    if card_id is None:
        return None
    if verb == "mute":
        return _mute(card_id, fields[1:])
    match verb, [_number(field) for field in fields[1:]]:
        case "info", []:
            return Details(card_id)
        case "line", []:
            return MuteLine(card_id)
        case "ack", [int(through)]:
            return Acknowledge(card_id, through)
        case (("all" | "allyes"), [int(through)]):
            return AcknowledgeAll(card_id, through, confirmed=verb == "allyes")
        case "look", [int(page)]:
            return LookThrough(card_id, page)
    return None


def _mute(card_id: int, fields: list[str]) -> Mute | None:
    span = next((span for span in MUTE_SPANS if fields[:1] == [span]), None)
    match span, [_number(field) for field in fields[1:]]:
        case str(), []:
            return Mute(card_id, span)
        case str(), [int(line_id)]:
            return Mute(card_id, span, line_id)
    return None


def _of_server(verb: str, server: str, fields: list[str]) -> CustomId | None:
    if not _SERVER.fullmatch(server):
        return None
    if verb == "open":
        return None if fields else OpenTask(server)
    if verb in _LISTED:
        return _of_list(verb, server, fields)
    if len(fields) != 1:
        return None
    if verb in _PAGES:
        page = _number(fields[0])
        return None if page is None else _PAGES[verb](server, page)
    if verb == "run":
        return RunNow(server, fields[0]) if _KIND.fullmatch(fields[0]) else None
    return OnTask(cast("TaskVerb", verb.removeprefix("task-")), server, fields[0]) if is_task_id(fields[0]) else None


_PAGES: dict[str, type[Failures | AcknowledgeFailures | Active]] = {
    one.prefix: one for one in (Failures, AcknowledgeFailures, Active)
}
_LISTED: dict[str, type[_OfList]] = {"list": Listed, "listack": AcknowledgeListed, "ackall": AcknowledgeWanted}


def _of_list(verb: str, server: str, fields: list[str]) -> CustomId | None:
    number = _number(fields[0]) if len(fields) == 2 else None
    if number is None or not (filters.is_kept(fields[1]) or filters.read(fields[1])):
        return None
    return _LISTED[verb](server, number, fields[1])


def _audited(fields: list[str]) -> CustomId | None:
    match [_number(field) for field in fields]:
        case [int(page)]:
            return Audited(page, None)
        case [int(page), int(user_id)]:
            return Audited(page, user_id)
    return None


def fits(custom_id: CustomId) -> bool:
    """Whether Discord takes it; only the filters of a list can be too long."""
    return len(str(custom_id)) <= LIMIT


def parse(text: str) -> CustomId | None:
    """What `text` asks for; None when it is not ours, of another version, or malformed."""
    if len(text) > LIMIT or not TEMPLATE.fullmatch(text):
        return None
    _, verb, *fields = text.split(":")
    if verb == "unmute":
        return None if fields else EndMute()
    if verb == "audit":
        return _audited(fields)
    if verb in _OF_SERVER or verb in _LISTED:
        return _of_server(verb, fields[0], fields[1:]) if fields else None
    return _of_card(verb, fields)


def is_task_id(text: str) -> bool:
    """Whether a task id can be carried in a custom id; every UUID can."""
    return bool(_TASK_ID.fullmatch(text))


def card_of(custom_id: CustomId) -> int | None:
    """The card an id belongs to; None for those of commands' answers."""
    return custom_id.card_id if isinstance(custom_id, OfCard) else None

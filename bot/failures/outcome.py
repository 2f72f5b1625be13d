"""What came of a press on Acknowledge, and of a poll: values for replies, logs and /readyz."""

from dataclasses import dataclass
from datetime import datetime

from bot.failures.card import Acknowledgement, IncidentState
from bot.paperless.errors import PaperlessError


@dataclass(frozen=True, kw_only=True)
class Acknowledged:
    """This press did it. `vanished` of them no longer wait in Paperless, or are not visible to the bot's user; of these
    `run_again` are known to be there, and to have run again since. `unwatched`: servers that are no longer configured;
    what failed there is acknowledged here alone."""

    count: int
    vanished: int
    unwatched: tuple[str, ...] = ()
    run_again: int = 0


@dataclass(frozen=True, kw_only=True)
class AlreadyAcknowledged:
    acknowledgement: Acknowledgement


@dataclass(frozen=True, kw_only=True)
class BeingAcknowledged:
    """Somebody else's press is on its way at this moment."""

    user_id: int
    user_name: str


@dataclass(frozen=True, kw_only=True)
class NothingOpen:
    """Nothing to acknowledge any more: it succeeded, went, or ended by itself."""

    state: IncidentState


@dataclass(frozen=True, kw_only=True)
class UnknownCard:
    """No such card in this ledger: forged, or of a database that is no more."""


@dataclass(frozen=True, kw_only=True)
class NotAcknowledged:
    """Paperless did not do it, or that is not known. The claim is given back: the button works again.

    `done` of them were acknowledged before the error.
    """

    error: PaperlessError
    done: int


AcknowledgeOutcome = (
    Acknowledged | AlreadyAcknowledged | BeingAcknowledged | NothingOpen | UnknownCard | NotAcknowledged
)


@dataclass(frozen=True, kw_only=True)
class PollReport:
    """One poll of one server. `error` is None when the server answered."""

    server: str
    at: datetime
    new: int  # failures recorded for the first time
    changed: int  # open failures that were acknowledged, succeeded or went elsewhere
    error: PaperlessError | None
    defect: BaseException | None  # a mistake of ours, logged; the next poll goes on
    seconds: float

    @property
    def good(self) -> bool:
        return self.error is None and self.defect is None


@dataclass(frozen=True, kw_only=True)
class DeliveryReport:
    posted: int
    edited: int
    failed: int
    waiting: int  # cards still due: paced, held by quiet hours, or their channel is paused

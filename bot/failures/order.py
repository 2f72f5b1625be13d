"""What people order from the chat, and the message that follows it: frozen values, without a database."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Purpose(StrEnum):
    RUN = "run"
    UPLOAD = "upload"
    WATCH = "watch"  # somebody else's task


class State(StrEnum):
    ORDERED = "ordered"  # Paperless is being asked
    FOLLOWING = "following"
    TOLD = "told"  # its end
    ADOPTED = "adopted"  # it failed, and the message is its card
    GIVEN_UP = "given_up"


UNDER_WAY = (State.ORDERED, State.FOLLOWING)


@dataclass(frozen=True, kw_only=True)
class Order:
    """What somebody asks for. `message_id` None: the message comes once Paperless has taken the order."""

    server: str
    purpose: Purpose
    task_type: str
    filename: str | None = None
    task_id: str | None = None
    channel_id: int
    message_id: int | None = None
    user_id: int
    user_name: str


@dataclass(frozen=True, kw_only=True)
class Follower:
    follower_id: int
    state: State
    order: Order
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Busy:
    """Another run is under way on that server."""

    other: Follower


@dataclass(frozen=True, kw_only=True)
class TooSoon:
    """The same was run just now."""

    again_at: datetime

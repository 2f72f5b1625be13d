"""How cards leave: a protocol without Discord in it, implemented in `bot/notifier.py` and, in memory, by the tests.

One call is one attempt: the caller repeats, paces and remembers. A call may take as long as it likes; it is never cut
short while the process lives, since a send that is abandoned may have arrived.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.failures.card import Card


class NotifierError(Exception):
    """A call that did not do what it should, or of which that is not known.

    `retryable`: the same call may succeed later. For a post that covers an unknown outcome: the nonce is sent again.
    `retry_after`: seconds to leave the channel alone, where Discord said so.
    """

    def __init__(self, message: str, *, retryable: bool = True, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retryable = retryable
        self.retry_after = retry_after

    @property
    def is_unclear(self) -> bool:
        """Whether it may have been done all the same, or may still be: Discord did not refuse it."""
        return self.retry_after is None and not isinstance(
            self, MessageGone | ChannelForbidden | Unsendable | NotSupported
        )


class MessageGone(NotifierError):
    """The message was deleted (edit), or the nonce belongs to one that was (post): the card counts as dismissed."""

    def __init__(self) -> None:
        super().__init__("the message was deleted", retryable=False)


class ChannelForbidden(NotifierError):
    """The channel is missing or closed to the bot: logged once, tried again slowly, nothing is lost."""


class Unsendable(NotifierError):
    """Discord refuses this very card (400): a defect of ours. Logged, and tried again when the card changes."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=False)


@dataclass(frozen=True, kw_only=True)
class Post:
    """A card for a channel. The nonce (at most 25 characters) makes a repetition harmless.

    `silent` suppresses the notification. `reply_to` is a message id; where it is gone, it is posted without. `thread`
    opens a thread under the message; failing at that is no error.
    """

    channel_id: int
    card: Card
    nonce: str
    mention_role_id: int | None
    silent: bool
    reply_to: int | None
    thread: bool


class NotSupported(NotifierError):
    """Discord, or what stands in its place, has no such call. What was asked for is not done."""


class Notifier(Protocol):
    async def post(self, post: Post, /) -> int:
        """The message's id."""
        ...

    async def edit(self, *, channel_id: int, message_id: int, card: Card, is_first: bool) -> None:
        """`is_first`: no state of this card was accepted before, as far as is known. Its message was there already: it
        followed the task, or it was found."""
        ...

    async def find(self, *, channel_id: int, card_id: int, not_before: datetime) -> int | None:
        """The bot's message of this card in the channel, known by its custom ids; None where there is none.

        For a post of an earlier life whose outcome is not known. Looks back to `not_before` and no further. Raises
        NotSupported where there is no looking back.
        """
        ...

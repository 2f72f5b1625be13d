"""Takes due cards to their channels: in order within a channel, channels side by side, at a pace that Discord allows.

A send is never cut short, since it may have arrived; a channel that hangs keeps nobody else waiting. What was refused
stays due: the ledger waits, and collapses what has grown old.
"""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.failures.card import Card, DigestCard, IncidentCard
from bot.failures.notifier import (
    ChannelForbidden,
    MessageGone,
    Notifier,
    NotifierError,
    NotSupported,
    Unsendable,
)
from bot.failures.outbox import Due, Outbox, Outgoing
from bot.failures.outcome import DeliveryReport
from bot.failures.pacing import Pace
from bot.lease import LeaseLost

log = logging.getLogger(__name__)

NONCE_HOLDS = timedelta(seconds=60)  # Discord: "the past few minutes"; after that a message is looked for
CLOCK_DIFFERENCE = timedelta(minutes=5)  # between ours and Discord's
LOOKS = 3  # into a channel whose server says that it cannot be looked into, before that is believed
STUMBLES = 10  # failures of one card, in a row, before another in its channel is tried first
REMEMBERED = 20_000  # cards, of which it is known what they showed last
CUT_OFF_SECONDS = 0.5  # for a send that was cancelled to take it
PATIENCE = 0.5  # seconds that deliver_once waits for sends; they go on after it, and the next poll is not late


class Courier:
    def __init__(self, outbox: Outbox, notifier: Notifier, *, now: Callable[[], datetime]) -> None:
        self._outbox = outbox
        self._notifier = notifier
        self._now = now
        self.patience = PATIENCE
        self._paces: defaultdict[int, Pace] = defaultdict(Pace)
        self._locks: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._queued: set[int] = set()
        self._lanes: set[asyncio.Task[Counter[str]]] = set()
        self._stumbles: Counter[int] = Counter()
        self._tried_here: dict[int, int] = {}  # the revision of the first try of each post that has not been answered
        self._closed_channels: set[int] = set()
        self._unreadable: Counter[int] = Counter()  # channels -> looks into them that were refused
        self._shown: dict[int, int] = {}  # cards -> the newest failure that they showed when they were last taken
        self._shown_since = now()  # what cards of before that showed is not known
        self._begun = False
        self._closing = False

    async def deliver_once(self) -> DeliveryReport:
        """Send what is due and may go now. Called often: after a poll, after a press, each second."""
        due = await self._outbox.due()
        started = [self._start(channel) for channel in dict.fromkeys(each.channel_id for each in due)]
        lanes = {lane for lane in started if lane is not None}
        if lanes:
            await asyncio.wait(lanes, timeout=self.patience)
        done = sum((lane.result() for lane in lanes if lane.done() and not lane.cancelled()), Counter[str]())
        return self._report(done, await self._outbox.due() if due else ())

    def begin(self) -> None:
        """Like deliver_once, without waiting: for the first cards of a burst that is still being read."""
        if not self._closing and not self._begun:
            self._begun = True
            self._keep(asyncio.create_task(self._begin()))

    async def _begin(self) -> Counter[str]:
        try:
            await self.deliver_once()
        except Exception:
            log.exception("Delivering went wrong; it is tried again", extra={"event": "delivery_not_begun"})
        finally:
            self._begun = False
        return Counter()

    async def close(self, *, patience: float = 10.0) -> None:
        """Let what is on its way arrive. What is cut off after that is looked for in the next life."""
        self._closing = True
        if self._lanes:
            _, late = await asyncio.wait(self._lanes, timeout=patience)
            for lane in late:
                lane.cancel()
            if late:
                await asyncio.wait(late, timeout=CUT_OFF_SECONDS)

    def _keep(self, lane: asyncio.Task[Counter[str]]) -> asyncio.Task[Counter[str]]:
        self._lanes.add(lane)
        lane.add_done_callback(self._lanes.discard)
        return lane

    def _start(self, channel_id: int) -> asyncio.Task[Counter[str]] | None:
        """One lane at work and one behind it, which sees what the first did not, are enough."""
        if channel_id in self._queued or self._closing:
            return None
        self._queued.add(channel_id)
        return self._keep(asyncio.create_task(self._lane(channel_id)))

    async def _lane(self, channel_id: int) -> Counter[str]:
        done: Counter[str] = Counter()
        async with self._locks[channel_id]:
            self._queued.discard(channel_id)
            try:
                for due in self._in_order(await self._due_in(channel_id)):
                    if self._closing or not await self._attempt(due, done):
                        break
            except LeaseLost:
                done["failed"] += 1  # another process takes over, with what is due
            except Exception:
                log.exception(
                    "Delivering to channel %s went wrong; it is tried again",
                    channel_id,
                    extra={"event": "delivery_defect"},
                )
                done["failed"] += 1
                self._paces[channel_id].failed(self._now())
        return done

    async def _due_in(self, channel_id: int) -> list[Due]:
        """Nothing while the channel is to be left alone; what has grown old in that time goes together."""
        now = self._now()
        if self._paces[channel_id].open_at(now) > now:
            return []
        due = [each for each in await self._outbox.due() if each.channel_id == channel_id]
        if sum(each.is_post for each in due) > 1 and await self._outbox.collapse(channel_id):
            due = [each for each in await self._outbox.due() if each.channel_id == channel_id]
        return due

    def _in_order(self, due: Sequence[Due]) -> list[Due]:
        return sorted(due, key=lambda each: self._stumbles[each.card_id] >= STUMBLES)

    async def _attempt(self, due: Due, done: Counter[str]) -> bool:
        """Whether the next card of the channel may be tried."""
        pace = self._paces[due.channel_id]
        now = self._now()
        if pace.allowed_at(due.card_id, now) > now:
            return not due.is_post  # posts keep their order; one edit does not wait for another
        outgoing = await self._outbox.prepare(due.card_id)
        if outgoing is None:
            return True
        try:
            done[await self._send(outgoing)] += 1
        except NotifierError as error:
            done["failed"] += 1
            return await self._failed(outgoing, error, pace)
        self._note(outgoing.card_id, outgoing.card)
        pace.sent(due.card_id, self._now())
        self._stumbles.pop(due.card_id, None)
        if due.channel_id in self._closed_channels:
            self._closed_channels.discard(due.channel_id)
            log.info("Channel %s can be written to again", due.channel_id, extra={"event": "channel_open_again"})
        return True

    def _note(self, card_id: int, card: Card) -> None:
        if not isinstance(card, IncidentCard | DigestCard):
            return
        self._shown[card_id] = card.through
        if len(self._shown) > REMEMBERED:
            self._shown.clear()
            self._shown_since = self._now()

    async def _dismiss(self, outgoing: Outgoing) -> None:
        log.info("Card %s was deleted in Discord", outgoing.card_id, extra={"event": "card_dismissed"})
        if outgoing.message_id is None:
            await self._outbox.dismissed(outgoing.card_id)
            return
        shown = self._shown.pop(outgoing.card_id, None)
        anew = await self._outbox.dismissed_as_shown(outgoing.card_id, shown=shown, begun=self._shown_since)
        if anew:
            log.info("%d failures that it never showed are told anew", anew, extra={"event": "told_anew"})

    async def _send(self, outgoing: Outgoing) -> str:
        if outgoing.message_id is None:
            return await self._post(outgoing)
        await self._notifier.edit(
            channel_id=outgoing.channel_id,
            message_id=outgoing.message_id,
            card=outgoing.card,
            is_first=outgoing.is_first,
        )
        await self._outbox.edited(outgoing.card_id, revision=outgoing.revision, settles=outgoing.settles)
        return "edited"

    async def _post(self, outgoing: Outgoing) -> str:
        found = await self._earlier(outgoing)
        if found is not None:
            log.info("Card %s stands already as message %s", outgoing.card_id, found, extra={"event": "card_found"})
            await self._outbox.posted(outgoing.card_id, message_id=found, revision=0)
            return "found"
        await self._outbox.trying(outgoing.card_id)
        first = 0 if outgoing.tried_at is not None else outgoing.revision
        tried = self._tried_here.setdefault(outgoing.card_id, first)
        message_id = await self._notifier.post(outgoing)
        # A nonce seen before is answered with the message as it was first sent: then what changed since needs an edit.
        await self._outbox.posted(outgoing.card_id, message_id=message_id, revision=tried)
        self._tried_here.pop(outgoing.card_id, None)
        return "posted"

    async def _earlier(self, outgoing: Outgoing) -> int | None:
        """A message of an earlier attempt. Soon after it the nonce alone prevents a second one; it must do so where the
        channel may be written to, perhaps, but not read: better twice than never."""
        if outgoing.tried_at is None:
            return None
        if outgoing.card_id in self._tried_here and self._now() - outgoing.tried_at < NONCE_HOLDS:
            return None
        channel_id, not_before = outgoing.channel_id, outgoing.made_at - CLOCK_DIFFERENCE
        try:
            found = await self._notifier.find(channel_id=channel_id, card_id=outgoing.card_id, not_before=not_before)
        except (ChannelForbidden, MessageGone, NotSupported, Unsendable) as error:
            if isinstance(error, NotSupported) and self._unreadable[channel_id] < LOOKS - 1:
                self._unreadable[channel_id] += 1
                raise
            self._tell_unreadable(channel_id, error)
            return None
        self._unreadable.pop(channel_id, None)
        return found

    def _tell_unreadable(self, channel_id: int, error: NotifierError) -> None:
        """Once."""
        if self._unreadable[channel_id] < LOOKS:
            self._unreadable[channel_id] = LOOKS
            log.warning(
                "Channel %s cannot be looked into (%s): a card that was on its way when the bot ended may come twice",
                channel_id,
                error,
                extra={"event": "channel_unreadable"},
            )

    async def _failed(self, outgoing: Outgoing, error: NotifierError, pace: Pace) -> bool:
        if isinstance(error, MessageGone):
            await self._dismiss(outgoing)
            return True
        if isinstance(error, Unsendable):
            log.error("Discord refuses card %s: %s", outgoing.card_id, error, extra={"event": "card_refused"})
            await self._outbox.edited(outgoing.card_id, revision=outgoing.revision, settles=outgoing.settles)
            return True
        if error.is_unclear and outgoing.message_id is not None:
            await self._outbox.trying(outgoing.card_id)
        forbidden = isinstance(error, ChannelForbidden)
        if forbidden:
            await self._tell_closed(outgoing, error)
        else:
            self._stumble(outgoing)
            log.warning("Card %s could not be sent: %s", outgoing.card_id, error, extra={"event": "card_not_sent"})
        pace.failed(self._now(), retry_after=error.retry_after, forbidden=forbidden)
        return False

    def _stumble(self, outgoing: Outgoing) -> None:
        """Where another fails as well it is not the card: the order is kept again."""
        if any(number >= STUMBLES for card_id, number in self._stumbles.items() if card_id != outgoing.card_id):
            self._stumbles.clear()
        self._stumbles[outgoing.card_id] += 1

    async def _tell_closed(self, outgoing: Outgoing, error: NotifierError) -> None:
        """Once, until it is open again. Cards wait, and go nowhere else: another channel has other readers."""
        if outgoing.message_id is None and outgoing.tried_at is None:
            await self._outbox.not_sent(outgoing.card_id)
            self._tried_here.pop(outgoing.card_id, None)
        if outgoing.channel_id not in self._closed_channels:
            self._closed_channels.add(outgoing.channel_id)
            log.error(
                "Channel %s cannot be written to, its cards wait: %s",
                outgoing.channel_id,
                error,
                extra={"event": "channel_closed"},
            )

    def look_again(self) -> None:
        """Somebody has changed channels or rights: those that were closed are tried soon."""
        for channel_id in self._closed_channels:
            self._paces[channel_id].look_again()

    @staticmethod
    def _report(done: Counter[str], waiting: Sequence[Due]) -> DeliveryReport:
        return DeliveryReport(posted=done["posted"], edited=done["edited"], failed=done["failed"], waiting=len(waiting))

"""What happened, in order: for tests that wait and for the page that shows it. Nothing here polls.

Kinds, and what `data` is:
message_create, message_update      Discord's message object; `only_for` says whose an ephemeral one is
message_delete                      {id, channel_id, guild_id}
interaction_create, _response,      `Interaction.summary()`; response is the first callback, answered is when the
_answered, _failed                  person has something to read, failed is after 3 seconds without a callback
gateway_up, gateway_down            {session_id, resumed, replayed} and {session_id, code}
request_started, request            {request: "METHOD /path -> status", status}: before and after a request of the bot
commands_update, thread_create, thread_update, channel_delete, member_update, typing, token_reset
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self

from bot.sandbox.discord.errors import Json

KEPT = 10_000
SHOWN_ON_TIMEOUT = 8


@dataclass(frozen=True, kw_only=True)
class Event:
    """`only_for` is the one user who can see it (an ephemeral message); None is everybody."""

    number: int
    kind: str
    data: Json
    at: datetime
    only_for: int | None = None

    def visible_to(self, user_id: int | None) -> bool:
        return self.only_for is None or self.only_for == user_id


class Subscription(AsyncIterator[Event]):
    """Events from now on (or after a number). Iterate it; `async with` or `close()` ends it."""

    def __init__(self, log: "EventLog", *, user_id: int | None, backlog: list[Event]) -> None:
        self._log = log
        self._user_id = user_id
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue()
        for event in backlog:
            self.offer(event)

    def offer(self, event: Event) -> None:
        if event.visible_to(self._user_id):
            self._queue.put_nowait(event)

    async def __anext__(self) -> Event:
        event = await self._queue.get()
        if event is None:
            raise StopAsyncIteration
        return event

    def close(self) -> None:
        self._log.drop(self)
        self._queue.put_nowait(None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class EventLog:
    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._events: deque[Event] = deque(maxlen=KEPT)
        self._subscriptions: list[Subscription] = []
        self._waiters: list[Callable[[Event], None]] = []
        self.last = 0

    def emit(self, kind: str, data: Json, *, only_for: int | None = None) -> Event:
        self.last += 1
        event = Event(number=self.last, kind=kind, data=data, at=self._now(), only_for=only_for)
        self._events.append(event)
        for subscription in list(self._subscriptions):
            subscription.offer(event)
        for waiter in list(self._waiters):
            waiter(event)
        return event

    def since(self, number: int = 0) -> list[Event]:
        return [event for event in self._events if event.number > number]

    def subscribe(self, *, user_id: int | None = None, after: int | None = None) -> Subscription:
        backlog = [] if after is None else self.since(after)
        subscription = Subscription(self, user_id=user_id, backlog=backlog)
        self._subscriptions.append(subscription)
        return subscription

    def drop(self, subscription: Subscription) -> None:
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)

    def close(self) -> None:
        for subscription in list(self._subscriptions):
            subscription.close()

    async def wait_for(self, predicate: Callable[[Event], bool], *, timeout: float = 5, after: int = 0) -> Event:
        """The first event past number `after` that fits: one that has happened already, or else the next."""
        for event in self.since(after):
            if predicate(event):
                return event
        return await self._next(predicate, timeout)

    async def until(self, condition: Callable[[], bool], *, timeout: float = 5) -> None:
        """Return once `condition` holds; it is looked at again after every event."""
        if not condition():
            await self._next(lambda _: condition(), timeout)

    async def _next(self, predicate: Callable[[Event], bool], timeout: float) -> Event:
        found: asyncio.Future[Event] = asyncio.get_running_loop().create_future()

        def look(event: Event) -> None:
            if found.done():
                return
            try:
                if predicate(event):
                    found.set_result(event)
            except Exception as error:  # the waiting test shall see it, not whoever emitted
                found.set_exception(error)

        self._waiters.append(look)
        try:
            return await asyncio.wait_for(found, timeout)
        except TimeoutError:
            raise TimeoutError(f"not within {timeout} s; last happened: {self._tail()}") from None
        finally:
            self._waiters.remove(look)

    def _tail(self) -> str:
        return ", ".join(event.kind for event in list(self._events)[-SHOWN_ON_TIMEOUT:]) or "nothing"

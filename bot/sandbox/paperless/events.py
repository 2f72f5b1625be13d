"""What happened in the sandbox, in order, so that tests await an event instead of sleeping."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

KEPT = 20_000


@dataclass(frozen=True, kw_only=True)
class Event:
    """`kind`: task_created, task_changed, task_gone, request, listening, down."""

    kind: str
    number: int
    data: dict[str, Any] = field(default_factory=dict)


class EventLog:
    def __init__(self) -> None:
        self.position = 0  # the number of the latest event; 0 before the first
        self._events: deque[Event] = deque(maxlen=KEPT)
        self._waiting: list[tuple[Callable[[Event], bool], asyncio.Future[Event]]] = []
        self._queues: set[asyncio.Queue[Event]] = set()

    def emit(self, kind: str, **data: Any) -> None:
        self.position += 1
        event = Event(kind=kind, number=self.position, data=data)
        self._events.append(event)
        for queue in self._queues:
            queue.put_nowait(event)
        for waiting in [w for w in self._waiting if w[0](event)]:
            self._waiting.remove(waiting)
            if not waiting[1].done():
                waiting[1].set_result(event)

    async def wait_for(self, predicate: Callable[[Event], bool], *, since: int = 0, timeout: float = 5.0) -> Event:
        """The first event after number `since` that fits, also one that has already happened."""
        for event in self._events:
            if event.number > since and predicate(event):
                return event
        future: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        waiting = (predicate, future)
        self._waiting.append(waiting)
        try:
            async with asyncio.timeout(timeout):
                return await future
        finally:
            if waiting in self._waiting:
                self._waiting.remove(waiting)

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[asyncio.Queue[Event]]:
        queue: asyncio.Queue[Event] = asyncio.Queue()
        self._queues.add(queue)
        try:
            yield queue
        finally:
            self._queues.discard(queue)

"""What the gateway holds its clients to, apart from what they send: how much, how often, and that they live.

https://docs.discord.com/developers/events/gateway#rate-limiting and #sending-heartbeats
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any

FRAMES, FRAMES_SECONDS = 120, 60.0
FRAME_BYTES = 4_096
IDENTIFY_SECONDS = 5.0
"""One IDENTIFY in so long: a bot's max_concurrency is 1."""
LATE = 1.5
"""Intervals without a heartbeat. How patient Discord is it does not say."""
VERSIONS = ("9", "10")


class Frames:
    """What one connection has sent in the last minute, heartbeats included."""

    def __init__(self) -> None:
        self._sent: deque[float] = deque()

    def too_many(self) -> bool:
        """Whether the one that came just now is one too many."""
        now = time.monotonic()
        self._sent.append(now)
        while self._sent[0] <= now - FRAMES_SECONDS:
            self._sent.popleft()
        return len(self._sent) > FRAMES


class Pulse:
    """Calls `stopped` once a client has not sent a heartbeat for too long.

    By the machine's own clock, as the client's heartbeats come: a loop whose time jumps is not believed.
    """

    def __init__(self, interval_ms: int, stopped: Callable[[], None]) -> None:
        self._seconds = LATE * interval_ms / 1_000
        self._stopped = stopped
        self._waiting: asyncio.TimerHandle | None = None
        self._due = 0.0

    def beat(self) -> None:
        self._due = time.monotonic() + self._seconds
        self._look()

    def _look(self) -> None:
        self.end()
        left = self._due - time.monotonic()
        if left > 0:
            self._waiting = asyncio.get_running_loop().call_later(left, self._look)
        else:
            self._stopped()

    def end(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()


def is_shard(value: Any) -> bool:
    """[number, how many]."""
    if not (isinstance(value, list) and len(value) == 2 and all(type(part) is int for part in value)):
        return False
    number, how_many = value
    return bool(0 <= number < how_many)

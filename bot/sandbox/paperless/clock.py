"""Time in the sandbox: real, shifted, or stepped by hand; the one place where something happens later."""

import asyncio
import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

SERVER_ZONE = ZoneInfo("Europe/Berlin")  # the recorded servers' TIME_ZONE: answers carry its offset


class Clock:
    """`Clock()` follows the computer's clock; `Clock.stepped(start)` stands still until `advance`.

    Callbacks run in the order of their due times, and while one runs `now()` is not before its due time.
    """

    def __init__(self, *, start: datetime | None = None) -> None:
        self._standing = start
        self._offset = timedelta()
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    def stepped(cls, start: datetime) -> "Clock":
        return cls(start=start.astimezone(UTC))

    def now(self) -> datetime:
        if self._standing is not None:
            return self._standing
        return datetime.now(UTC) + self._offset

    def call_later(self, seconds: float, callback: Callable[[], None]) -> None:
        due = self.now() + timedelta(seconds=seconds)
        heapq.heappush(self._due, (due, next(self._numbers), callback))
        self._arm()

    def advance(self, seconds: float) -> None:
        """Let time pass at once: everything due in between happens, in order."""
        end = self.now() + timedelta(seconds=seconds)
        if self._standing is None:
            self._offset += timedelta(seconds=seconds)
            self._run_due()
            return
        while self._due and self._due[0][0] <= end:
            due, _, callback = heapq.heappop(self._due)
            self._standing = max(self._standing, due)
            callback()
        self._standing = end

    def close(self) -> None:
        self._due.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        """One timer of the event loop for the earliest callback; none on a stepped clock."""
        if self._standing is not None or not self._due:
            return
        if self._timer is not None:
            self._timer.cancel()
        delay = (self._due[0][0] - self.now()).total_seconds()
        self._timer = asyncio.get_running_loop().call_later(max(0.0, delay), self._run_due)

    def _run_due(self) -> None:
        try:
            while self._due and self._due[0][0] <= self.now():
                heapq.heappop(self._due)[2]()
        finally:
            self._arm()

"""The sandbox's time: the machine's own pace, which a test or the demo may move forward."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Timer:
    def __init__(self, *, due: float, callback: Callable[[], None]) -> None:
        self.due = due
        self._callback = callback
        self._handle: asyncio.TimerHandle | None = None
        self._over = False

    def arm(self, delay: float) -> None:
        self._disarm()
        self._handle = asyncio.get_running_loop().call_later(max(0.0, delay), self.fire)

    def fire(self) -> None:
        if not self._over:
            self.cancel()
            self._callback()

    def cancel(self) -> None:
        self._over = True
        self._disarm()

    @property
    def over(self) -> bool:
        return self._over

    def _disarm(self) -> None:
        if self._handle is not None:
            self._handle.cancel()


class Clock:
    def __init__(self) -> None:
        self._skipped = timedelta()
        self._timers: list[Timer] = []

    def now(self) -> datetime:
        return datetime.now(UTC) + self._skipped

    def time(self) -> float:
        """Seconds since 1970, moved as `now()` is."""
        return self.now().timestamp()

    def advance(self, seconds: float) -> None:
        """Move forward; what falls due on the way fires before this returns, in its order."""
        self._skipped += timedelta(seconds=seconds)
        now = self.time()
        for timer in sorted(self._timers, key=lambda timer: timer.due):
            if timer.over:
                continue
            if timer.due <= now:
                timer.fire()
            else:
                timer.arm(timer.due - now)
        self._forget_finished()

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        timer = Timer(due=self.time() + seconds, callback=callback)
        timer.arm(seconds)
        self._forget_finished()
        self._timers.append(timer)
        return timer

    async def sleep(self, seconds: float) -> None:
        over = asyncio.Event()
        timer = self.call_later(seconds, over.set)
        try:
            await over.wait()
        finally:
            timer.cancel()

    def cancel_all(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def _forget_finished(self) -> None:
        self._timers = [timer for timer in self._timers if not timer.over]

"""An event loop whose clock stands while anything is at work, and jumps to the next timer once nothing is.

What runs on it, and waits, takes as long as its work takes: a day is over within minutes. How busy the machine is shows
in no timestamp. Both ends of every socket have to be on the loop, else it would not know that an answer is coming.
"""

import asyncio
import fcntl
import selectors
import sys
import termios
from collections.abc import Coroutine
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import aiosqlite

from bot.sandbox.discord import Clock as DiscordClock
from bot.sandbox.paperless import Clock as PaperlessClock

T = TypeVar("T")
LONGEST = 1.0  # real seconds between two looks at whether a thread is done
GRACE = 0.001  # real seconds, at least, between the last that happened and a jump
PATIENCE = 50  # GRACEs, at most: some bytes are under way for ever, to one that does not read


def _unacknowledged(descriptor: int) -> bool:
    """Bytes that a socket has sent and the other side's kernel has not taken."""
    try:
        return fcntl.ioctl(descriptor, termios.TIOCOUTQ, bytes(4)) != bytes(4)
    except OSError:  # no socket, or one that listens
        return False


class _Selector(selectors.EpollSelector):
    def __init__(self) -> None:
        super().__init__()
        self.time = 0.0
        self.in_threads = 0
        self._waited = 0  # GRACEs since something happened

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        if self.in_threads:
            return super().select(LONGEST)
        if found := super().select(0):
            self._waited = 0
            return found
        if self._waited == 0 or (self._waited < PATIENCE and self._is_under_way()):
            self._waited += 1
            return super().select(GRACE)
        self.time += timeout
        return []

    def _is_under_way(self) -> bool:
        """Bytes, or a connection, have left one end and are not at the other: a busy kernel takes its time."""
        return any(key.events & selectors.EVENT_WRITE or _unacknowledged(key.fd) for key in self.get_map().values())


class JumpingLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _Selector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Seconds since its making, of its own time."""
        return self._jumping.time

    def create_future(self) -> "asyncio.Future[Any]":
        """SQLite works in threads of its own, and ends each piece of work by a future that was made for it."""
        future = super().create_future()
        if sys._getframe(1).f_code.co_filename == aiosqlite.core.__file__:
            self._wait_for(future)
        return future

    def run_in_executor(self, executor: Executor | None, func: Any, *args: Any) -> "asyncio.Future[Any]":  # type: ignore[override]
        future = super().run_in_executor(executor, func, *args)
        self._wait_for(future)
        return future

    def _wait_for(self, future: "asyncio.Future[Any]") -> None:
        def done(_: object) -> None:
            self._jumping.in_threads -= 1

        self._jumping.in_threads += 1
        future.add_done_callback(done)


def run(work: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(work)


class Time:
    """What the clock on the wall shows in the running loop, which was started at this moment."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._start = datetime.now(UTC) - timedelta(seconds=self._loop.time())

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._loop.time())


class ClockOfDiscord(DiscordClock):
    def __init__(self, time: Time) -> None:
        super().__init__()
        self._time = time

    def now(self) -> datetime:
        return self._time.now()


class ClockOfPaperless(PaperlessClock):
    def __init__(self, time: Time) -> None:
        super().__init__()
        self._time = time

    def now(self) -> datetime:
        return self._time.now()

"""Nothing holds up the bot's loop for 50 ms: not a burst, not the picture, not an upload, not a crowd of commands.

Held in CPU time of the bot's own thread, callback by callback, so that what else a machine does makes no difference.
"""

import asyncio
import gc
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.app import TaskBot
from bot.sandbox.discord.files import Upload
from tests import statements
from tests.house import House

MOST = 0.050
LARGE = b"%PDF-1.7 " + bytes(5_000_000) + b" %%EOF"
UNLIMITED = {"limits": {"view": 0, "upload": 0, "run": 0}}
CROWD = ("tasks failures", "tasks active", "tasks list", "help", "tasks mutes")


@dataclass
class Longest:
    """The callback that took most of the thread's time."""

    seconds: float = 0.0
    what: str = ""
    calls: int = 0

    def run(self, callback: Callable[..., Any], *args: Any) -> None:
        began = time.thread_time()
        callback(*args)
        seconds = time.thread_time() - began
        self.calls += 1
        if seconds > self.seconds:
            self.seconds, self.what = seconds, repr(getattr(callback, "__self__", callback))[:400]


class WatchedLoop(asyncio.SelectorEventLoop):
    """Every callback of it is timed, those of sockets included."""

    def __init__(self) -> None:
        self.longest = Longest()
        super().__init__()

    def call_soon(  # type: ignore[override]  # mypy knows no way to say the same of *args
        self, callback: Any, *args: Any, context: Any = None
    ) -> asyncio.Handle:
        return super().call_soon(self.longest.run, callback, *args, context=context)

    def call_at(  # type: ignore[override]  # likewise
        self, when: float, callback: Any, *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        return super().call_at(when, self.longest.run, callback, *args, context=context)

    def call_soon_threadsafe(  # type: ignore[override]  # mypy knows no way to say the same of *args
        self, callback: Any, *args: Any, context: Any = None
    ) -> asyncio.Handle:
        return super().call_soon_threadsafe(self.longest.run, callback, *args, context=context)

    def _add_reader(self, fd: int, callback: Any, *args: Any) -> Any:
        return super()._add_reader(fd, self.longest.run, callback, *args)  # type: ignore[misc]  # typeshed lacks it

    def _add_writer(self, fd: int, callback: Any, *args: Any) -> Any:
        return super()._add_writer(fd, self.longest.run, callback, *args)  # type: ignore[misc]  # typeshed lacks it


@dataclass
class BotThread:
    """The bot on a loop of its own: the two local servers, in the test's thread, are not measured."""

    house: House
    loop: WatchedLoop = field(default_factory=WatchedLoop)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    def run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self.loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        async with TaskBot(self.house.settings(), connector=self.house.discord.connector()) as bot:
            await bot.login(self.house.discord.token)
            self.loop.longest = Longest()  # while it starts nobody waits for it
            await bot.serve(self.stop)


@asynccontextmanager
async def running(house: House) -> AsyncIterator[BotThread]:
    bot = BotThread(house)
    thread = threading.Thread(target=bot.run)
    thread.start()
    try:
        await house.discord.ready(timeout=30)
        yield bot
    finally:
        bot.loop.call_soon_threadsafe(bot.stop.set)
        await asyncio.to_thread(thread.join)


@pytest.fixture
def frozen() -> Iterator[None]:
    """What the test run holds is not the bot's to collect; `bot.run` freezes likewise what a start leaves. What the bot
    makes is collected as often as where it runs, and what it asks its ledger is compiled here as there."""
    statements.compiled.clear()
    gc.collect()
    gc.freeze()
    seldom = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*seldom)


@pytest.mark.usefixtures("frozen")
async def test_nothing_holds_up_the_loop_for_50_ms(tmp_path: Path) -> None:
    async with House(tmp_path, overrides=UNLIMITED) as house, running(house) as bot:
        house.paperless.worker.pace.work = 0.05
        await house.command("tasks active")
        house.paperless.burst(1000, 20)
        await house.card(lambda text: "scan-" in text, timeout=30)
        *_, summary = await asyncio.gather(*map(house.command, (*CROWD * 12, "tasks summary")))
        await house.with_picture(summary)
        await house.command("upload", file=Upload(filename="large.pdf", data=LARGE))
        await house.card(lambda text: "large.pdf is done" in text, timeout=30)
        digest = await house.card(lambda text: "Look through" in text, timeout=30)
        await house.press(digest, "Look through")

    assert bot.loop.longest.calls > 1000
    assert bot.loop.longest.seconds < MOST, bot.loop.longest


async def test_the_watch_sees_what_holds_up_a_loop() -> None:
    def spin() -> None:
        until = time.thread_time() + MOST
        while time.thread_time() < until:
            pass

    async def work() -> None:
        loop.call_later(0, spin)
        await asyncio.sleep(0.01)

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(work())

    loop = WatchedLoop()
    await asyncio.to_thread(run)
    assert loop.longest.seconds >= MOST
    assert "spin" in loop.longest.what

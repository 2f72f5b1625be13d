"""The bot, ended and begun again: told to stop, or killed in the middle of whatever it is doing."""

import asyncio
import contextvars
from collections.abc import Callable
from typing import Any, NoReturn

import aiohttp
import discord

from bot.app import TaskBot
from bot.config import Settings
from bot.sandbox.discord import SandboxDiscord
from tests.soak.jumping import Time
from tests.soak.schedule import LoopScheduler

AGAIN = 5.0  # seconds, as a supervisor has it
_OURS: contextvars.ContextVar["Lives | None"] = contextvars.ContextVar("lives", default=None)
TROUBLE = (discord.DiscordException, aiohttp.ClientError, OSError)


class Killed(BaseException):
    """Nothing is written and nothing is sent any more."""


class Lives:
    """`bot` is the one that lives; None while there is none. Every task that a life begins has ended with it."""

    def __init__(self, settings: Callable[[], Settings], discord: SandboxDiscord, time: Time) -> None:
        self.bot: TaskBot | None = None
        self.ended = 0
        self.killed = 0
        self.failed_starts = 0
        self.defects: list[BaseException] = []
        self.left_over: list[str] = []
        self._settings, self._discord, self._time = settings, discord, time
        self._tasks: set[asyncio.Task[Any]] = set()  # that live
        self._living: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()
        asyncio.get_running_loop().set_task_factory(self._make_task)

    def _make_task(self, loop: asyncio.AbstractEventLoop, work: Any, **more: Any) -> "asyncio.Task[Any]":
        task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, **more)
        if _OURS.get() is self:
            self._keep(task)
        return task

    def _keep(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def begin(self) -> None:
        self._stop = asyncio.Event()
        context = contextvars.copy_context()
        context.run(_OURS.set, self)
        self._living = asyncio.get_running_loop().create_task(self._live(), context=context, name="life")
        self._keep(self._living)

    async def _live(self) -> None:
        while not self._stop.is_set():
            try:
                await self._serve()
            except TROUBLE:
                self.failed_starts += 1
                await asyncio.sleep(AGAIN)

    async def _serve(self) -> None:
        bot = TaskBot(self._settings(), connector=self._discord.connector(), now=self._time.now)
        bot.scheduler = scheduler = LoopScheduler()
        try:
            async with bot:
                await bot.login(self._discord.token)
                self.bot = bot
                await bot.serve(self._stop)
        finally:
            self.bot = None
            self.defects += scheduler.failed

    async def end(self) -> None:
        """As at SIGTERM."""
        self._stop.set()
        await self._over()
        self.ended += 1

    async def kill(self) -> None:
        """As at SIGKILL, as near as one process comes to it: what was sent has been sent, no write is begun."""
        if (bot := self.bot) is not None:
            await _cut_off(bot)
        while living := [task for task in self._tasks if not task.done()]:
            for task in living:
                task.cancel()
            await asyncio.wait(living, timeout=0.01)
        await self._over()
        self.killed += 1

    async def _over(self) -> None:
        assert self._living is not None
        await asyncio.wait({self._living})
        error = None if self._living.cancelled() else self._living.exception()
        if error is not None and not isinstance(error, Killed):
            raise error
        await asyncio.sleep(1)  # for the callbacks of what was closed last
        self.left_over += [repr(task) for task in self._tasks if not task.done()]


async def _cut_off(bot: TaskBot) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise Killed

    bot.database.write = refuse  # type: ignore[method-assign]
    if isinstance(connector := bot.http.connector, aiohttp.BaseConnector):
        await connector.close()

"""`python -m tests.soak.day [SIMULATED_HOURS [SEED [SECONDS_A_LIFE]]]`: a day of the bot, a failure a second, trouble.

The whole bot with discord.py between the local Discord and the local Paperless, on real sockets, in one process; the
clock jumps over the time in which nothing happens. Prints what it measured as JSON.
"""

import asyncio
import dataclasses
import gc
import json
import logging
import random
import sys
import tempfile
import time as real
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.config import Settings
from bot.sandbox.discord import SandboxDiscord, ids
from bot.sandbox.paperless import SandboxPaperless
from tests.soak import memory
from tests.soak.books import Books, Outcome
from tests.soak.heard import Heard
from tests.soak.jumping import ClockOfDiscord, ClockOfPaperless, Time, run
from tests.soak.lives import Lives
from tests.soak.people import People
from tests.soak.weather import Weather

MB = 2**20
TIDY_EVERY = 300.0
SAMPLE_EVERY = 3600.0
ARRIVES = 3.0  # seconds between two lives, at least: what the first one sent may come to Discord after the second's
QUIET = 90.0  # seconds without a new failure before it is looked at what is in use
LIFE = 2400.0  # seconds, on average
LATE = (0.0, 0.0, 0.0, 0.0, 2.7, 40.0, 100.0)  # a row may show so long after its date_done
OUTCOMES = ("corrupt", "unsupported", "file_gone")
IN_MEMORY = Path("/dev/shm")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sample:
    """`in_use`, `resident`: MB of the process."""

    hour: float
    in_use: float
    resident: float
    sockets: int
    tasks: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Numbers:
    """`tasks_left`, `sockets_left`: when all was closed. `defects`: what was logged as an error, and failed jobs."""

    outcome: Outcome
    hours: float
    seconds: float
    samples: list[Sample]
    sockets_left: int
    tasks_left: list[str]
    defects: list[str]
    lives: dict[str, int]
    weather: dict[str, int]
    people: dict[str, int]


class Day:
    def __init__(self, folder: Path, *, seed: int, life: float) -> None:
        """`life`: seconds that one lasts, on average."""
        self.folder = folder
        self.chance = random.Random(seed)
        time = Time()
        self.paperless = SandboxPaperless(clock=ClockOfPaperless(time))
        self.discord = SandboxDiscord(clock=ClockOfDiscord(time))
        self.weather = Weather(self.paperless, self.discord, self.chance)
        self.people = People(self.paperless, self.discord, self.chance)
        self.lives = Lives(self.settings, self.discord, time)
        self.books = Books(folder)
        self.heard = Heard()
        self.samples: list[Sample] = []
        self._life = life
        self._number = 0
        self._quiet = False

    def settings(self) -> Settings:
        values: dict[str, Any] = {
            "discord": {"token": self.discord.token, "guild_id": ids.GUILD_ID},
            "paperless": {"home": {"url": self.paperless.url, "token": self.paperless.tokens["admin"]}},
            "failures": {
                "channel_id": ids.ALERTS_ID,
                "routes": [{"channel_id": ids.GENERAL_ID, "task_types": ["mail_fetch"]}],
            },
            "access": {"acknowledge": [ids.ARCHIVISTS_ID]},
            "database": {"url": f"sqlite:///{self.folder / 'bot.db'}"},
            "health": {"listen": ""},
        }
        return Settings(**values)

    async def pass_by(self, hours: float) -> Numbers:
        began, before = real.monotonic(), memory.sockets()
        logging.getLogger().addHandler(self.heard)
        try:
            async with self.discord, self.paperless:
                self.lives.begin()
                await self._first_look()
                await self._all_day(hours * 3600)
                await self._evening()
        finally:
            logging.getLogger().removeHandler(self.heard)
        outcome = self.books.close(self.discord, self.folder / "bot.db")
        return Numbers(
            outcome=outcome,
            hours=hours,
            seconds=real.monotonic() - began,
            samples=self.samples,
            sockets_left=memory.sockets() - before,
            tasks_left=self.lives.left_over,
            defects=[*map(repr, self.lives.defects), *(f"{text:.3000}" for text in self.heard.first)],
            lives={"ended": self.lives.ended, "killed": self.lives.killed, "failed starts": self.lives.failed_starts},
            weather=dict(self.weather.happened),
            people=dict(self.people.did),
        )

    async def _first_look(self) -> None:
        """What had failed before it would be the backlog, told as one number."""
        async with asyncio.timeout(120):
            while not self._has_looked():  # noqa: ASYNC110  a poll has no event
                await asyncio.sleep(1)

    def _has_looked(self, *, since: datetime | None = None) -> bool:
        bot = self.lives.bot
        good = None if bot is None else bot.desk.watchers["home"].last_good_at
        return good is not None and (since is None or good > since)

    async def _all_day(self, seconds: float) -> None:
        works = (
            self._failing(seconds),
            self.weather.over_paperless(),
            self.weather.over_discord(),
            self.people.work(),
            self._living(),
            _every(TIDY_EVERY, self._tidy),
            _every(SAMPLE_EVERY, self._sample),
            _every(30, self._say_hello),
        )
        tasks = [asyncio.create_task(work) for work in works]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task.done():
                task.result()
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- what fails

    async def _failing(self, seconds: float) -> None:
        """One a second on average, at random moments; now and then a quiet time, which is made up for at its end."""
        loop = asyncio.get_running_loop()
        last, end, owed = loop.time(), loop.time() + seconds, 0.0
        while loop.time() < end:
            quiet = self.chance.random() < 1 / 1800
            await asyncio.sleep(self.chance.choice((60, 310)) if quiet else self.chance.uniform(0.5, 1.5))
            now = min(loop.time(), end)
            owed, last = owed + now - last, now
            while owed >= 1 and not self._quiet:
                owed -= 1
                self._fail()
        for _ in range(round(owed)):
            self._fail()

    def _fail(self) -> None:
        """Two in ten are the mail; of the files one in twenty is one that failed before."""
        self._number += 1
        late = self.chance.choice(LATE)
        if self.chance.random() < 0.2:
            row = self.paperless.fail_routine("mail_fetch", ago=late)
        else:
            again = self.chance.random() < 0.05
            name = f"again-{self._number // 1800}-{self._number % 7}" if again else f"scan-{self._number:06}"
            row = self.paperless.fail(f"{name}.pdf", self.chance.choice(OUTCOMES), ago=late)
        self.books.failed(row.task_id)

    # --- what happens to the bot

    async def _living(self) -> None:
        while True:
            await asyncio.sleep(self.chance.expovariate(1 / self._life))
            while self._quiet:  # noqa: ASYNC110  it lasts a minute and a half
                await asyncio.sleep(1)
            if self.chance.random() < 0.5:
                await self.lives.end()
            else:
                await self._kill_in_a_send()
            await asyncio.sleep(self.chance.uniform(ARRIVES, 60))
            self.lives.begin()

    async def _kill_in_a_send(self) -> None:
        self.discord.fail_next("POST|PATCH", "/messages", "slow", seconds=2)
        mark = self.discord.mark()
        with suppress(TimeoutError):
            await self.discord.wait_for(
                lambda event: event.kind == "request_started" and "/messages" in str(event.data), 30, after=mark
            )
        await asyncio.sleep(self.chance.uniform(0, 2))
        await self.lives.kill()

    async def _say_hello(self) -> None:
        """discord.py takes a line that is silent for a minute for dead; its heartbeats keep the machine's time."""
        for connection in list(self.discord.gateway.connections):
            connection.send({"op": 11, "s": None, "t": None, "d": None})

    # --- the books

    async def _tidy(self) -> None:
        """What the local servers remember for tests that look back would grow for hours."""
        self.discord.requests.clear()
        self.discord.events._events.clear()
        self.paperless.requests.clear()
        self.paperless.events._events.clear()
        if self.lives.bot is not None:
            await self.books.put_away(self.lives.bot, self.discord)

    async def _sample(self) -> None:
        """In a quiet minute, in which nothing is open: what is then in use is what was kept."""
        self._quiet = True
        try:
            began = self.discord.clock.now()
            await asyncio.sleep(QUIET / 3)
            while not self._has_looked(since=began):  # noqa: ASYNC110  what it never saw would be nobody's failure
                await asyncio.sleep(5)
            self.paperless.acknowledge_in_web_ui(self.paperless.table)
            await asyncio.sleep(QUIET / 3)
            self.paperless.delete([row for row in self.paperless.table if row.acknowledged])
            await asyncio.sleep(QUIET / 3)
            await self._tidy()
            gc.collect()
            self.samples.append(_looked_at())
        finally:
            self._quiet = False

    async def _evening(self) -> None:
        """The weather clears; a last life tells what is left."""
        self.weather.clear()
        await self.paperless.up()
        await self.lives.end()
        await asyncio.sleep(ARRIVES)
        self.lives.begin()
        hello = asyncio.create_task(_every(30, self._say_hello))
        quiet = 0
        async with asyncio.timeout(3600):
            while quiet < 12:
                await asyncio.sleep(5)
                told = self._has_looked() and self.lives.bot and not await self.lives.bot.ledger.outbox.depth()
                quiet = quiet + 1 if told else 0
        hello.cancel()
        await self.lives.end()


async def _every(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        await work()


def _looked_at() -> Sample:
    sample = Sample(
        hour=round(asyncio.get_running_loop().time() / 3600, 2),
        in_use=round(memory.in_use() / MB, 1),
        resident=round(memory.resident() / MB, 1),
        sockets=memory.sockets(),
        tasks=len(asyncio.all_tasks()),
    )
    sys.stderr.write(f"{sample}\n")
    sys.stderr.flush()
    return sample


async def a_day(*, hours: float, seed: int, life: float = LIFE) -> Numbers:
    where = str(IN_MEMORY) if IN_MEMORY.is_dir() else None  # noqa: ASYNC240  once, before anything runs
    with tempfile.TemporaryDirectory(prefix="day-", dir=where) as folder:
        return await Day(Path(folder), seed=seed, life=life).pass_by(hours)


def main(hours: str = "24", seed: str = "", life: str = str(LIFE)) -> None:
    number = int(seed) if seed else random.randrange(2**32)
    numbers = run(a_day(hours=float(hours), seed=number, life=float(life)))
    sys.stdout.write(json.dumps(dataclasses.asdict(numbers) | {"seed": number}, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Fifty servers and two hundred routes in one process, ten of the servers hanging: is the rest polled on time?"""

import asyncio
import inspect
import logging
import multiprocessing
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import aiohttp

from bench.table import Row
from bot.app import TaskBot
from bot.config import Settings
from bot.failures.outcome import PollReport
from bot.paperless import PaperlessClient
from bot.sandbox.discord import SandboxDiscord, ids
from bot.sandbox.paperless import SandboxPaperless

TITLE = "50 servers, 200 routes in one process, a poll every 5 s, 10 of the servers hang"
SERVERS, HANGING, ROUTES = 50, 10, 200
POLL_SECONDS = 5
WARM, MEASURED = 15.0, 120.0  # seconds
CONNECTIONS = inspect.signature(PaperlessClient).parameters["connection_limit"].default
LAG_EVERY = 0.005
MOST_LAG, MOST_LATE = 0.05, 0.5  # seconds


def measure() -> Iterator[Row]:
    logging.disable(logging.ERROR)  # a line for each poll that is left out, of those that hang
    try:
        found = asyncio.run(_measured())
    finally:
        logging.disable(logging.NOTSET)
    late, lag = sorted(found.late()), sorted(found.lags)
    yield _row(
        work=f"polls of the {SERVERS - HANGING} that answer, {len(late):,} in {MEASURED:.0f} s",
        value=f"p99 {_at(late, 0.99) * 1000:.0f} ms late",
        detail=f"median {_at(late, 0.5) * 1000:.0f} ms, worst {late[-1] * 1000:.0f} ms; none left out: {found.whole()}",
        wanted=f"{MOST_LATE * 1000:.0f} ms, none left out",
        met=_at(late, 0.99) <= MOST_LATE and found.whole(),
    )
    yield _row(
        work=f"lag of the event loop, looked at every {LAG_EVERY * 1000:.0f} ms",
        value=f"p99 {_at(lag, 0.99) * 1000:.1f} ms",
        detail=f"median {_at(lag, 0.5) * 1000:.1f} ms, worst {lag[-1] * 1000:.1f} ms; of an empty loop beside it, p99 "
        f"{_at(sorted(found.beside), 0.99) * 1000:.1f} ms",
        wanted=f"{MOST_LAG * 1000:.0f} ms",
        met=_at(lag, 0.99) <= MOST_LAG,
    )
    gap = max(found.gaps())
    yield _row(
        work="longest time within an interval in which no server's turn is",
        value=f"{gap * 1000:.0f} ms",
        detail=f"{2000 * POLL_SECONDS / SERVERS:.0f} ms where one hangs between two",
        wanted="400 ms",
        met=gap <= 0.4,
    )
    yield _row(
        work="most connections to one server at a time",
        value=f"{found.connections}",
        detail="",
        wanted=f"{CONNECTIONS}",
        met=found.connections <= CONNECTIONS,
    )


def _row(*, work: str, value: str, detail: str, wanted: str, met: bool) -> Row:
    return Row(work=work, columns={"measured": value, "detail": detail}, wanted=wanted, met=met)


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


@dataclass
class Found:
    """`begun`: when polls of each server that answers were begun, by time.monotonic()."""

    begun: dict[str, list[float]]
    lags: list[float]
    beside: list[float]  # of a loop in another process that does nothing: what the machine does to any
    connections: int

    def late(self) -> Iterator[float]:
        """Each poll behind its turn; a server's turns are as its earliest poll has them."""
        for times in self.begun.values():
            phases = [at - self._turn(at, times) * POLL_SECONDS for at in times]
            yield from (phase - min(phases) for phase in phases)

    def _turn(self, at: float, times: list[float]) -> int:
        return round((at - times[0]) / POLL_SECONDS)

    def whole(self) -> bool:
        """Whether no turn was left out."""
        turns = [[self._turn(at, times) for at in times] for times in self.begun.values()]
        least = int(MEASURED / POLL_SECONDS) - 1
        return all(each == list(range(len(each))) and len(each) >= least for each in turns)

    def gaps(self) -> Iterator[float]:
        """Between the turns of those that answer, around the interval."""
        first = [min(at - self._turn(at, times) * POLL_SECONDS for at in times) for times in self.begun.values()]
        turns = sorted(at % POLL_SECONDS for at in first)
        yield from (later - earlier for earlier, later in pairwise([*turns, turns[0] + POLL_SECONDS]))


class TimedBot(TaskBot):
    """Notes when each poll begins."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.begun: defaultdict[str, list[float]] = defaultdict(list)

    async def poll(self, name: str) -> PollReport:
        self.begun[name].append(time.monotonic())
        return await super().poll(name)


async def _measured() -> Found:
    with tempfile.TemporaryDirectory() as folder:
        async with _others() as (told, others):
            settings = _settings(told, Path(folder))
            connector = aiohttp.UnixConnector(path=told["socket"], limit=0)
            async with TimedBot(settings, connector=connector) as bot:
                await bot.login(told["token"])
                stop = asyncio.Event()
                serving = asyncio.create_task(bot.serve(stop))
                await asyncio.sleep(WARM)
                others.send("hang")
                await asyncio.sleep(WARM)
                bot.begun.clear()
                lags, beside = await asyncio.gather(_lags(MEASURED), asyncio.to_thread(_beside))
                begun = {name: times for name, times in bot.begun.items() if not _hangs(name)}
                connections = await _asked(others, "connections")
                others.send("free")
                stop.set()
                await serving
    return Found(begun, lags, beside, connections)


def _hangs(name: str) -> bool:
    """Every fifth."""
    return int(name[1:]) % (SERVERS // HANGING) == 0


def _beside() -> list[float]:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as other:
        return other.submit(_of_an_empty_loop).result()


def _of_an_empty_loop() -> list[float]:
    return asyncio.run(_lags(MEASURED - 2))


async def _lags(seconds: float) -> list[float]:
    found: list[float] = []
    end = time.monotonic() + seconds
    while (now := time.monotonic()) < end:
        await asyncio.sleep(LAG_EVERY)
        found.append(max(0.0, time.monotonic() - now - LAG_EVERY))
    return found


def _settings(told: dict[str, Any], folder: Path) -> Settings:
    routes = [{"channel_id": ids.ALERTS_ID, "owners": [owner]} for owner in range(1000, 1000 + ROUTES - 1)]
    values: dict[str, Any] = {
        "discord": {"token": told["token"], "guild_id": ids.GUILD_ID},
        "paperless": told["paperless"],
        "failures": {
            "channel_id": ids.ALERTS_ID,
            "poll_seconds": POLL_SECONDS,
            "routes": [*routes, {"channel_id": ids.GENERAL_ID, "task_types": ["mail_fetch"]}],
        },
        "database": {"url": f"sqlite:///{folder / 'bot.db'}"},
        "health": {"listen": ""},
    }
    return Settings(**values)


# --- Discord and the fifty, in a process of their own: what is measured is the bot's alone


@asynccontextmanager
async def _others() -> AsyncIterator[tuple[dict[str, Any], Connection]]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield await asyncio.to_thread(ours.recv), ours
    finally:
        ours.send("stop")
        await asyncio.to_thread(process.join)


async def _asked(others: Connection, what: str) -> Any:
    others.send(what)
    return await asyncio.to_thread(others.recv)


def _serve(said: Connection) -> None:
    asyncio.run(_serving(said))


async def _serving(said: Connection) -> None:
    all_paperless = {f"s{number:02}": SandboxPaperless() for number in range(SERVERS)}
    most = 0

    async def watch() -> None:
        nonlocal most
        while True:
            await asyncio.sleep(0.02)
            most = max(most, *(_connections(each) for each in all_paperless.values()))

    async with AsyncExitStack() as stack:
        discord = await stack.enter_async_context(SandboxDiscord())
        for paperless in all_paperless.values():
            await stack.enter_async_context(paperless)
            paperless.burst(3)
        watching = asyncio.create_task(watch())
        told = {name: {"url": each.url, "token": each.tokens["admin"]} for name, each in all_paperless.items()}
        said.send({"socket": str(discord.socket_path), "token": discord.token, "paperless": told})
        while (asked := await asyncio.to_thread(said.recv)) != "stop":
            for name, paperless in all_paperless.items():
                if asked == "hang" and _hangs(name):
                    paperless.faults.add("stall")
                elif asked == "free":
                    paperless.faults.clear()
            if asked == "connections":
                said.send(most)
        watching.cancel()


def _connections(paperless: SandboxPaperless) -> int:
    server = paperless._runner.server if paperless._runner is not None else None
    return 0 if server is None else len(server.connections)

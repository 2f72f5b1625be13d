"""The bot as a process, beside a bare discord.py client with the same intents: start to READY, memory, CPU at idle."""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.proc import MB, cpu_seconds, resident
from bench.table import Row
from bot.sandbox.discord import ratelimit
from tests.house import House
from tests.ops.process import config_file

TITLE = "The process at idle, one server, a poll every 5 s"
STARTS = 5
SETTLE, IDLE = 10.0, 60.0  # seconds
MEMORY, LATER, CPU = 1.8, 0.7, 1.0  # times the bare client's; seconds after it; percent of a core


@dataclass
class Side:
    name: str
    starts: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)  # seconds of CPU until READY
    memory: float = 0.0
    cpu: float = 0.0

    @property
    def start(self) -> float:
        return statistics.median(self.starts)

    @property
    def start_work(self) -> float:
        return statistics.median(self.work)


def measure() -> Iterator[Row]:
    bare, bot = asyncio.run(_both())
    yield _row("start to READY", bare.start, bot.start, "s", f"+{LATER} s", met=bot.start - bare.start <= LATER)
    yield _row("CPU until READY", bare.start_work, bot.start_work, "s", "")
    ratio = bot.memory / bare.memory
    yield _row("memory at idle", bare.memory / MB, bot.memory / MB, "MB", f"{MEMORY} x", met=ratio <= MEMORY)
    yield _row("CPU at idle", bare.cpu, bot.cpu, "% of a core", f"{CPU} %", met=bot.cpu < CPU)


def _row(work: str, bare: float, bot: float, unit: str, wanted: str, *, met: bool | None = None) -> Row:
    columns = {
        "bare discord.py": f"{bare:.2f} {unit}",
        "bot": f"{bot:.2f} {unit}",
        "difference": f"{bot - bare:+.2f}, {bot / bare:.1f} x" if bare else f"{bot - bare:+.2f}",
    }
    return Row(work=work, columns=columns, wanted=wanted, met=met)


async def _both() -> tuple[Side, Side]:
    bare, bot = Side("bare"), Side("bot")
    with tempfile.TemporaryDirectory() as folder:
        overrides = {"failures": {"poll_seconds": 5}}
        async with House(Path(folder), overrides=overrides) as house:
            # The bot looks at its commands once a start. Six starts in ten seconds are over Discord's limit of that,
            # and the bot waits for it, up to `registering.PATIENCE`: no part of a start in life.
            house.discord.rate_limits.limits.pop(ratelimit.COMMANDS)
            socket = str(house.discord.socket_path)
            commands = {
                "bare": ["-m", "bench.bare_client", socket, house.discord.token],
                "bot": ["-m", "tests.ops.launch", socket, str(config_file(house))],
            }
            for side in (bare, bot):  # makes the byte code and the database, once
                async with _running(house, commands[side.name]):
                    pass
            for side in (bare, bot) * STARTS:
                async with _running(house, commands[side.name]) as (pid, seconds):
                    side.starts.append(seconds)
                    side.work.append(cpu_seconds(pid))
            for side in (bare, bot):
                async with _running(house, commands[side.name]) as (pid, _):
                    await asyncio.sleep(SETTLE)
                    side.cpu = await _cpu(pid)
                    side.memory = resident(pid)
    return bare, bot


@asynccontextmanager
async def _running(house: House, command: list[str]) -> AsyncIterator[tuple[int, float]]:
    """Its pid, and the seconds from its start until Discord had sent READY."""
    mark, began = house.discord.mark(), time.monotonic()
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdout=quiet, stderr=quiet, env=_environment(house.folder)
    )
    try:
        await house.discord.wait_for(lambda event: event.kind == "gateway_up", 60, after=mark)
        yield process.pid, time.monotonic() - began
    finally:
        process.terminate()
        await process.wait()


def _environment(folder: Path) -> dict[str, str]:
    """Byte code is kept, as where the bot is installed: compiling is neither its start nor its memory."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(folder / "bytecode")}


async def _cpu(pid: int) -> float:
    """Percent of a core, over IDLE seconds."""
    before, began = cpu_seconds(pid), time.monotonic()
    await asyncio.sleep(IDLE)
    return 100 * (cpu_seconds(pid) - before) / (time.monotonic() - began)

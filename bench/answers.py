"""First answers to commands, presses and keystrokes, 200 at once while a burst is posted; and the memory of an upload.

The bot is a process of its own. Both servers are in the measuring process, so their own work is part of what is seen.
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bench.table import Row
from bot.sandbox.discord import ids
from bot.sandbox.discord.files import Upload
from bot.sandbox.discord.interactions import Interaction
from tests.house import House, texts
from tests.ops.process import config_file

TITLE = "Answers in the chat"
AT_ONCE, BURST, KINDS = 200, 1000, 20
KEYSTROKES = 200
ANSWER, KEYSTROKE = 250.0, 150.0  # ms, p99
UPLOAD_MB, GROWTH_MB = 100, 10
MB = 2**20
UNLIMITED = {"limits": {"view": 0, "upload": 0}}
COMMANDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("tasks failures", {}),
    ("tasks active", {}),
    ("tasks list", {"status": "failure"}),
    ("help", {}),
)


def measure() -> Iterator[Row]:
    answers, keystrokes = asyncio.run(_chat())
    yield _row(f"first answer, {AT_ONCE} at once in a burst of {BURST:,}", answers, ANSWER)
    yield _row(f"suggestions, {KEYSTROKES} keystrokes", keystrokes, KEYSTROKE)
    grown = asyncio.run(_upload())
    columns = {"median": "", "p99": "", "most": f"+{grown:.1f} MB"}
    yield Row(
        work=f"peak memory, upload of {UPLOAD_MB} MB", columns=columns, wanted=f"{GROWTH_MB} MB", met=grown <= GROWTH_MB
    )


def _row(work: str, found: list[float], most: float) -> Row:
    ordered = sorted(found)
    p99 = ordered[int(len(ordered) * 0.99) - 1]
    columns = {
        "median": f"{ordered[len(ordered) // 2]:.0f} ms",
        "p99": f"{p99:.0f} ms",
        "most": f"{ordered[-1]:.0f} ms",
    }
    return Row(work=work, columns=columns, wanted=f"p99 {most:.0f} ms", met=p99 <= most)


@asynccontextmanager
async def _house() -> AsyncIterator[tuple[House, int]]:
    """The house, and the pid of the bot in it."""
    with tempfile.TemporaryDirectory() as folder:
        async with House(Path(folder), overrides=UNLIMITED) as house:
            quiet = asyncio.subprocess.DEVNULL
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "tests.ops.launch", str(house.discord.socket_path), str(config_file(house))),
                stdout=quiet,
                stderr=quiet,
            )
            try:
                await house.discord.ready(timeout=60)
                yield house, process.pid
            finally:
                process.terminate()
                await process.wait()


def _milliseconds(interaction: Interaction) -> float:
    assert interaction.responded_at is not None
    return (interaction.responded_at - interaction.created_at).total_seconds() * 1000


async def _chat() -> tuple[list[float], list[float]]:
    async with _house() as (house, _):
        await house.command("tasks active")  # the first one knows no version yet
        await asyncio.sleep(3)
        house.paperless.burst(BURST, KINDS)
        await house.card(lambda text: "scan-" in text, timeout=30)
        asked = [
            await house.discord.command(user_id=ids.BEN_ID, channel_id=ids.ALERTS_ID, name=name, options=options)
            for name, options in (COMMANDS[number % len(COMMANDS)] for number in range(AT_ONCE))
        ]
        answers = [_milliseconds(await one.done(timeout=30)) for one in asked]
        await asyncio.gather(*(one.reply(timeout=120) for one in asked))
        return answers, await _keystrokes(house)


async def _keystrokes(house: House) -> list[float]:
    found = []
    for number in range(KEYSTROKES):
        began = asyncio.get_running_loop().time()
        await house.discord.autocomplete(
            user_id=ids.BEN_ID,
            channel_id=ids.ALERTS_ID,
            name="task",
            options={"ref": "scan-"[: number % 6]},
            focused="ref",
        )
        found.append((asyncio.get_running_loop().time() - began) * 1000)
    return found


async def _upload() -> float:
    """MB that the peak of the bot's memory grew by, over an upload of one kilobyte."""
    async with _house() as (house, pid):
        house.discord.attachment_size_limit = 2 * UPLOAD_MB * MB
        await _sent(house, "small.pdf", 1000)
        before = _peak(pid)
        await _sent(house, "large.pdf", UPLOAD_MB * 1_000_000)
        return (_peak(pid) - before) / MB


async def _sent(house: House, name: str, size: int) -> None:
    data = b"%PDF-1.7 " + bytes(size - 15) + b" %%EOF"
    await house.command("upload", file=Upload(filename=name, data=data))
    await house.card(lambda text: f"Consuming {name} is done" in text or "was not sent" in text, timeout=120)
    assert any(f"Consuming {name} is done" in texts(message) for message in house.posted())


def _peak(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024

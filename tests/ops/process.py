"""A bot in a process of its own, between the local servers of a House."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests import canary
from tests.house import House

ROOT = Path(__file__).resolve().parents[2]


class BotProcess:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.log: list[dict[str, Any]] = []
        self.leaked: list[str] = []
        self._heard = asyncio.Condition()
        self._hearing = asyncio.create_task(self._hear())

    @property
    def pid(self) -> int:
        return self.process.pid

    async def _hear(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.leaked += canary.found_in(line.decode(errors="replace"))
            try:
                entry = json.loads(line)
            except ValueError:
                entry = {"event": "", "message": line.decode(errors="replace").rstrip()}
            async with self._heard:
                self.log.append(entry)
                self._heard.notify_all()

    async def says(self, event: str, *, timeout: float = 60) -> dict[str, Any]:
        """The first record of that event name, as soon as there is one."""

        def found() -> list[dict[str, Any]]:
            return [entry for entry in self.log if entry.get("event") == event]

        try:
            async with asyncio.timeout(timeout), self._heard:
                await self._heard.wait_for(found)
        except TimeoutError:
            raise AssertionError(f"no {event} in the log:\n{self.text}") from None
        return found()[0]

    @property
    def text(self) -> str:
        return "\n".join(f"{entry.get('event')}: {entry.get('message')}" for entry in self.log)

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    async def ended(self) -> int:
        """Its exit status, when all that it logged was read."""
        async with asyncio.timeout(60):
            status = await self.process.wait()
            await self._hearing
        assert not self.leaked, "a secret is in its log"
        return status

    async def kill(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.ended()


def config_file(house: House) -> Path:
    """The House's settings as the file that an administrator would have written."""
    path = house.folder / "config.toml"
    path.write_text("".join(_toml(house.values())), encoding="utf-8")
    return path


def _toml(values: dict[str, Any], prefix: str = "") -> list[str]:
    """What of TOML the settings use: tables, and values that JSON spells alike."""
    plain = {key: value for key, value in values.items() if not isinstance(value, dict)}
    lines = [f"[{prefix}]\n"] if prefix and plain else []
    lines += [f"{key} = {json.dumps(value)}\n" for key, value in plain.items()]
    for key, value in values.items():
        if isinstance(value, dict):
            lines += _toml(value, f"{prefix}.{key}".strip("."))
    return lines


@asynccontextmanager
async def bot_process(house: House, config: Path | None = None) -> AsyncIterator[BotProcess]:
    """Started; killed in the end if it is still there."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.ops.launch",
        str(house.discord.socket_path),
        str(config or config_file(house)),
        cwd=ROOT,
        stderr=asyncio.subprocess.PIPE,
    )
    running = BotProcess(process)
    try:
        yield running
    finally:
        await running.kill()

"""What the tests of recorded scenes share: a sandbox on a stepped clock, and how two rows are alike."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from bot.sandbox.paperless import Clock, Pace, Row, SandboxPaperless, render

START = datetime(2026, 11, 23, 12, 41, tzinfo=UTC)
MOMENT = re.compile(r"2026-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+01:00$")
OTHER_EACH_TIME = {
    "id",
    "task_id",
    "owner",
    "owner_id",
    "document_id",
    "duplicate_of",
    "related_document",
    "acknowledged",
}


@asynccontextmanager
async def standing_still(version: str = "3.0.5", *, work: float = 1.0) -> AsyncIterator[SandboxPaperless]:
    """A sandbox whose time passes only with `advance`."""
    clock = Clock.stepped(START)
    async with SandboxPaperless(version=version, clock=clock, pace=Pace(queue=0.01, work=work)) as paperless:
        yield paperless


def shown(row: Row, paperless: SandboxPaperless) -> Any:
    return json.loads(render.v10(row) if paperless.version.api == 10 else render.v2(row))


def unlike(recorded: Any, ours: Any, where: str = "row") -> list[str]:
    """Differences in keys, their order, types, texts; not in numbers, times and names that are others each time."""
    key = where.rpartition(".")[2]
    if isinstance(recorded, dict) and isinstance(ours, dict):
        if list(recorded) != list(ours):
            return [f"{where}: keys {list(ours)}, recorded {list(recorded)}"]
        return [d for k in recorded for d in unlike(recorded[k], ours[k], f"{where}.{k}")]
    if type(recorded) is not type(ours):
        return [f"{where}: {ours!r}, recorded {recorded!r}"]
    if key in OTHER_EACH_TIME or isinstance(recorded, float):
        return []
    if isinstance(recorded, list):
        return [] if len(recorded) == len(ours) else [f"{where}: {ours}, recorded {recorded}"]
    if key.startswith("date_"):
        return [] if recorded is None or MOMENT.match(ours) else [f"{where}: {ours!r}"]
    if key == "traceback":
        return _unlike_traceback(recorded, ours)
    if isinstance(recorded, str):
        recorded, ours = _plain(recorded), _plain(ours)
    return [] if recorded == ours else [f"{where}: {ours!r}, recorded {recorded!r}"]


def _unlike_traceback(recorded: str, ours: str) -> list[str]:
    """It begins with the recorded frame, and the line that it ends with is among the recorded ones."""
    first, last = _plain(ours.splitlines()[0]), _plain(ours.splitlines()[-1])
    known = [_plain(line) for line in recorded.splitlines()]
    alike = first == known[0] and any(line.startswith(last) for line in known) and ours.endswith("\n")
    return [] if alike else [f"traceback: {first!r}, {last!r}"]


def _plain(text: str) -> str:
    """Without numbers, the names of temporary folders, and the arguments of a script."""
    text = re.sub(r"tmp\w{8}", "tmp", text)
    text = re.sub(r"\['/bin/false'.*?\]'", "['/bin/false']'", text)
    return re.sub(r"0x[0-9a-f]+|\d+", "N", text)

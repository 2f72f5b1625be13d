"""Pictures, drawn in a process of their own: the bot's loop is never held up, and its memory stays what it was.

Matplotlib takes a second to import and 60 MB; a picture is asked for a few times a day. The process is given the
numbers and nothing else: none of the bot's environment, which may hold its tokens.

    python -m bot.drawing < chart.json > chart.png
"""

import asyncio
import json
import logging
import os
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.ui.charts import Bar, Chart, draw

log = logging.getLogger(__name__)

SECONDS = 20.0
"""After that the answer goes without its picture."""
AT_ONCE = 2
ROOT = Path(__file__).resolve().parents[1]


class Drawing:
    """`close` ends what is being drawn."""

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._folder: TemporaryDirectory[str] | None = None  # where matplotlib keeps its list of fonts

    async def png(self, chart: Chart) -> bytes | None:
        """None where it could not be drawn; the log says why."""
        try:
            async with self._slots, asyncio.timeout(SECONDS):
                return await self._drawn(json.dumps(asdict(chart)).encode())
        except (OSError, TimeoutError) as error:
            log.warning("no picture: %s", error or type(error).__name__, extra={"event": "picture_failed"})
            return None

    async def _drawn(self, numbers: bytes) -> bytes | None:
        if self._folder is None:
            self._folder = TemporaryDirectory(prefix="drawing-")
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-W", "ignore", "-m", __name__),
            cwd=ROOT,
            env={"MPLCONFIGDIR": self._folder.name, "PATH": os.environ.get("PATH", ""), "OPENBLAS_NUM_THREADS": "1"},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            png, said = await process.communicate(numbers)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0 or not png:
            log.warning(
                "no picture: %s",
                said.decode(errors="replace").strip().rpartition("\n")[2],
                extra={"event": "picture_not_drawn"},
            )
            return None
        return png

    def close(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def main() -> None:
    numbers = json.load(sys.stdin)
    bars = tuple(Bar(**bar) for bar in numbers.pop("bars"))
    sys.stdout.buffer.write(draw(Chart(**numbers, bars=bars)))


if __name__ == "__main__":
    main()

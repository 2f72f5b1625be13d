"""The tasks client beside pypaperless and beside the least that aiohttp and orjson can do, against one local server."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.environment import PEER, ROOT, NoPeer, peer_python
from bench.table import Row

TITLE = f"The tasks client, beside {PEER} and beside the floor (aiohttp and orjson, no models)"
ROUNDS = 8
IMPORTS = 15
MB = 2**20


@dataclass(frozen=True)
class Bench:
    """`python` runs every side; `peer` is empty where the peer cannot be had, and then holds the reason in `why`."""

    origin: str
    python: str
    peer: tuple[str, ...]

    def run(self, who: str, what: str, *arguments: object) -> dict[str, Any]:
        command = [self.python, "-m", "bench.work", who, what, *map(str, arguments)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def fastest(self, sides: tuple[str, ...], what: str, *arguments: object) -> dict[str, float]:
        """Seconds of the fastest of some rounds in turn: what else the machine does disturbs the fastest least."""
        seconds: dict[str, list[float]] = {side: [] for side in sides}
        for _ in range(ROUNDS):
            for side in sides:
                seconds[side].append(self.run(side, what, *arguments)["seconds"])
        return {side: min(found) for side, found in seconds.items()}

    def importing(self, code: str) -> float:
        """Seconds that `code` takes in a fresh interpreter, without the interpreter's own start."""
        return self._starting(code) - self._starting("pass")

    def _starting(self, code: str) -> float:
        fastest = float("inf")
        for _ in range(IMPORTS):
            before = time.perf_counter()
            subprocess.run([self.python, "-c", code], cwd=ROOT, check=True)
            fastest = min(fastest, time.perf_counter() - before)
        return fastest


@contextmanager
def served() -> Iterator[str]:
    server = subprocess.Popen(
        [sys.executable, "bench/server.py"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        yield server.stdout.readline().strip()
    finally:
        server.stdin.close()
        server.stdout.close()
        server.wait()


def measure() -> Iterator[Row]:
    peer: tuple[str, ...] = ("peer",)
    try:
        python = str(peer_python())
    except NoPeer as reason:
        print(f"without {PEER}: {reason}", file=sys.stderr)
        python, peer = sys.executable, ()
    with served() as origin, tempfile.TemporaryDirectory() as folder:
        bench = Bench(origin, python, peer)
        yield from _speed(bench)
        yield from _memory(bench, Path(folder))
        yield from _imports(bench)


def _speed(bench: Bench) -> Iterator[Row]:
    every = ("ours", "floor", *bench.peer)
    bench.run("ours", "iterate", f"{bench.origin}/100000")  # the server renders its pages
    taken = bench.fastest(every, "iterate", f"{bench.origin}/100000")
    yield _timed("iterate 100,000 tasks", taken, times=4, of_floor=0.75)
    taken = bench.fastest(every, "in turn", f"{bench.origin}/1000", 500)
    yield _timed("500 lookups, one after another", taken, times=3)
    taken = bench.fastest(every, "at once", f"{bench.origin}/1000", 1000)
    yield _timed("1,000 lookups at once", taken, times=10)


def _timed(work: str, taken: dict[str, float], *, times: float, of_floor: float = 0) -> Row:
    ratio = taken["peer"] / taken["ours"] if "peer" in taken else None
    share = taken["floor"] / taken["ours"]
    wanted = f"{times:g} x" + (f" and {of_floor:g} of the floor" if of_floor else "")
    return Row(
        work=work,
        columns=_columns({side: f"{seconds * 1000:.0f} ms" for side, seconds in taken.items()}, ratio, share),
        wanted=wanted,
        met=None if ratio is None else ratio >= times and share >= of_floor,
    )


def _columns(cells: dict[str, str], ratio: float | None = None, share: float | None = None) -> dict[str, str]:
    return {
        "ours": cells.get("ours", ""),
        "pypaperless": cells.get("peer", ""),
        "floor": cells.get("floor", ""),
        "times pypaperless": "" if ratio is None else f"{ratio:.1f} x",
        "share of the floor": "" if share is None else f"{share:.2f}",
    }


def _memory(bench: Bench, folder: Path) -> Iterator[Row]:
    few, many = f"{bench.origin}/1000", f"{bench.origin}/1000000"
    yield _grown("peak memory: iterate 1,000,000 tasks, over 1,000", bench, 20, "iterate", [few], [many])
    small, large = folder / "small.pdf", folder / "large.pdf"
    for path, size in ((small, MB), (large, 200 * MB)):
        with path.open("wb") as file:
            file.truncate(size)
    arguments = [bench.origin, small], [bench.origin, large]
    yield _grown("peak memory: upload 200 MB, over 1 MB", bench, 10, "upload", *arguments)


def _grown(work: str, bench: Bench, most: int, what: str, little: list[object], much: list[object]) -> Row:
    grown = {
        side: bench.run(side, what, *much)["peak_mb"] - bench.run(side, what, *little)["peak_mb"]
        for side in ("ours", *bench.peer)
    }
    cells = {side: f"{megabytes:+.1f} MB" for side, megabytes in grown.items()}
    return Row(work=work, columns=_columns(cells), wanted=f"within {most} MB", met=grown["ours"] <= most)


def _imports(bench: Bench) -> Iterator[Row]:
    first = {
        "ours": "from bot.paperless import PaperlessClient; PaperlessClient('http://localhost', 'token')",
        "peer": "from pypaperless import PaperlessClient; PaperlessClient('http://localhost', 'token')",
    }
    for work, code, most in (
        ("import", {"ours": "import bot.paperless", "peer": "import pypaperless"}, 0.5),
        ("import, and make the first client", first, None),
    ):
        taken = {side: bench.importing(code[side]) for side in ("ours", *bench.peer)}
        cells = {side: f"{seconds * 1000:.0f} ms" for side, seconds in taken.items()}
        ratio = taken["peer"] / taken["ours"] if "peer" in taken else None
        met = ratio >= 1 / most if ratio is not None and most is not None else None
        yield Row(work=work, columns=_columns(cells, ratio), wanted="half of its time" if most else "", met=met)

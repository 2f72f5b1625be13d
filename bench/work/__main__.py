"""python -m bench.work WHO WHAT ARGUMENT...: does one piece of work, prints its seconds and its peak memory as JSON."""

import asyncio
import importlib
import json
import resource
import sys
import time
from pathlib import Path

import aiohttp  # noqa: F401  # bot.paperless imports it with its first client; here its import is measured by itself


def main(who: str, what: str, *arguments: str) -> None:
    work = importlib.import_module(f"bench.work.{who}").WORK[what]
    given = [int(one) if one.isdigit() else one for one in arguments]
    cpu, before = time.process_time(), time.perf_counter()
    done = asyncio.run(work(*given))
    seconds, cpu = time.perf_counter() - before, time.process_time() - cpu
    print(json.dumps({"done": done, "seconds": seconds, "cpu": cpu, "peak_mb": peak_mb()}))


def peak_mb() -> float:
    """Of this program: Linux's ru_maxrss is no less than what the process that started it had."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])

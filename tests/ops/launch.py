"""`python -m tests.ops.launch SOCKET CONFIG`: `python -m bot run --config CONFIG`, with Discord at a unix socket.

The configuration has no key for that: a real bot has no use for it.
"""

import asyncio
import sys
from pathlib import Path

import aiohttp

from bot import logs
from bot.config import load
from bot.run import run_until_signalled


async def main(socket: str, config: str) -> int:
    logs.set_up("json")
    return await run_until_signalled(load(Path(config)), connector=aiohttp.UnixConnector(path=socket, limit=0))


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:])))

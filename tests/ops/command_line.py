"""`python -m tests.ops.command_line SOCKET ...`: `python -m bot ...`, with Discord at a unix socket.

The configuration has no key for that: a real bot has no use for it.
"""

import sys
from typing import Any

import aiohttp
import discord

from bot.__main__ import main


def through(socket: str) -> None:
    """Every client of discord.py, from now on."""
    plain = discord.Client.__init__

    def init(
        self: discord.Client, *arguments: Any, connector: aiohttp.BaseConnector | None = None, **options: Any
    ) -> None:
        plain(self, *arguments, connector=connector or aiohttp.UnixConnector(path=socket, limit=0), **options)

    discord.Client.__init__ = init  # type: ignore[method-assign]


if __name__ == "__main__":
    through(sys.argv[1])
    sys.exit(main(sys.argv[2:]))

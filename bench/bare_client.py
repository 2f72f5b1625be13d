"""`python -m bench.bare_client SOCKET TOKEN`: discord.py with the bot's intents, and nothing else."""

import asyncio
import sys

import aiohttp
import discord


async def main(socket: str, token: str) -> None:
    connector = aiohttp.UnixConnector(path=socket, limit=0)
    client = discord.Client(intents=discord.Intents(guilds=True), connector=connector, guild_ready_timeout=0)
    async with client:
        await client.start(token)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

"""An empty ledger at the newest revision. The migrations take longer than most tests: run once, then copied."""

import asyncio
from pathlib import Path

from bot.database import Database

_template: list[bytes] = []


async def migrated(path: Path) -> None:
    """Make `path`, which must not be there, such a SQLite ledger."""
    if not _template:
        await (await Database.open(f"sqlite:///{path}")).close()
        _template.append(await asyncio.to_thread(path.read_bytes))
    else:
        await asyncio.to_thread(path.write_bytes, _template[0])

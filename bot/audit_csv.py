"""`python -m bot audit --csv`: all that the audit holds, oldest first; also while the bot is running."""

import csv
from typing import TextIO

from sqlalchemy import select
from sqlalchemy.engine import make_url

from bot.audit import audit, recorded
from bot.database import OPENING, DatabaseAway, engine_for, file_of, unusable
from bot.exits import Exit

COLUMNS = ("id", "at", "user_id", "user_name", "action", "subject", "server", "tasks", "result", "detail", "asked_id")
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")
"""Full-width signs too, which spreadsheets of Japanese or Chinese take for the plain ones. By
https://owasp.org/www-community/attacks/CSV_Injection"""


async def export(url: str, *, stream: TextIO, errors: TextIO) -> Exit:
    """Reads, and takes no lock: a running bot is not in the way, nor this in its."""
    address = make_url(url)
    path = file_of(address)
    if path is not None and not path.is_file():
        errors.write(f"the audit cannot be read: there is no database {path}: look at database.url\n")
        return Exit.CONFIG
    engine = engine_for(address, connections=1)
    writer = csv.writer(stream)
    try:
        async with engine.connect() as connection:
            found = await connection.stream(select(audit).order_by(audit.c.id))
            writer.writerow(COLUMNS)
            async for row in found.mappings():
                entry = recorded(row)
                values = {**row, "at": entry.at.isoformat(), "tasks": " ".join(entry.entry.tasks)}
                writer.writerow([_cell(values[name]) for name in COLUMNS])
    except OPENING as error:
        trouble = unusable(address, error)
        errors.write(f"the audit cannot be read: {trouble}\n")
        return Exit.UNAVAILABLE if isinstance(trouble, DatabaseAway) else Exit.CONFIG
    finally:
        await engine.dispose()
    return Exit.DONE


def _cell(value: object) -> str:
    """A spreadsheet runs what starts like a formula; names and files are chosen by anybody."""
    text = "" if value is None else str(value)
    # Also behind spaces, which some take away before they look.
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA) else text

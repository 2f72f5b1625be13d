"""How the bot is, when somebody asks: for /readyz, and what /metrics cannot count by itself.

Who asks is answered, also where the database says nothing any more.
"""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from bot.metrics import Now

if TYPE_CHECKING:
    from bot.app import TaskBot

LATE = 3  # intervals without a good poll
PATIENCE = 2.0  # seconds for the database


async def readiness(bot: "TaskBot") -> dict[str, str | None]:
    """Part -> None when it does its work, else the reason why not."""
    if not bot.is_working:
        return {"start": "standing by, or starting"}
    parts: dict[str, str | None] = {"gateway": None if bot.gateway.up else "not connected to Discord"}
    try:
        async with asyncio.timeout(PATIENCE):
            await bot.ledger.set_value("readiness", bot.now().isoformat())
        parts["database"] = None
    except (SQLAlchemyError, OSError) as error:
        parts["database"] = f"cannot be written: {type(error).__name__}"
    oldest = bot.now() - LATE * timedelta(seconds=bot.settings.failures.poll_seconds)
    for name, watcher in bot.desk.watchers.items():
        good = watcher.last_good_at
        late = good is None or good < oldest
        parts[f"paperless.{name}"] = f"last good poll: {good or 'none yet'}" if late else None
    return parts


async def metrics_text(bot: "TaskBot") -> bytes:
    """In Prometheus's format."""
    if not bot.is_working:
        bot.metrics.show(Now(poll_ages={}, outbox=0, gateway_up=False, reconnects=0, leading=False, epoch=0))
        return bot.metrics.text()
    now = bot.now()
    ages = {
        name: (now - (watcher.last_good_at or bot.began_at)).total_seconds()
        for name, watcher in bot.desk.watchers.items()
    }
    lease = bot.database.lease
    bot.metrics.show(
        Now(
            poll_ages=ages,
            outbox=await _outbox(bot),
            gateway_up=bot.gateway.up,
            reconnects=bot.gateway.reconnects,
            leading=lease is None or lease.is_held,
            epoch=0 if lease is None else lease.epoch,
        )
    )
    return bot.metrics.text()


async def _outbox(bot: "TaskBot") -> int | None:
    """None: the database does not say."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await bot.ledger.outbox.depth()
    except (SQLAlchemyError, OSError):
        return None

"""The end: what is in flight finishes, for some seconds; what does not is cut off, and taken up at the next start.

Nothing here waits without a limit: a database, a Paperless or a Discord that says nothing any more keeps no process.
"""

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from typing import TYPE_CHECKING, Any

from bot.jobs import PREFIX

if TYPE_CHECKING:
    from bot.app import TaskBot

log = logging.getLogger(__name__)

STOP_SECONDS = 7.0
"""For what is in flight. With all that is closed after it, less than the ten seconds that a supervisor allows."""
CUT_OFF_SECONDS = 0.5
"""For what was cancelled to take it."""
# discord.py names the tasks in which it runs handlers; there is no public way to wait for them. Jobs name their own.
HANDLER_TASKS = ("CommandTree-invoker", "discord-ui-", PREFIX)


async def cut_off(tasks: Iterable[asyncio.Task[Any]], *, seconds: float = CUT_OFF_SECONDS) -> set[asyncio.Task[Any]]:
    """Cancel them all; those that have not ended after so long, by themselves or so."""
    tasks = set(tasks)
    for one in tasks:
        one.cancel()
    return (await asyncio.wait(tasks, timeout=seconds))[1] if tasks else set()


async def within(seconds: float, closing: Coroutine[Any, Any, object], *, what: str) -> bool:
    """Whether it came to its end in that time; if not, it is cut off."""
    task: asyncio.Task[object] = asyncio.ensure_future(closing)
    try:
        await asyncio.wait({task}, timeout=seconds)
        if task.done():
            task.result()
            return True
        log.warning("%s did not close within %g s", what, seconds, extra={"event": "closed_hard"})
        await cut_off({task})
        return False
    finally:
        task.cancel()


async def drain(bot: "TaskBot", *, patience: float) -> None:
    """Let handlers, polls and sends end by themselves for so long, then cut them off: whatever is cut off is in the
    ledger. (The scheduler's own shutdown would cancel at once.)"""
    if bot.scheduler.running:
        bot.scheduler.pause()
    await asyncio.sleep(0)  # what was submitted just now begins, and has its name
    sending = asyncio.create_task(bot.desk.close(patience=patience))  # ends by itself soon after that
    working = {one for one in asyncio.all_tasks() if one.get_name().startswith(HANDLER_TASKS)}
    _, late = await asyncio.wait({*working, sending}, timeout=patience)
    if late:
        log.warning(
            "stopped with work in flight after %.0f s; it is taken up at the next start",
            patience,
            extra={"event": "stopped_with_work_in_flight"},
        )
        await _cut_off(bot, late - {sending}, sending)
    if bot.scheduler.running:
        bot.scheduler.shutdown(wait=False)


async def _cut_off(bot: "TaskBot", late: set[asyncio.Task[Any]], sending: asyncio.Task[None]) -> None:
    """A statement that is cancelled waits for the database once more: not where that cannot, or must not, answer."""
    if bot.database.lease is not None and not bot.database.lease.is_held:
        bot.database.cut()
    still = await cut_off(late)
    _, still = await asyncio.wait({*still, sending}, timeout=CUT_OFF_SECONDS)
    if still:
        bot.database.cut()
        await asyncio.wait(still, timeout=CUT_OFF_SECONDS)  # cancelled once: twice, and their own endings break off

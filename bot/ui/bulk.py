"""/tasks acknowledge: the question before many failures are acknowledged at once."""

from discord import ui

from bot.ui.custom_ids import AcknowledgeWanted
from bot.ui.filters import Wanted
from bot.ui.layout import Accent, button, panel, row, small
from bot.ui.outages import server_name
from bot.ui.text import count, plural
from bot.ui.wanted import told


def question(
    custom_id: AcknowledgeWanted,
    wanted: Wanted,
    *,
    total: int,
    at_once: int,
    server: str,
    show_server: bool,
    owner: str | None = None,
) -> ui.LayoutView:
    """Asked once, saying how many. `owner`: the name behind the number in `wanted`."""
    where = server_name(server, show=show_server)
    narrowed = small(told(wanted, owner=owner))
    if total == 0:
        return panel([f"**No failure in {where} fits that**", narrowed], accent=Accent.GREEN)
    now = min(total, at_once)
    lines = [
        f"**Acknowledge {plural(total, 'failure')} in {where}?**",
        narrowed,
        None if total <= at_once else f"{count(at_once)} at once, the newest first: ask again for the rest.",
        "There is no way back. What fails from now on is not among them.",
    ]
    return panel(lines, row(button(f"Acknowledge {count(now)}", custom_id, danger=True)), accent=Accent.AMBER)

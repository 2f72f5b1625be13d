"""/help: what this very member may do here, and who may do the rest."""

from collections.abc import Sequence
from dataclasses import dataclass

from discord import ui

from bot.ui.layout import panel, small
from bot.ui.text import escape


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A command or an entry of a menu. `why_not`: the sentence of the refusal, ours; None: this member may."""

    name: str  # as "/tasks run", or as the menu has it
    says: str
    why_not: str | None


def help_for(entries: Sequence[Entry], *, servers: Sequence[str]) -> ui.LayoutView:
    allowed = [entry for entry in entries if entry.why_not is None]
    lines: list[str | None] = ["**What you can do here**", *map(_line, allowed)]
    refused: dict[str, list[str]] = {}
    for entry in entries:
        if entry.why_not is not None:
            refused.setdefault(entry.why_not, []).append(f"`{entry.name}`")
    if refused:
        lines.append("**What you cannot**")
        lines += [f"{', '.join(names)}: {why_not}" for why_not, names in refused.items()]
    if len(servers) > 1:
        lines.append(small(f"servers: {', '.join(escape(name) for name in servers)}"))
    lines.append(small("Failures are told by themselves, each with its buttons. Times are in your own time zone."))
    return panel(lines)


def _line(entry: Entry) -> str:
    return f"`{entry.name}` {entry.says}"

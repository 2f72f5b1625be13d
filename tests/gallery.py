"""The card gallery of docs/alerts.md, drawn by the code that draws the cards.

`python -m tests.gallery` writes it anew; tests/test_gallery.py says when it is out of date.
"""

import asyncio
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from discord.ui import LayoutView

from bot.failures.card import Card, IncidentKind, IncidentState
from bot.ui.cards import render
from tests.ui.examples import NOW, backlog, digest, in_discord, in_paperless, incident, line, outage, reminder
from tests.ui.payload import accent, buttons, texts

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "alerts.md"
BEGIN, END = "<!-- gallery: begin -->\n", "<!-- gallery: end -->\n"
ACKNOWLEDGED = IncidentState.ACKNOWLEDGED
LOOKED_AT = NOW + timedelta(minutes=5)
NEVER_RAN: dict[str, Any] = {"error_type": None, "message": None, "duration_seconds": None, "wait_time_seconds": None}
KINDS = (
    line(),
    line(
        task_type="mail_fetch",
        error_type="ConnectionRefusedError",
        message="Connection refused",
        count=300,
        open_count=300,
        examples=(),
        example_count=0,
    ),
    line(
        error_type="EncryptedPdfError",
        message="EncryptedPdfError: Input PDF is encrypted.",
        count=150,
        open_count=150,
        examples=("payslip-1.pdf", "payslip-2.pdf", "payslip-3.pdf"),
        example_count=150,
    ),
)


def cards() -> dict[str, Card]:
    """As one would meet them at `LOOKED_AT`."""
    seen = ago(minutes=2)
    failed = incident(first_at=ago(minutes=3), last_at=ago(minutes=3))
    routine = {"task_type": "mail_fetch", "filename": None, "owner": None, **NEVER_RAN}
    return {
        "A failure": failed,
        "The same again": replace(failed, count=7, open_count=7, first_at=ago(hours=2)),
        "Acknowledged here": replace(failed, state=ACKNOWLEDGED, acknowledgement=replace(in_discord(), at=seen)),
        "Acknowledged in Paperless": replace(
            failed, state=ACKNOWLEDGED, acknowledgement=replace(in_paperless(), at=seen)
        ),
        "Succeeded after all": replace(failed, state=IncidentState.SUCCEEDED),
        "Revoked": replace(failed, kind=IncidentKind.REVOKED, trigger_source="scheduled", **routine),
        "Stuck": incident(
            kind=IncidentKind.STUCK,
            first_at=ago(hours=2),
            last_at=ago(hours=2),
            **NEVER_RAN | {"error_type": "started"},
        ),
        "Silent": incident(
            kind=IncidentKind.SILENT, first_at=ago(hours=16), trigger_source="", task_id="", task_pk=0, **routine
        ),
        "A burst": digest(lines=KINDS, kinds=20, first_at=ago(minutes=6), last_at=ago(minutes=4)),
        "The very first start": backlog(at=ago(minutes=1)),
        "Paperless away": outage(since=ago(minutes=3)),
        "Paperless back": outage(since=ago(minutes=42), ended_at=LOOKED_AT, missed=3),
        "A reminder": reminder(open_total=712, oldest_at=ago(hours=5), lines=KINDS[:2], kinds=2),
        "A drill": incident(
            kind=IncidentKind.DRILL,
            first_at=ago(minutes=1),
            task_id="",
            task_pk=0,
            task_type="",
            filename=None,
            message=None,
        ),
    }


def ago(**span: float) -> datetime:
    return LOOKED_AT - timedelta(**span)


def drawn(card: Card) -> LayoutView:
    """With the owner's name, as the bot finds it out."""
    return render(card, owner="anna")


def slug(name: str) -> str:
    """The file name of a card's pictures; see tests/card_pictures.py."""
    return re.sub("[^a-z]+", "-", name.lower())


async def gallery() -> str:
    """A block a card: its picture, its text as it is sent, its accent colour, its buttons. (A view needs a running
    loop.)"""
    blocks = []
    for name, card in cards().items():
        view = drawn(card)
        view.stop()
        pressed = " ".join(f"[{label}]" for label in buttons(view)) or "no button"
        picture = f"![{name}](pictures/cards/light-desktop/{slug(name)}.png)"
        said = f"```text\n{texts(view)}\n\n{pressed}\n```"
        blocks.append(f"**{name}** (accent `#{accent(view):06x}`)\n\n{picture}\n\n{said}\n")
    return "\n".join(blocks)


def current() -> str | None:
    found = re.search(re.escape(BEGIN) + "(.*?)" + re.escape(END), DOCUMENT.read_text(encoding="utf-8"), re.S)
    return found[1] if found else None


def main() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    tail = rest.split(END)[1]
    DOCUMENT.write_text(head + BEGIN + asyncio.run(gallery()) + END + tail, encoding="utf-8")


if __name__ == "__main__":
    main()

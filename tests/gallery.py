"""The card gallery of docs/alerts.md, drawn by the code that draws the cards.

`python -m tests.gallery` writes it anew; tests/test_gallery.py says when it is out of date.
"""

import asyncio
import re
from datetime import timedelta
from pathlib import Path

from bot.failures.card import Card, IncidentKind, IncidentState
from bot.ui.cards import render
from tests.ui.examples import NOW, backlog, digest, in_discord, in_paperless, incident, outage, reminder
from tests.ui.payload import accent, buttons, texts

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "alerts.md"
BEGIN, END = "<!-- gallery: begin -->\n", "<!-- gallery: end -->\n"
ACKNOWLEDGED = IncidentState.ACKNOWLEDGED


def cards() -> dict[str, Card]:
    return {
        "A failure": incident(),
        "The same again": incident(count=7),
        "Acknowledged here": incident(state=ACKNOWLEDGED, acknowledgement=in_discord()),
        "Acknowledged in Paperless": incident(state=ACKNOWLEDGED, acknowledgement=in_paperless()),
        "Succeeded after all": incident(state=IncidentState.SUCCEEDED),
        "Revoked": incident(kind=IncidentKind.REVOKED, task_type="mail_fetch", filename=None),
        "Stuck": incident(kind=IncidentKind.STUCK, error_type="started", duration_seconds=None, wait_time_seconds=None),
        "Silent": incident(kind=IncidentKind.SILENT, task_type="mail_fetch", filename=None, task_id="", task_pk=0),
        "A burst": digest(),
        "The very first start": backlog(),
        "Paperless away": outage(),
        "Paperless back": outage(since=NOW - timedelta(minutes=42), ended_at=NOW, missed=3),
        "A reminder": reminder(),
        "A drill": incident(kind=IncidentKind.DRILL, task_id="", task_pk=0, task_type="", filename=None, message=None),
    }


def slug(name: str) -> str:
    """The file name of a card's pictures; see tests/card_pictures.py."""
    return re.sub("[^a-z]+", "-", name.lower())


async def gallery() -> str:
    """A block a card: its picture, its text as it is sent, its accent colour, its buttons. (A view needs a running
    loop.)"""
    blocks = []
    for name, card in cards().items():
        view = render(card)
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

"""What is left of a card without texts of Paperless: for when Discord refuses the message with them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

from bot.failures.card import (
    BacklogCard,
    Card,
    DigestCard,
    DigestLine,
    IncidentCard,
    IncidentKind,
    OutageCard,
    ReminderCard,
)

REFUSED = "Discord refused the message that said why"


def bare(card: Card) -> Card:
    """The same card: its numbers, times, state and buttons. What it said is behind its buttons."""
    match card:
        case IncidentCard():
            failed = card.kind is IncidentKind.FAILED
            return replace(
                card,
                filename=None,
                error_type=None if failed else card.error_type,
                message=f"{REFUSED}: see Details." if failed else None,
            )
        case DigestCard() | ReminderCard():
            return replace(card, lines=_bare(card.lines))
        case OutageCard():
            return replace(card, detail=f"{REFUSED}: see Details.")
        case BacklogCard():
            return card
        case _:
            assert_never(card)


def _bare(lines: Iterable[DigestLine]) -> tuple[DigestLine, ...]:
    return tuple(replace(line, error_type=None, message=None, examples=(), example_count=0) for line in lines)

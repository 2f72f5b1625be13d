"""A card without texts of Paperless, for when Discord refuses it with them."""

from typing import get_args

import pytest

from bot.failures.card import Card, IncidentKind
from bot.ui.bare import bare
from bot.ui.cards import render
from tests.ui import examples
from tests.ui.payload import buttons, ids, texts

BLOCKED = "blockedword"
LINE = examples.line(message=BLOCKED, error_type=BLOCKED, examples=(BLOCKED, BLOCKED))
CARDS: dict[str, Card] = {
    **{
        kind.value: examples.incident(kind=kind, filename=f"{BLOCKED}.pdf", message=BLOCKED, error_type=BLOCKED)
        for kind in IncidentKind
    },
    "digest": examples.digest(lines=(LINE,)),
    "reminder": examples.reminder(lines=(LINE,)),
    "outage": examples.outage(detail=BLOCKED),
    "backlog": examples.backlog(),
}


def test_every_kind_of_card_is_tried() -> None:
    assert {type(card) for card in CARDS.values()} == set(get_args(Card))


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
async def test_nothing_of_paperless_is_left_and_every_button_is(card: Card) -> None:
    view = render(bare(card))
    assert BLOCKED not in texts(view)
    assert (buttons(view), ids(view)) == (buttons(render(card)), ids(render(card)))


async def test_it_says_where_the_reason_is() -> None:
    said = texts(render(bare(examples.incident())))
    assert "Consuming a file failed" in said
    assert "Discord refused the message that said why: see Details." in said
    assert "no reason" not in said


async def test_a_digest_still_tells_how_many_of_what() -> None:
    assert "**412** Consume file\n" in texts(render(bare(examples.digest())))

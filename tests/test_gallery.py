"""docs/alerts.md shows the cards as the code draws them."""

from typing import get_args

import pytest

from bot.failures.card import Card, IncidentCard, IncidentKind
from bot.ui.cards import render
from bot.ui.custom_ids import card_of, parse
from tests.gallery import cards, current, gallery
from tests.ui.payload import ids


async def test_the_gallery_of_the_document_is_what_the_code_draws() -> None:
    assert current() == await gallery(), "run `python -m tests.gallery`"


def test_every_kind_of_card_and_of_incident_is_in_it() -> None:
    shown = list(cards().values())
    assert {type(card) for card in shown} == set(get_args(Card))
    assert {card.kind for card in shown if isinstance(card, IncidentCard)} == set(IncidentKind)


@pytest.mark.parametrize("card", cards().values(), ids=cards())
async def test_a_message_whose_post_was_cut_off_is_found_again_by_a_button(card: Card) -> None:
    """Without one the next life of the bot would post it a second time."""
    found = [parse(each) for each in ids(render(card))]
    assert card.card_id in [card_of(each) for each in found if each is not None]

"""docs/alerts.md shows the cards as the code draws them."""

from typing import get_args

from bot.failures.card import Card, IncidentCard, IncidentKind
from tests.gallery import cards, current, gallery


async def test_the_gallery_of_the_document_is_what_the_code_draws() -> None:
    assert current() == await gallery(), "run `python -m tests.gallery`"


def test_every_kind_of_card_and_of_incident_is_in_it() -> None:
    shown = list(cards().values())
    assert {type(card) for card in shown} == set(get_args(Card))
    assert {card.kind for card in shown if isinstance(card, IncidentCard)} == set(IncidentKind)

"""What is done elsewhere shows on the card within two polls; what people do with the card itself is understood."""

from pathlib import Path

import pytest

from bot.failures.card import IncidentState
from bot.failures.outcome import Acknowledged, AlreadyAcknowledged, NothingOpen
from tests.failures.world import ADA, World, a_world, digests, incident_cards


async def a_card(world: World, **columns: object) -> object:
    row = world.home.fail("invoice.pdf", **columns)  # type: ignore[arg-type]
    await world.poll(2)
    return row


async def test_acknowledged_in_the_web_ui(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        row = await a_card(world)
        world.home.acknowledge_in_web_ui([row])  # type: ignore[list-item]
        await world.poll(2)
        [card] = incident_cards(world.channels)
        assert card.state is IncidentState.ACKNOWLEDGED
        assert card.acknowledgement is not None
        assert (card.acknowledgement.where, card.acknowledgement.user_id) == ("paperless", None)
        assert not card.acknowledged_unseen


async def test_acknowledged_in_the_web_ui_while_another_failed(tmp_path: Path) -> None:
    """The count of unacknowledged rows is as before: the new failure makes up for it."""
    async with a_world(tmp_path) as world:
        row = await a_card(world)
        world.home.acknowledge_in_web_ui([row])  # type: ignore[list-item]
        world.home.fail("other.pdf")
        await world.poll(2)
        first, second = incident_cards(world.channels)
        assert (first.state, second.state) == (IncidentState.ACKNOWLEDGED, IncidentState.OPEN)


async def test_run_again_by_the_broker_and_succeeded(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        row = await a_card(world)
        world.home.redeliver(row, "ok", seconds=30)  # type: ignore[arg-type]
        await world.poll(2)
        assert incident_cards(world.channels)[0].running_again
        assert incident_cards(world.channels)[0].state is IncidentState.OPEN
        await world.poll(8)
        [card] = incident_cards(world.channels)
        assert (card.state, card.running_again) == (IncidentState.SUCCEEDED, False)


async def test_run_again_and_failed_again_is_counted_on_the_card(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        row = await a_card(world)
        world.home.redeliver(row, "corrupt")  # type: ignore[arg-type]
        await world.poll(2)
        [card] = incident_cards(world.channels)
        assert (card.count, card.open_count, card.state) == (2, 1, IncidentState.OPEN)
        outcome = await world.desk.acknowledge(card_id=card.card_id, through=card.through, user_id=ADA, user_name="ada")
        assert outcome == Acknowledged(count=1, vanished=0)


async def test_a_success_that_is_run_again_and_fails_is_told(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        row = world.home.upload("queued.txt", "ok", seconds=0)
        await world.poll(2)
        world.home.redeliver(row, "file_gone")
        await world.poll(2)
        [card] = incident_cards(world.channels)
        assert card.filename == "queued.txt"


async def test_removed_by_an_admin(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        row = await a_card(world)
        world.home.delete([row])  # type: ignore[list-item]
        await world.poll(2)
        assert incident_cards(world.channels)[0].state is IncidentState.GONE


async def test_its_owner_was_deleted(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await a_card(world, owner="bob")
        assert incident_cards(world.channels)[0].owner == world.home.owner_id("bob")
        world.home.delete_owner("bob")
        await world.poll(2)
        assert incident_cards(world.channels)[0].owner is None


async def test_a_hundred_failures_of_a_deleted_owner_all_change(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.home.burst(100, owner="bob")
        await world.poll(2)
        world.home.delete_owner("bob")
        await world.poll(2)
        open_ones = await world.ledger.findings.open("home")
        assert {each.owner for each in open_ones} == {None}


@pytest.mark.parametrize("number", [15, 300])
async def test_everything_dismissed_in_the_web_ui(tmp_path: Path, number: int) -> None:
    async with a_world(tmp_path) as world:
        rows = world.home.burst(number)
        await world.poll(2)
        world.home.acknowledge_in_web_ui(rows)
        await world.poll(2)
        await world.deliver(20)
        assert {card.state for card in incident_cards(world.channels)} == {IncidentState.ACKNOWLEDGED}
        assert [card.open_total for card in digests(world.channels)] == [0]


async def test_many_removed_among_many_that_stay(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        rows = world.home.burst(300)
        await world.poll(2)
        world.home.delete(rows[:150])
        await world.poll(2)
        assert (await world.ledger.open_rows()).total == 150


async def test_a_card_deleted_by_a_moderator_is_not_posted_again_and_nothing_is_acknowledged(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        row = await a_card(world, owner="bob")
        [message] = world.channels.in_channel()
        world.channels.delete(message)
        world.home.delete_owner("bob")
        await world.poll(2)
        world.home.fail("other.pdf")
        await world.poll(3)
        place = await world.ledger.place(message.card.card_id)
        assert place is not None
        assert place.dismissed
        assert not row.acknowledged  # type: ignore[attr-defined]
        assert [card.filename for card in incident_cards(world.channels)] == ["other.pdf"]
        page = await world.ledger.open_rows()
        assert [(each.filename, each.state) for each in page.rows] == [
            ("other.pdf", IncidentState.OPEN),
            ("invoice.pdf", IncidentState.DISMISSED),
        ]


async def test_what_fails_again_after_its_card_was_deleted_has_a_new_card(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await a_card(world)
        [message] = world.channels.in_channel()
        world.channels.delete(message)
        world.home.fail("invoice.pdf")  # it is counted on the card, and only then its absence is noticed
        await world.poll(3)
        [card] = incident_cards(world.channels)
        assert (card.filename, card.state, card.count) == ("invoice.pdf", IncidentState.OPEN, 1)
        page = await world.ledger.open_rows()
        assert [each.state for each in page.rows] == [IncidentState.OPEN, IncidentState.DISMISSED]


async def test_so_it_has_where_the_card_was_of_an_earlier_life(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await a_card(world)
        world.channels.delete(world.channels.in_channel()[0])
        world.clock.advance(5)
        await world.restart()
        world.home.fail("invoice.pdf")
        await world.poll(3)
        [card] = incident_cards(world.channels)
        assert (card.filename, card.count) == ("invoice.pdf", 1)


async def test_what_a_deleted_digest_never_showed_is_told_on_another(tmp_path: Path) -> None:
    async with a_world(tmp_path, single_cards=0) as world:
        for name in ("first.pdf", "second.pdf"):
            world.home.fail(name)
        await world.poll(2)
        world.channels.delete(world.channels.in_channel()[0])
        world.home.fail("first.pdf")
        world.home.fail("third.pdf")
        await world.poll(3)
        [digest] = digests(world.channels)
        assert (digest.total, digest.lines[0].examples) == (2, ("first.pdf", "third.pdf"))
        assert (await world.ledger.open_rows()).total == 4


async def test_a_failure_soon_after_the_acknowledgement_reopens_the_card_quietly(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await a_card(world)
        [card] = incident_cards(world.channels)
        await world.desk.acknowledge(card_id=card.card_id, through=card.through, user_id=ADA, user_name="ada")
        await world.deliver(5)
        world.home.fail("invoice.pdf")
        await world.poll(after=600)
        [card] = incident_cards(world.channels)
        assert (card.state, card.count, card.open_count) == (IncidentState.OPEN, 2, 1)
        assert world.channels.calls.count("post") == 1


async def test_a_failure_long_after_the_acknowledgement_is_a_new_card(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await a_card(world)
        [card] = incident_cards(world.channels)
        await world.desk.acknowledge(card_id=card.card_id, through=card.through, user_id=ADA, user_name="ada")
        await world.poll(after=4 * 3600)
        world.home.fail("invoice.pdf")
        await world.poll()
        old, new = incident_cards(world.channels)
        assert (old.state, new.state) == (IncidentState.ACKNOWLEDGED, IncidentState.OPEN)
        assert (old.count, new.count) == (1, 1)


async def test_another_error_of_the_same_document_is_another_card(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await a_card(world)
        world.home.fail("invoice.pdf", "unsupported")
        await world.poll()
        assert len(incident_cards(world.channels)) == 2


async def test_a_press_on_a_card_that_settled_itself_says_so(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        row = await a_card(world)
        [card] = incident_cards(world.channels)
        world.home.redeliver(row, "ok")  # type: ignore[arg-type]
        await world.poll(2)
        outcome = await world.desk.acknowledge(card_id=card.card_id, through=card.through, user_id=ADA, user_name="ada")
        assert outcome == NothingOpen(state=IncidentState.SUCCEEDED)


async def test_a_press_right_after_the_web_ui_does_not_take_the_credit(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        row = await a_card(world)
        [card] = incident_cards(world.channels)
        world.home.acknowledge_in_web_ui([row])  # type: ignore[list-item]
        outcome = await world.desk.acknowledge(card_id=card.card_id, through=card.through, user_id=ADA, user_name="ada")
        assert isinstance(outcome, AlreadyAcknowledged)
        assert outcome.acknowledgement.where == "paperless"

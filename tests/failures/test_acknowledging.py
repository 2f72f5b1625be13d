"""A press on Acknowledge: one of two wins, Paperless is asked once, the card says who, and no crash loses it."""

import asyncio
from pathlib import Path

import pytest

from bot.audit import Result
from bot.failures.card import IncidentCard, IncidentState
from bot.failures.outcome import (
    Acknowledged,
    AcknowledgeOutcome,
    AlreadyAcknowledged,
    BeingAcknowledged,
    NotAcknowledged,
    UnknownCard,
)
from tests.failures.world import ADA, BEN, World, a_world, digests, incident_cards


async def a_card(world: World) -> IncidentCard:
    world.home.fail("invoice.pdf", owner="bob")
    await world.poll(2)
    [card] = incident_cards(world.channels)
    return card


async def press(world: World, card: IncidentCard, *, who: int = ADA, name: str = "ada") -> AcknowledgeOutcome:
    return await world.desk.acknowledge(card_id=card.card_id, through=card.through, user_id=who, user_name=name)


def posts(world: World) -> int:
    return sum(request.method == "POST" for request in world.home.requests)


async def test_the_card_says_who_and_when_and_paperless_has_it(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        card = await a_card(world)
        assert await press(world, card) == Acknowledged(count=1, vanished=0)
        await world.deliver(3)
        [card] = incident_cards(world.channels)
        assert card.state is IncidentState.ACKNOWLEDGED
        assert card.acknowledgement is not None
        assert (card.acknowledgement.where, card.acknowledgement.user_id) == ("discord", ADA)
        assert (card.acknowledgement.user_name, card.acknowledgement.at) == (
            "ada",
            world.clock.now().replace(second=10),
        )
        assert [row.acknowledged for row in world.home.table] == [True]
        await world.poll(3)
        assert incident_cards(world.channels)[0].acknowledgement == card.acknowledgement


async def test_of_two_people_at_once_one_wins_and_the_other_reads_who_did(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        card = await a_card(world)
        outcomes = await asyncio.gather(press(world, card), press(world, card, who=BEN, name="ben"))
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Acknowledged", "BeingAcknowledged"]
        loser = next(each for each in outcomes if isinstance(each, BeingAcknowledged))
        [row] = (await world.ledger.rows(card.card_id)).rows
        assert row.acknowledgement is not None
        assert loser.user_id == row.acknowledgement.user_id
        assert posts(world) == 1


async def two_presses(tmp_path: Path, times: int) -> None:
    async with a_world(tmp_path, single_cards=20) as world:
        for number in range(times):
            row = world.home.fail(f"{number}.pdf")
            await world.poll(after=301)
            card = incident_cards(world.channels)[-1]
            outcomes = await asyncio.gather(press(world, card), press(world, card, who=BEN, name="ben"))
            kinds = [type(outcome) for outcome in outcomes]
            assert kinds.count(Acknowledged) == 1
            assert set(kinds) <= {Acknowledged, BeingAcknowledged, AlreadyAcknowledged}
            assert row.acknowledged
        assert posts(world) == times


async def test_two_presses_on_one_button_twenty_times(tmp_path: Path) -> None:
    await two_presses(tmp_path, 20)


@pytest.mark.soak
@pytest.mark.timeout(900)
async def test_two_presses_on_one_button_a_thousand_times(tmp_path: Path) -> None:
    await two_presses(tmp_path, 1000)


async def test_the_second_press_reads_who_did(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        card = await a_card(world)
        await press(world, card)
        outcome = await press(world, card, who=BEN, name="ben")
        assert isinstance(outcome, AlreadyAcknowledged)
        assert (outcome.acknowledgement.user_id, outcome.acknowledgement.user_name) == (ADA, "ada")
        assert posts(world) == 1


async def test_a_card_that_no_ledger_knows(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        outcome = await world.desk.acknowledge(card_id=12345, through=None, user_id=ADA, user_name="ada")
        assert outcome == UnknownCard()
        assert await world.ledger.card(12345) is None
        assert await world.ledger.place(12345) is None


async def test_with_paperless_down_the_claim_is_given_back(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        card = await a_card(world)
        await world.home.down()
        outcome = await press(world, card)
        assert isinstance(outcome, NotAcknowledged)
        assert (outcome.error.retryable, outcome.done) == (True, 0)
        assert incident_cards(world.channels)[0].state is IncidentState.OPEN
        await world.home.up()
        assert await press(world, card, who=BEN, name="ben") == Acknowledged(count=1, vanished=0)


async def test_a_token_that_may_not_acknowledge_is_said_so_and_nothing_is_lost(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        card = await a_card(world)
        world.home.faults.add("status", status=403, method="POST")
        outcome = await press(world, card)
        assert isinstance(outcome, NotAcknowledged)
        assert not outcome.error.retryable
        assert (await world.ledger.open_rows()).total == 1


async def test_an_answer_that_was_lost_is_read_back(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        card = await a_card(world)
        world.home.faults.add("drop_after", method="POST", times=1)
        assert await press(world, card) == Acknowledged(count=1, vanished=0)
        await world.deliver(3)
        assert incident_cards(world.channels)[0].state is IncidentState.ACKNOWLEDGED


async def test_an_answer_that_was_lost_is_told_as_not_known_and_credited_by_the_next_polls(tmp_path: Path) -> None:
    """The server did it, and the client does not know: it was this person all the same."""
    async with a_world(tmp_path) as world:
        world.home.burst(105)
        await world.poll(2)
        await world.deliver(10)
        [digest] = digests(world.channels)
        world.home.faults.add("drop_after", method="POST", times=1)
        outcome = await world.desk.acknowledge(
            card_id=digest.card_id, through=digest.through, user_id=ADA, user_name="ada"
        )
        assert isinstance(outcome, NotAcknowledged)
        await world.poll(2)
        await world.deliver(5)
        [digest] = digests(world.channels)
        assert digest.open_total == 0
        assert [each.user_id for each in digest.acknowledgements] == [ADA]
        told = (await world.ledger.audit.page()).rows
    # The newest first. What was written stays, and says that it was not known then.
    assert [(each.entry.result, len(each.entry.tasks)) for each in told] == [(Result.DONE, 100), (Result.UNKNOWN, 100)]
    assert {each.entry.user_id for each in told} == {ADA}


async def test_who_pressed_in_vain_gets_no_credit_for_what_somebody_does_later(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        card = await a_card(world)
        await world.home.down()
        assert isinstance(await press(world, card), NotAcknowledged)
        await world.home.up()
        world.home.acknowledge_in_web_ui(list(world.home.table))
        await world.poll(2)
        [card] = incident_cards(world.channels)
        assert card.acknowledgement is not None
        assert card.acknowledgement.where == "paperless"
        assert [each.entry.result for each in (await world.ledger.audit.page()).rows] == [Result.FAILED]


async def test_a_locked_database_that_did_not_do_it_leaves_the_button(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        card = await a_card(world)
        world.home.weather.database_locked = True
        outcome = await press(world, card)
        assert isinstance(outcome, NotAcknowledged)
        world.home.weather.database_locked = False
        await world.poll(2)
        assert incident_cards(world.channels)[0].state is IncidentState.OPEN
        assert await press(world, card, who=BEN, name="ben") == Acknowledged(count=1, vanished=0)


async def test_a_crash_after_paperless_did_it_and_before_it_was_written_down(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        card = await a_card(world)
        await world.ledger.claims.claim_card(card.card_id, through=None, user_id=ADA, user_name="ada")
        world.home.acknowledge_in_web_ui(list(world.home.table))
        await world.restart()
        await world.deliver(3)
        [card] = incident_cards(world.channels)
        assert card.acknowledgement is not None
        assert card.acknowledgement.user_id == ADA


async def test_a_crash_before_paperless_was_asked_is_carried_on_at_the_next_start(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        card = await a_card(world)
        await world.ledger.claims.claim_card(card.card_id, through=None, user_id=ADA, user_name="ada")
        await world.restart()
        assert [row.acknowledged for row in world.home.table] == [True]


async def test_a_crash_and_paperless_down_at_the_next_start(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        card = await a_card(world)
        await world.ledger.claims.claim_card(card.card_id, through=None, user_id=ADA, user_name="ada")
        await world.home.down()
        await world.restart()
        assert [row.acknowledged for row in world.home.table] == [False]
        await world.home.up()
        await world.poll(8)
        assert [row.acknowledged for row in world.home.table] == [True]
        assert incident_cards(world.channels)[0].state is IncidentState.ACKNOWLEDGED


async def test_rows_removed_from_a_digest_do_not_keep_the_others_from_it(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        rows = world.home.burst(105)
        await world.poll()
        await world.deliver(10)
        [digest] = digests(world.channels)
        world.home.delete(rows[10:14])
        outcome = await world.desk.acknowledge(
            card_id=digest.card_id, through=digest.through, user_id=ADA, user_name="ada"
        )
        assert outcome == Acknowledged(count=96, vanished=4)
        await world.poll(2)
        await world.deliver(5)
        assert digests(world.channels)[0].open_total == 0


async def test_a_primary_key_that_is_another_tasks_by_now_is_not_acknowledged(tmp_path: Path) -> None:
    """After a rebuild the keys begin at 1 again."""
    async with a_world(tmp_path) as world:
        card = await a_card(world)
        world.home.drop_table()
        innocent = world.home.fail("innocent.pdf")
        assert innocent.id == card.task_pk
        outcome = await press(world, card)
        assert outcome == Acknowledged(count=0, vanished=1)
        assert not innocent.acknowledged


async def test_what_runs_again_is_not_acknowledged_unseen(tmp_path: Path) -> None:
    """Acknowledged while it runs it would fail acknowledged, and the web UI would hide it."""
    async with a_world(tmp_path) as world:
        card = await a_card(world)
        [row] = world.home.table
        world.home.redeliver(row, "corrupt", seconds=60)
        world.clock.advance(1)
        assert await press(world, card) == Acknowledged(count=0, vanished=1, run_again=1)
        assert not row.acknowledged


async def test_acknowledged_here_costs_no_look_at_every_row(tmp_path: Path) -> None:
    """The expected count falls with it: the next polls stay at two small requests."""
    async with a_world(tmp_path) as world:
        world.home.burst(3)
        await world.poll(14)
        await press(world, incident_cards(world.channels)[0])
        before = len(world.home.requests)
        await world.poll(4)
        assert len(world.requests(before)) == 8


async def test_on_2_20_too(tmp_path: Path) -> None:
    async with a_world(tmp_path, version="2.20.15") as world:
        world.home.fail("invoice.pdf")
        await world.poll(2)
        [card] = incident_cards(world.channels)
        assert await press(world, card) == Acknowledged(count=1, vanished=0)
        assert [row.acknowledged for row in world.home.table] == [True]

"""Many failures are few messages: five cards of their own, then one digest that grows, and never a 429."""

import tracemalloc
from pathlib import Path

import pytest

from bot.failures.card import BacklogCard, DigestCard, IncidentCard, IncidentState
from bot.failures.outcome import Acknowledged
from tests.failures.world import ADA, ALERTS, OTHER, ROLE, World, a_world, digests, incident_cards, section


async def test_up_to_five_failures_have_a_card_each(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.home.burst(5)
        await world.poll()
        assert len(incident_cards(world.channels)) == 5
        assert digests(world.channels) == []


async def test_the_sixth_looks_like_a_card_of_its_own_until_a_seventh_joins_it(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.home.burst(6)
        await world.poll()
        await world.deliver(10)
        assert len(incident_cards(world.channels)) == 6
        world.home.fail("seventh.pdf")
        await world.poll()
        await world.deliver(10)
        [digest] = digests(world.channels)
        assert (digest.total, digest.open_total, len(world.channels.in_channel())) == (2, 2, 6)


async def test_a_thousand_failures_of_twenty_kinds_are_six_messages(tmp_path: Path) -> None:
    async with a_world(tmp_path, mention_role_id=ROLE) as world:
        world.channels.allowed = 5
        world.home.burst(1000, kinds=20)
        await world.poll()
        await world.deliver(20)
        assert len(world.channels.in_channel()) == 6
        assert world.channels.limits == 0
        [digest] = digests(world.channels)
        assert digest.total == 995
        assert (len(digest.lines), digest.kinds) == (20, 20)
        assert sum(line.count for line in digest.lines) == 995
        assert [line.count for line in digest.lines] == sorted((line.count for line in digest.lines), reverse=True)
        assert all(len(line.examples) == 3 for line in digest.lines)
        mentions = [each.mention_role_id for each in world.channels.in_channel()]
        assert mentions == [ROLE, None, None, None, None, None]


async def test_a_burst_that_trickles_in_stays_one_digest(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        for number in range(15):
            world.home.burst(20, prefix=f"part-{number}")
            await world.poll(after=120)
        assert len(world.channels.in_channel()) == 6


async def test_after_a_quiet_group_interval_failures_have_cards_of_their_own_again(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.home.burst(20)
        await world.poll()
        await world.deliver(10)
        world.home.burst(2, prefix="later")
        await world.poll(after=301)
        assert [card.filename for card in incident_cards(world.channels)[-2:]] == ["later-00000.pdf", "later-00001.pdf"]


async def test_a_digest_takes_nothing_in_after_an_hour(tmp_path: Path) -> None:
    """Discord limits edits of messages that are older than that."""
    async with a_world(tmp_path) as world:
        for number in range(17):
            world.home.burst(8, prefix=f"part-{number}")
            await world.poll(after=240)
        await world.deliver(5)
        totals = [digest.total for digest in digests(world.channels)]
        assert len(totals) == 2
        assert sum(totals) == 17 * 8 - 5


async def test_another_channel_has_a_window_of_its_own(tmp_path: Path) -> None:
    routes = ({"channel_id": OTHER, "owners": [4]},)
    async with a_world(tmp_path, routes=routes) as world:
        assert world.home.owner_id("operator") == 4
        world.home.burst(8)
        world.home.fail("private.pdf", owner="operator")
        await world.poll()
        await world.deliver(10)
        assert [card.filename for card in incident_cards(world.channels, OTHER)] == ["private.pdf"]
        assert len(world.channels.in_channel(ALERTS)) == 6


async def test_the_same_document_failing_again_is_counted_on_the_card_that_stands(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        for _ in range(7):
            world.home.fail("again.pdf")
            await world.poll()
        await world.deliver(5)
        [card] = incident_cards(world.channels)
        assert (card.count, card.open_count) == (7, 7)
        assert card.first_at < card.last_at
        assert len(world.channels.in_channel()) == 1


async def test_only_the_newest_state_is_sent(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.home.fail("again.pdf")
        await world.poll()
        edits = len(world.channels.calls)
        for _ in range(10):
            world.home.fail("again.pdf")
            await world.poll(after=0.1)
        await world.deliver(3)
        [message] = world.channels.in_channel()
        assert isinstance(message.card, IncidentCard)
        assert message.card.count == 11
        assert len(world.channels.calls) - edits <= 3


async def test_acknowledge_all_takes_the_list_that_was_seen_and_no_more(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.home.burst(30)
        await world.poll()
        await world.deliver(10)
        [seen] = digests(world.channels)
        world.home.burst(10, prefix="unseen")
        await world.poll()
        outcome = await world.desk.acknowledge(card_id=seen.card_id, through=seen.through, user_id=ADA, user_name="ada")
        assert outcome == Acknowledged(count=25, vanished=0)
        await world.deliver(10)
        [digest] = digests(world.channels)
        assert (digest.total, digest.open_total) == (35, 10)
        assert {row.acknowledged for row in world.home.table if str(row.filename).startswith("unseen")} == {False}
        assert sum(row.acknowledged for row in world.home.table) == 25


async def test_a_digest_that_is_acknowledged_says_by_whom(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        rows = world.home.burst(30)
        await world.poll()
        await world.deliver(10)
        [digest] = digests(world.channels)
        world.home.acknowledge_in_web_ui(rows[20:])
        await world.poll(2)
        await world.desk.acknowledge(card_id=digest.card_id, through=digest.through, user_id=ADA, user_name="ada")
        await world.deliver(10)
        [digest] = digests(world.channels)
        assert digest.open_total == 0
        assert [each.user_name for each in digest.acknowledgements] == ["ada", None]


async def test_the_failures_behind_a_digest_can_be_looked_through(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.home.burst(45, kinds=4)
        await world.poll()
        await world.deliver(10)
        [digest] = digests(world.channels)
        everything = await world.ledger.rows(digest.card_id, limit=8)
        assert (everything.total, len(everything.rows)) == (40, 8)


@pytest.mark.soak
async def test_ten_thousand_failures_at_once(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.channels.allowed = 5
        rows = world.home.burst(10_000, kinds=20)
        tracemalloc.start()
        before = of_the_bot(tracemalloc.take_snapshot())
        await world.poll()
        await world.deliver(20)
        grown = of_the_bot(tracemalloc.take_snapshot()) - before
        tracemalloc.stop()
        assert grown < 20 * 2**20
        await all_can_be_acknowledged(world, len(rows))


def of_the_bot(snapshot: tracemalloc.Snapshot) -> int:
    others = tracemalloc.Filter(inclusive=False, filename_pattern="*/sandbox/*")
    return sum(each.size for each in snapshot.filter_traces([others]).traces)


async def test_two_thousand_failures_at_once(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.channels.allowed = 5
        world.home.burst(2000, kinds=20)
        await world.poll()
        await world.deliver(20)
        await all_can_be_acknowledged(world, 2000)


async def all_can_be_acknowledged(world: World, number: int) -> None:
    assert world.channels.limits == 0
    assert len(world.channels.in_channel()) == 6
    acknowledged = 0
    for card in world.channels.cards():
        assert isinstance(card, IncidentCard | DigestCard)
        outcome = await world.desk.acknowledge(card_id=card.card_id, through=card.through, user_id=ADA, user_name="ada")
        assert isinstance(outcome, Acknowledged)
        acknowledged += outcome.count
    assert acknowledged == number
    assert all(row.acknowledged for row in world.home.table)
    await world.deliver(20)
    assert world.channels.limits == 0
    assert all(each.open_total == 0 for each in digests(world.channels))
    assert all(each.state is IncidentState.ACKNOWLEDGED for each in incident_cards(world.channels))


async def test_coming_back_after_days_is_one_digest_and_cards_for_the_last_hour(tmp_path: Path) -> None:
    async with a_world(tmp_path, mention_role_id=ROLE) as world:
        await world.poll()
        world.clock.advance(3 * 86400)
        world.home.burst(50, prefix="first-day")
        for number, row in enumerate(list(world.home.table)):
            world.home.table.change(row, date_done=world.clock.now().replace(day=25, minute=number))
        world.home.fail("just-now.pdf", ago=600)
        await world.restart()
        await world.poll()
        await world.deliver(10)
        old, new = world.channels.in_channel()
        assert isinstance(old.card, DigestCard)
        assert (old.card.total, old.mention_role_id) == (50, None)
        assert old.card.catch_up_since is not None
        assert isinstance(new.card, IncidentCard)
        assert (new.card.filename, new.mention_role_id) == ("just-now.pdf", ROLE)


async def test_a_crash_in_the_middle_of_catching_up_does_not_make_old_ones_new(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.clock.advance(3 * 86400)
        world.home.burst(30, prefix="old")
        for row in list(world.home.table):
            world.home.table.change(row, date_done=world.clock.now().replace(day=25))
        await world.restart()
        memory = await world.ledger.findings.memory("home")
        assert memory is not None
        await world.watcher._reading.find(memory)  # read, and then the process dies before it tells
        await world.restart()
        await world.poll()
        await world.deliver(10)
        [digest] = digests(world.channels)
        assert (digest.total, digest.catch_up_since is not None) == (30, True)


async def test_a_first_start_after_a_restart_is_no_first_start(tmp_path: Path) -> None:
    async with a_world(tmp_path, begun=False) as world:
        world.home.burst(3)
        await world.poll()
        await world.restart()
        await world.poll(2)
        assert [type(card) for card in world.channels.cards()] == [BacklogCard]


async def test_two_servers_share_a_channel_and_name_themselves(tmp_path: Path) -> None:
    async with a_world(tmp_path, names=("home", "office")) as world:
        for each in world.paperless.values():
            each.burst(4)
        world.clock.advance(5)
        for watcher in world.desk.watchers.values():
            await watcher.poll_once()
        await world.deliver(10)
        assert len(world.channels.in_channel()) == 6
        [digest] = digests(world.channels)
        assert digest.show_server
        assert (digest.servers, digest.link_base) == (("office",), "https://office.example")
        outcome = await world.desk.acknowledge(
            card_id=digest.card_id, through=digest.through, user_id=ADA, user_name="ada"
        )
        assert outcome == Acknowledged(count=3, vanished=0)
        assert sum(row.acknowledged for row in world.paperless["office"].table) == 3
        assert not any(row.acknowledged for row in world.paperless["home"].table)


async def test_no_single_cards_at_all_where_the_configuration_wants_none(tmp_path: Path) -> None:
    async with a_world(tmp_path, single_cards=0) as world:
        assert section(single_cards=0).single_cards == 0
        world.home.burst(3)
        await world.poll()
        [digest] = digests(world.channels)
        assert digest.total == 3

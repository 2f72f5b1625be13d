"""Random histories against a simple model: whatever happens, and whenever the bot dies, nothing is lost, nothing is
told twice, order is kept, and in the end every card shows the truth.
"""

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Row, select

from bot.failures.card import DigestCard, IncidentCard
from bot.failures.notifier import NotifierError
from bot.failures.rows import BACKLOG
from bot.failures.schema import card, failure, incident
from tests.failures.world import Died, Message, World, a_world

NAMES = [f"{letter}.pdf" for letter in "abcdefgh"]
OUTCOMES = ["corrupt", "unsupported", "file_gone"]
INDEX = st.integers(0, 40)

STEPS = st.one_of(
    st.tuples(
        st.just("fail"), st.sampled_from(NAMES), st.sampled_from(OUTCOMES), st.sampled_from([0.0, 2.7, 40.0, 100.0])
    ),
    st.tuples(st.just("burst"), st.sampled_from([2, 7, 120])),
    st.tuples(st.just("poll"), st.sampled_from([1.0, 5.0, 30.0])),
    st.tuples(st.just("poll"), st.sampled_from([5.0])),
    st.tuples(st.just("deliver"), st.integers(1, 10)),
    st.tuples(st.just("pass"), st.sampled_from([60.0, 301.0, 3700.0, 5 * 3600.0, 3 * 86400.0])),
    st.tuples(st.just("web"), INDEX),
    st.tuples(st.just("press"), INDEX),
    st.tuples(st.just("remove"), INDEX),
    st.tuples(st.just("mute"), INDEX, INDEX, st.sampled_from([3600.0, 86400.0, None])),
    st.tuples(st.just("unmute"), INDEX),
    st.tuples(st.just("redeliver"), INDEX, st.sampled_from(["ok", *OUTCOMES])),
    st.tuples(st.just("again"), INDEX, st.sampled_from(["ok", *OUTCOMES])),
    st.tuples(st.just("moderate"), INDEX),
    st.tuples(st.just("restart")),
    st.tuples(st.just("die"), st.booleans(), st.integers(0, 3)),
    st.tuples(st.just("late"), st.booleans(), st.sampled_from([8.0, 20.0, 44.0])),
    st.tuples(st.just("discord"), st.booleans(), st.sampled_from([None, 30.0])),
    st.tuples(st.just("paperless"), st.sampled_from(["status", "drop", "half", "html"]), st.integers(1, 4)),
)
HISTORIES = st.lists(STEPS, min_size=12, max_size=60)


class History:
    """The world, and the model of it: what failed, and when."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.failed: dict[tuple[str, datetime], str | None] = {}

    def note(self) -> None:
        """What is among the failures now: the model remembers it, whatever becomes of the row."""
        for row in self.world.home.table:
            if row.status in ("failure", "revoked") and row.date_done is not None:
                self.failed[row.task_id, row.date_done] = row.filename

    async def step(self, step: tuple[Any, ...]) -> None:
        name, *rest = step
        await getattr(self, f"_{name}")(*rest)

    async def _fail(self, name: str, outcome: str, ago: float) -> None:
        self.world.home.fail(name, outcome, ago=ago)

    async def _burst(self, number: int) -> None:
        self.world.home.burst(number, kinds=3)

    async def _poll(self, after: float) -> None:
        self.note()
        await self.world.poll(after=after)

    async def _deliver(self, seconds: int) -> None:
        await self.world.deliver(seconds)

    async def _pass(self, seconds: float) -> None:
        self.world.clock.advance(seconds)

    def _row(self, index: int) -> Any:
        rows = list(self.world.home.table)
        return rows[index % len(rows)] if rows else None

    async def _web(self, index: int) -> None:
        if row := self._row(index):
            self.world.home.acknowledge_in_web_ui([row])

    async def _remove(self, index: int) -> None:
        """A row that the bot never had the time to see is nobody's failure."""
        row = self._row(index)
        if row is not None and await self._is_known(row.task_id):
            self.world.home.delete([row])

    async def _redeliver(self, index: int, outcome: str) -> None:
        row = self._row(index)
        if row is not None and await self._is_known(row.task_id):
            self.world.home.redeliver(row, outcome)
            self.world.clock.advance(1)

    async def _again(self, index: int, outcome: str) -> None:
        """Told, run again, and looked at again."""
        await self._poll(5.0)
        await self._redeliver(index, outcome)
        await self._poll(5.0)

    async def _is_known(self, task_id: str) -> bool:
        async with self.world.ledger.database.read() as connection:
            row = self.world.home.row(task_id)
            query = select(failure.c.id).where(failure.c.task_id == task_id, failure.c.at == row.date_done)
            return (await connection.execute(query)).first() is not None

    def _message(self, index: int) -> Message | None:
        messages = self.world.channels.in_channel()
        return messages[index % len(messages)] if messages else None

    async def _press(self, index: int) -> None:
        message = self._message(index)
        if message is not None and isinstance(message.card, IncidentCard | DigestCard):
            await self.world.desk.acknowledge(
                card_id=message.card.card_id, through=message.card.through, user_id=1, user_name="ada"
            )

    async def _mute(self, index: int, line: int, seconds: float | None) -> None:
        """What a card shows, or a line of a digest: the whole kind."""
        message = self._message(index)
        if message is None or not isinstance(message.card, IncidentCard | DigestCard):
            return
        lines = message.card.lines if isinstance(message.card, DigestCard) else ()
        await self.world.desk.mute(
            card_id=message.card.card_id,
            line_id=lines[line % len(lines)].line_id if lines else None,
            for_=None if seconds is None else timedelta(seconds=seconds),
            until_change=seconds is None,
            user_id=1,
            user_name="ada",
        )

    async def _unmute(self, index: int) -> None:
        mutes = await self.world.ledger.mutes.running()
        if mutes:
            await self.world.desk.unmute(mutes[index % len(mutes)].mute_id, user_id=1, user_name="ada")

    async def _moderate(self, index: int) -> None:
        """One whose answer was lost, and which is deleted before it is found, cannot be told from one never posted."""
        message = self._message(index)
        if message is None:
            return
        place = await self.world.ledger.place(message.card.card_id)
        if place is not None and place.message_id == message.message_id:
            self.world.channels.delete(message)

    async def _restart(self) -> None:
        await self.world.restart()

    async def _die(self, after: bool, calls: int) -> None:
        """In the middle of one of the next calls to Discord, before or after it did what it was asked."""
        where = self.world.channels.lost if after else self.world.channels.faults
        where.extend(NotifierError("hm") for _ in range(calls))
        where.append(Died())

    async def _late(self, dies: bool, seconds: float) -> None:
        """An edit comes to Discord so much later, after a newer one; its sender has died, or goes on."""
        self.world.home.fail(NAMES[0])
        await self._poll(5.0)
        self.world.channels.late.append((Died() if dies else NotifierError("no answer"), seconds))
        for _ in range(2):
            self.world.home.fail(NAMES[0])
            await self._poll(5.0)
            if self.world.channels.dead:
                await self.world.restart()

    async def _discord(self, after: bool, retry_after: float | None) -> None:
        where = self.world.channels.lost if after else self.world.channels.faults
        where.append(NotifierError("503", retry_after=retry_after))

    async def _paperless(self, kind: Any, times: int) -> None:
        self.world.home.faults.add(kind, times=times)

    async def end(self) -> None:
        """The weather clears, and some minutes pass."""
        self.note()
        self.world.channels.faults.clear()
        self.world.channels.lost.clear()
        self.world.channels.late.clear()
        self.world.home.faults.clear()
        await self.world.restart()
        for mute in await self.world.ledger.mutes.running():
            await self.world.desk.unmute(mute.mute_id, user_id=1, user_name="ada")
        for _ in range(3):
            await self.world.poll()
            await self.world.deliver(75)
        await self.world.poll(after=301)
        await self.world.poll()
        await self.world.deliver(75)

    async def check(self) -> None:
        self.world.channels.arrives()
        async with self.world.ledger.database.read() as connection:
            told = (await connection.execute(select(failure))).all()
            incidents = (await connection.execute(select(incident))).all()
            cards = {row.id: row for row in await connection.execute(select(card))}
        self._nothing_is_lost_and_nothing_twice(told)
        for row in incidents:
            mine = [each for each in told if each.incident_id == row.id]
            assert row._mapping["count"] == len(mine)
            assert row.open_count == sum(each.state == "open" for each in mine)
            # What was muted, and acknowledged or gone before that ended, never had a card.
            assert row.open_count == 0 if row.card_id is None else cards[row.card_id].state in ("standing", "dismissed")
        await self._what_stands_is_the_newest(cards)
        self._both_directions_agree(told)

    def _nothing_is_lost_and_nothing_twice(self, told: Sequence[Row[Any]]) -> None:
        assert set(self.failed) <= {(row.task_id, row.at) for row in told}
        assert all(row.state == BACKLOG or row.number is not None for row in told)
        ids = [message.card.card_id for message in self.world.channels.messages.values()]
        assert len(ids) == len(set(ids))
        numbers = [row.number for row in told if row.number is not None]
        assert len(numbers) == len(set(numbers))

    async def _what_stands_is_the_newest(self, cards: Mapping[int, Row[Any]]) -> None:
        """In the channel stands what the ledger has, in its order; deleted cards are known to be."""
        messages = sorted(self.world.channels.messages.values(), key=lambda each: each.message_id)
        for message in messages:
            mine = cards[message.card.card_id]
            assert (mine.state == "dismissed") is message.deleted or message.deleted
            if not message.deleted:
                assert message.card == await self.world.ledger.card(message.card.card_id)
        assert all(row.message_id is not None for row in cards.values() if row.state == "standing")
        posted = [message.card.card_id for message in messages]
        assert posted == sorted(posted)

    def _both_directions_agree(self, told: Sequence[Row[Any]]) -> None:
        there = {row.task_id: row for row in self.world.home.table}
        for each in told:
            found = there.get(each.task_id)
            listed = found is not None and found.status in ("failure", "revoked") and found.date_done == each.at
            if each.state == "open":
                assert listed, each
                assert found is not None
                assert not found.acknowledged
            elif each.state == "acknowledged" and listed and found is not None:
                assert found.acknowledged


async def run(history: list[tuple[Any, ...]], *, version: str = "3.0.5") -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with a_world(Path(folder), version=version) as world:
            world.desk.courier.patience = 1.0
            mine = History(world)
            for step in history:
                await mine.step(step)
            await mine.end()
            await mine.check()


QUIETLY = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=12, deadline=None, suppress_health_check=QUIETLY, derandomize=True)
@given(HISTORIES)
def test_nothing_is_lost_and_nothing_told_twice(history: list[tuple[Any, ...]]) -> None:
    asyncio.run(run(history))


@pytest.mark.soak
@pytest.mark.timeout(3600)
@settings(max_examples=1000, deadline=None, suppress_health_check=QUIETLY)
@given(HISTORIES)
def test_a_thousand_histories(history: list[tuple[Any, ...]]) -> None:
    asyncio.run(run(history))

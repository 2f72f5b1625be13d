"""Whatever a Paperless-ngx answers, the next poll goes on, and what fails besides is told."""

import itertools
import logging
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.sandbox.paperless import Clock
from bot.ui.cards import render
from tests.failures.world import START, Channels, World, incident_cards, section
from tests.ledgers import migrated
from tests.paperless.server import Reply, Request, Respond, Server, json_reply, page, task_row
from tests.safety.answers import odd_reply

GOOD = task_row(
    1, status="failure", date_done="2026-11-24T12:00:30+00:00", result_data={"error_message": "the good one"}
)


@asynccontextmanager
async def facing(respond: Respond, path: Path, *, url: str | None = None) -> AsyncIterator[World]:
    """The bot's desk and a server that answers whatever it likes."""
    async with Server(respond) as server:
        clock = Clock.stepped(START)
        there = cast("Any", SimpleNamespace(url=server.url, tokens={"admin": "token"}))
        world = World(
            path=path / "bot.db",
            clock=clock,
            paperless={"home": there},
            channels=Channels(clock),
            url=url,
            section=section(),
        )
        await migrated(world.path)
        await world.open()
        try:
            yield world
        finally:
            await world.close()


def odd(**columns: Any) -> dict[str, Any]:
    failed = {"status": "failure", "date_done": "2026-11-24T12:00:31+00:00", "result_data": {"error_message": "odd"}}
    return task_row(2, **(failed | columns))


DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.thorough)]

# A row beside one that must be told; each of these once stopped every poll of its server, on one database or both.
TOLD_BESIDE = {
    "an owner that no database can hold": odd(owner=2**63),
    "a document that no database can hold": odd(related_document_ids=[2**64], result_data={"document_id": 10**300}),
    "a failure in the year 1": odd(date_done="0001-01-01T00:00:00+14:00"),
    "a failure in the year 9999": odd(date_done="9999-12-31T23:59:59-14:00"),
    "NUL in every text": odd(
        task_id="a\x00b",
        task_type="a\x00b",
        trigger_source="\x00",
        input_data={"filename": "\x00"},
        result_data={"error_type": "\x00", "error_message": "a\x00b"},
    ),
    "types of a length that no database can hold": odd(task_type="x" * 300, trigger_source="x" * 300),
    "halves of characters": odd(result_data={"error_message": "\ud800", "error_type": "\udfff"}),
    "a duration that never ends": odd(duration_seconds=1e308, wait_time_seconds=-1e308),
}


@pytest.mark.parametrize("row", list(TOLD_BESIDE.values()), ids=list(TOLD_BESIDE))
async def test_what_fails_beside_it_is_told(tmp_path: Path, row: dict[str, Any]) -> None:
    shown = [page()]

    def respond(request: Request) -> Reply:
        return shown[0]

    async with facing(respond, tmp_path) as world:
        await world.poll()
        shown[0] = page(row, GOOD)
        for _ in range(25):  # more than are looked up one by one
            report = await world.poll()
            assert report.error is None
            assert report.defect is None
        await world.deliver(5)
        assert "the good one" in [card.message for card in incident_cards(world.channels)]
        for card in world.channels.cards():
            render(card)


async def test_what_fails_beside_it_is_told_with_postgresql(tmp_path: Path, database_url: str) -> None:
    rows = {name: row | {"id": 9, "task_id": f"{row['task_id']} {name}"} for name, row in TOLD_BESIDE.items()}
    shown = [page()]
    async with facing(lambda request: shown[0], tmp_path, url=database_url) as world:
        await world.poll()
        shown[0] = page(*rows.values(), GOOD)
        report = await world.poll(3)
        await world.deliver(5)
        assert (report.error, report.defect) == (None, None)
        assert len({each.task_id for each in await world.desk.watchers["home"]._findings.open("home")}) > 5


NOT_A_PAGE = {
    "a row whose id no database can hold": page(odd(id=2**63), GOOD),
    "a row whose UUID no database can hold": page(odd(task_id="x" * 300), GOOD),
    "no list": json_reply({"count": 1, "results": 7}),
    "nested more deeply than anybody reads": Reply(
        200, b'{"results":' + b"[" * 100_000 + b"]" * 100_000 + b"}", {"Content-Type": "application/json"}
    ),
    "halves of characters in an error": json_reply({"status": ["\ud800\x00"]}, status=400),
    "halves of characters in a header": Reply(200, b"{}", {"Content-Type": "text/\u00ff"}),
    "a redirect to nowhere": json_reply({}, status=302, headers={"Location": "http://[bad\u00ff"}),
}


@pytest.mark.parametrize("database", DATABASES)
async def test_what_cannot_be_read_is_told_as_an_outage_and_ends_with_it(
    tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("database_url") if database == "postgresql" else None
    shown = [page()]
    async with facing(lambda request: shown[0], tmp_path, url=url) as world:
        await world.poll()
        for name, reply in NOT_A_PAGE.items():
            shown[0] = reply
            report = await world.poll(2, after=60)
            assert report.error is not None, name
            assert report.defect is None, name
            await world.deliver(3)
            for card in world.channels.cards():
                render(card)
        shown[0] = page(GOOD)
        assert (await world.poll()).good


async def test_a_first_look_that_counts_more_than_it_lists_is_a_first_look(tmp_path: Path) -> None:
    async with facing(lambda request: page(GOOD, count=50), tmp_path) as world:
        assert (await world.poll()).good


class Defects(logging.Handler):
    """What was logged as an error, with where it came from."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(f"{record.getMessage()}: {record.exc_info and record.exc_info[1]!r}")


async def whole_polls(path: Path, *, polls: int, seed: int, url: str | None = None) -> None:
    chance, numbers, defects = random.Random(seed), itertools.count(1), Defects()
    logging.getLogger("bot").addHandler(defects)
    try:
        async with facing(lambda request: odd_reply(chance, numbers), path, url=url) as world:
            for number in range(polls):
                world.clock.advance(chance.choice([5, 5, 5, 400]))
                report = await world.watcher.poll_once()
                assert report.defect is None, (seed, number)
                if number % 100 == 99:
                    for message in world.channels.in_channel():
                        render(message.card)
                        world.channels.delete(message)
    finally:
        logging.getLogger("bot").removeHandler(defects)
    assert not defects.found, (seed, defects.found[:3])


async def test_of_many_odd_answers_none_stops_the_polls(tmp_path: Path) -> None:
    await whole_polls(tmp_path, polls=40, seed=7)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("database", DATABASES)
async def test_of_very_many_odd_answers_none_stops_the_polls(
    tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("database_url") if database == "postgresql" else None
    began = time.monotonic()
    await whole_polls(tmp_path, polls=5_000, seed=11, url=url)
    print(f"5,000 polls on {database} in {time.monotonic() - began:.0f} s")  # noqa: T201

"""SIGKILL at random moments, and a new life each time: nothing lost, nothing twice, in ledger and channel."""

import asyncio
import itertools
import multiprocessing
import random
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.sandbox.paperless import SandboxPaperless
from tests.failures.life import begin


class Channel:
    """Discord's side: answers after a moment, so that a kill hits before it, within it and after it.

    A nonce is forgotten at once: across lives only looking for the message helps.
    """

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.messages: dict[int, dict[str, Any]] = {}
        self.served = 0
        self._ids = itertools.count(7000000000000000001)

    async def serve(self, request: web.Request) -> web.Response:
        call = await request.json()
        self.served += 1
        await asyncio.sleep(self.chance.random() * 0.02)
        result = getattr(self, f"_{request.match_info['call']}")(call)
        await asyncio.sleep(self.chance.random() * 0.02)
        return web.json_response(result)

    def _post(self, call: dict[str, Any]) -> int:
        message_id = next(self._ids)
        self.messages[message_id] = call
        return message_id

    def _edit(self, call: dict[str, Any]) -> None:
        self.messages[call["message_id"]]["shown"] = call["shown"]

    def _find(self, call: dict[str, Any]) -> int | None:
        found = [key for key, message in self.messages.items() if message["card_id"] == call["card_id"]]
        return found[0] if found else None

    @asynccontextmanager
    async def listening(self, path: Path) -> AsyncIterator[None]:
        app = web.Application()
        app.router.add_post("/{call}", self.serve)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.UnixSite(runner, str(path)).start()
        try:
            yield
        finally:
            await runner.cleanup()


FORKED = multiprocessing.get_context("forkserver")  # which has all imported: a life begins within some ms
FORKED.set_forkserver_preload(["tests.failures.life"])


PATIENCE = 60  # seconds without a word to Discord, after which a life hangs


class Life:
    """A process of its own, ready to poll."""

    def __init__(self, wanted: dict[str, Any]) -> None:
        self._heard, said = FORKED.Pipe(duplex=False)
        self._process = FORKED.Process(target=begin, args=(wanted, said), daemon=True)

    async def ready(self) -> None:
        await asyncio.to_thread(self._process.start)
        assert await asyncio.to_thread(self._heard.poll, 60)
        assert self._heard.recv() == "ready"

    async def killed(self) -> None:
        self._process.kill()
        await asyncio.to_thread(self._process.join, PATIENCE)
        assert self._process.exitcode == -signal.SIGKILL
        self._heard.close()

    async def ends(self, channel: Channel) -> None:
        """By itself. The last one sends all that is left, at its pace: as long as it goes on, it is waited for."""
        served = -1
        while self._process.exitcode is None and channel.served > served:
            served = channel.served
            await asyncio.to_thread(self._process.join, PATIENCE)
        assert self._process.exitcode == 0
        self._heard.close()


async def live(wanted: dict[str, Any]) -> Life:
    life = Life(wanted)
    await life.ready()
    return life


async def killed(tmp_path: Path, *, lives: int, failures: int, seed: int) -> None:
    chance = random.Random(seed)
    channel = Channel(chance)
    async with SandboxPaperless() as paperless, channel.listening(tmp_path / "discord"):
        wanted = {
            "url": paperless.url,
            "token": paperless.tokens["admin"],
            "socket": str(tmp_path / "discord"),
            "database": str(tmp_path / "bot.db"),
            "until_quiet": True,
        }
        await (await live(wanted)).ends(channel)
        for life in range(lives):
            count = failures * (life + 1) // lives - failures * life // lives
            one = await live(wanted | {"until_quiet": False})
            for number in range(count):
                paperless.fail(f"{life}-{number}.pdf", owner="operator")
                await asyncio.sleep(chance.random() * 0.3 / count)
            await asyncio.sleep(chance.random() * 0.2)
            await one.killed()
        await (await live(wanted)).ends(channel)
        check(tmp_path / "bot.db", paperless, channel, failures=failures)


def check(path: Path, paperless: SandboxPaperless, channel: Channel, *, failures: int) -> None:
    with closing(sqlite3.connect(path)) as ledger:
        told = ledger.execute(
            "SELECT task_id, failure.state, card_id, acknowledged_user_id FROM failure JOIN incident"
            " ON incident.id = failure.incident_id WHERE number IS NOT NULL"
        ).fetchall()
        cards = dict(ledger.execute("SELECT id, message_id FROM card").fetchall())
    rows = {row.task_id: row for row in paperless.table}
    assert len(rows) == failures
    assert sorted(task_id for task_id, *_ in told) == sorted(rows)
    by_card: dict[int, int] = {}
    for task_id, state, card_id, user_id in told:
        by_card[card_id] = by_card.get(card_id, 0) + 1
        assert rows[task_id].acknowledged is (state == "acknowledged")
        assert (user_id is not None) is (state == "acknowledged")
    posted = [message["card_id"] for message in channel.messages.values()]
    assert len(posted) == len(set(posted))
    assert set(posted) == set(by_card)
    for message_id, message in channel.messages.items():
        assert cards[message["card_id"]] == message_id
        assert message["shown"]["count"] == by_card[message["card_id"]]
    assert sum(message["shown"]["open"] for message in channel.messages.values()) == sum(
        state == "open" for _, state, *_ in told
    )


@pytest.mark.thorough
async def test_killed_at_random_moments(tmp_path: Path) -> None:
    await killed(tmp_path, lives=6, failures=60, seed=20261124)


@pytest.mark.soak
@pytest.mark.timeout(1800)
async def test_killed_at_two_hundred_random_moments_of_three_hundred_failures(tmp_path: Path) -> None:
    await killed(tmp_path, lives=200, failures=300, seed=random.randrange(2**32))

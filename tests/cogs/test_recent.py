"""Suggestions while a person types: at once, from memory, and never an error."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.paperless import PaperlessClient
from bot.recent import FRESH_SECONDS, RecentTasks
from bot.sandbox.paperless import SandboxPaperless


@dataclass
class Scene:
    paperless: SandboxPaperless
    recent: RecentTasks
    seconds: float = 0.0

    def asked(self) -> int:
        """Requests for the list; the client's own look at the version left out."""
        return sum("page_size=100" in request.query for request in self.paperless.requests)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with (
        SandboxPaperless() as paperless,
        PaperlessClient(paperless.url, paperless.tokens["admin"], tries=1) as client,
    ):
        made = Scene(paperless, RecentTasks(client, monotonic=lambda: made.seconds))
        yield made
        made.recent.close()


async def test_many_keystrokes_ask_once(scene: Scene) -> None:
    scene.paperless.fail("invoice-11.pdf")
    answers = [await scene.recent.get() for _ in range(20)]
    assert all([task.filename for task in answer] == ["invoice-11.pdf"] for answer in answers)
    assert scene.asked() == 1


async def test_what_has_grown_old_is_offered_at_once_and_renewed_behind(scene: Scene) -> None:
    scene.paperless.fail("old.pdf")
    await scene.recent.get()
    scene.paperless.fail("new.pdf")
    scene.seconds = FRESH_SECONDS + 1
    assert [task.filename for task in await scene.recent.get()] == ["old.pdf"]
    assert scene.recent.fetching is not None
    await scene.recent.fetching
    assert [task.filename for task in await scene.recent.get()] == ["new.pdf", "old.pdf"]


async def test_the_age_of_what_is_offered_keeps_up_with_the_clock_and_with_what_is_new(scene: Scene) -> None:
    scene.paperless.fail("old.pdf")
    ((_, task_id),) = await scene.recent.offers("old", now=(now := (await scene.recent.get())[0].date_created))
    for seconds, told in ((20, "20 s ago"), (21, "20 s ago"), (26, "26 s ago"), (10, "10 s ago")):
        ((label, value),) = await scene.recent.offers("OLD.pdf", now=now + timedelta(seconds=seconds))
        assert told in label
        assert value == task_id
    scene.paperless.fail("new.pdf")
    await scene.recent.anew()
    offered = await scene.recent.offers("", now=now + timedelta(seconds=10))
    assert [label.partition(" ")[0] for label, _ in offered] == ["new.pdf", "old.pdf"]
    assert await scene.recent.offers("receipt", now=now) == []


async def test_a_server_that_is_down_offers_nothing_and_is_not_asked_again_at_once(scene: Scene) -> None:
    fault = scene.paperless.faults.add("drop")
    for _ in range(5):
        assert await scene.recent.get() == ()
    met = fault.met
    assert await scene.recent.get() == ()
    assert fault.met == met

"""Names of tags and the like, as people type them."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot import labels
from bot.kept import FIRST_SECONDS, Kept
from bot.labels import Labels
from bot.paperless import Label, PaperlessClient, Unreachable
from bot.refusal import Refusal
from bot.sandbox.paperless import SandboxPaperless


@pytest.fixture
async def paperless() -> AsyncIterator[SandboxPaperless]:
    async with SandboxPaperless() as paperless:
        paperless.labels["tags"] = {1: "Inbox", 2: "Taxes", 3: "Taxes, old", 4: "Steuern & Abgaben", 5: "ÄRGER"}
        yield paperless


@pytest.fixture
async def known(paperless: SandboxPaperless) -> AsyncIterator[Labels]:
    async with PaperlessClient(paperless.url, paperless.tokens["admin"], tries=1) as client:
        made = Labels(client)
        yield made
        made.close()


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        (None, ()),
        ("", ()),
        (" , ", ()),
        ("Inbox", (1,)),
        ("inbox, TAXES", (1, 2)),
        ("Taxes, old", (3,)),
        ("ärger", (5,)),
        ("Inbox, Inbox", (1,)),
        ("Steuern & Abgaben ,Taxes,", (4, 2)),
    ],
)
async def test_names_become_ids(known: Labels, typed: str | None, ids: tuple[int, ...]) -> None:
    assert await labels.ids_of(known.tags, typed) == ids


async def test_one_name_is_taken_as_a_whole(known: Labels) -> None:
    assert await labels.id_of(known.correspondents, "acme GmbH") == 1
    assert await labels.id_of(known.correspondents, None) is None


async def test_an_unknown_name_is_told_with_some_that_are_known(known: Labels, paperless: SandboxPaperless) -> None:
    paperless.labels["tags"] = {number: f"tag {number}" for number in range(9)}
    with pytest.raises(Refusal) as refused:
        await labels.ids_of(known.tags, "@everyone")
    assert refused.value.sentence == (
        "There is no tag '＠everyone' in Paperless. There are tag 0, tag 1, tag 2, tag 3, tag 4 and others."
    )


async def test_where_none_can_be_seen_that_is_said(known: Labels, paperless: SandboxPaperless) -> None:
    paperless.labels["correspondents"] = {}
    with pytest.raises(Refusal, match="or none that the bot may see"):
        await labels.id_of(known.correspondents, "x")


async def test_a_name_that_cannot_be_looked_up_is_no_unknown_name(known: Labels, paperless: SandboxPaperless) -> None:
    await paperless.down()
    with pytest.raises(Unreachable):
        await labels.ids_of(known.tags, "Inbox")


async def test_for_the_name_of_an_owner_that_hangs_is_waited_once_and_not_for_each_card() -> None:
    asked, seconds = 0, 0.0

    async def never() -> tuple[Label, ...]:
        nonlocal asked
        asked += 1
        await asyncio.Event().wait()
        return ()

    kept = Kept(never, fresh_seconds=300, monotonic=lambda: seconds)
    first = asyncio.create_task(kept.get())
    await asyncio.sleep(0)
    seconds += FIRST_SECONDS
    async with asyncio.timeout(FIRST_SECONDS / 2):
        assert await kept.get() == ()
    kept.close()
    assert (await first, asked) == ((), 1)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("tax", ["Taxes", "Taxes, old"]),
        ("ab", ["Steuern & Abgaben"]),
        ("Inbox, tax", ["Inbox, Taxes", "Inbox, Taxes, old"]),
        ("Inbox, in", []),
        ("x" * 90 + ", steuern", []),
    ],
)
async def test_the_last_of_several_is_completed(known: Labels, typed: str, offered: list[str]) -> None:
    assert await labels.suggest_more(known.tags, typed) == offered


async def test_names_that_begin_so_come_first(known: Labels, paperless: SandboxPaperless) -> None:
    paperless.labels["document_types"] = {1: "Credit note", 2: "Note", 3: "Invoice"}
    assert await labels.suggest_one(known.document_types, "note") == ["Note", "Credit note"]

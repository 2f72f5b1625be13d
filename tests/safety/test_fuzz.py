"""Anything at all as a custom id, as an interaction, as an answer of Paperless: no crash, and nothing is changed.

The default run takes a few thousand inputs; `make soak` a million.
"""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.access import Access, Action, Allowed, Member, action_of
from bot.paperless import rows
from bot.paperless.errors import PaperlessError
from bot.sandbox.discord import ids
from bot.sections import AccessSection
from bot.ui import custom_ids
from bot.ui.replies import task_details, task_reply
from tests.hostile import HOSTILE
from tests.house import House
from tests.safety.forging import every_payload, on_a_message, use
from tests.safety.kinds import KINDS
from tests.safety.mutating import broken

ALPHABET = "t1:ackinfolmuhsw-allyes0123456789_.:\x00é\U0001f600@ "
BATCH = 100
ACCESS = Access(AccessSection(acknowledge=(7,)), guild_id=1)


def custom_ids_from(seed: int) -> Iterator[str]:
    """A batch of ids: ours with a few characters changed, and ids of the same letters."""
    chance = random.Random(seed)
    for _ in range(BATCH):
        text = list(str(chance.choice(KINDS)) if chance.random() < 0.7 else "".join(chance.choices(ALPHABET, k=12)))
        for _ in range(chance.randrange(4)):
            where = chance.randrange(len(text) + 1)
            text[where : where + chance.randrange(2)] = chance.choices(ALPHABET, k=chance.randrange(3))
        yield "".join(text)


def read_or_refused(seed: int) -> None:
    stranger = Member(user_id=1, role_ids=frozenset(), manage_guild=False, guild_id=1)
    for text in custom_ids_from(seed):
        custom_id = custom_ids.parse(text)
        if custom_id is None:
            continue
        assert str(custom_id) == text
        assert len(text) <= custom_ids.LIMIT
        action = action_of(custom_id)
        assert isinstance(ACCESS.decide(stranger, action), Allowed) == (action is Action.VIEW)


@settings(deadline=None)
@given(st.integers(0, 2**64))
def test_any_custom_id_is_read_or_refused(seed: int) -> None:
    read_or_refused(seed)


def test_an_id_of_the_full_length_is_read() -> None:
    text = "t1:listack:home:100000000:o1000.f0.b1000.nMDDCgMKAwoDwkICA8JCAgA.xMDAwMMKAwoDCgMKAwoDgoIDwkICA8JCAgA"
    assert len(text) == custom_ids.LIMIT
    assert str(custom_ids.parse(text)) == text


@pytest.mark.timeout(5)
@pytest.mark.parametrize("letter", "stuacofbr")
@pytest.mark.parametrize("number", ["-1", "-zzzz", "1_0", "+1"])
def test_a_number_in_a_filter_that_is_none_of_ours_is_refused(letter: str, number: str) -> None:
    """A negative one made the bot count for ever: found by the million inputs."""
    assert custom_ids.parse(f"t1:list:home:0:{letter}{number}") is None


@pytest.mark.soak
@pytest.mark.timeout(3600)
@settings(deadline=None, max_examples=10_000, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**64))
def test_a_million_custom_ids(seed: int) -> None:
    read_or_refused(seed)


async def test_broken_interactions_change_nothing_and_stop_nothing(house: House) -> None:
    """As Discord never sends them: roles, rights, values, ids and the guild are exchanged for others and for junk."""
    chance = random.Random(6)
    async with house.bot() as bot:
        row = house.paperless.fail("invoice-11.pdf")
        wanted = str(custom_ids.OnTask("ack", "home", row.task_id))
        message = await on_a_message(house, bot, wanted)

        def change(payload: dict[str, Any]) -> dict[str, Any]:
            # discord.py gives up the connection over a payload without its own fields: those stay.
            roles = [str(chance.choice([1, 2**62, ids.ARCHIVISTS_ID])) for _ in range(chance.randrange(4))]
            member = payload["member"] | {"roles": roles, "permissions": str(chance.choice([0, 1, 2**53 - 1]))}
            data = payload["data"] | {"values": broken([wanted], chance)}
            if chance.random() < 0.5:
                data["custom_id"] = chance.choice([*HOSTILE, *map(str, KINDS)])
            return payload | {"member": member, "data": data, "guild_id": str(chance.choice([1, 2**62]))}

        with every_payload(house, change):
            for _ in range(60):
                await use(house, message, wanted, user_id=ids.BEN_ID)
        before = house.paperless.row(row.id).acknowledged
        await house.command("tasks active")
        page = await bot.ledger.audit.page(limit=500)
    assert not before
    assert {one.entry.result.value for one in page.rows} <= {"refused"}


def answers(seed: int) -> Iterator[bytes]:
    chance = random.Random(seed)
    task: dict[str, Any] = {
        "id": 1, "task_id": "u", "task_type": "consume_file", "task_type_display": "x", "trigger_source": "web_ui",
        "trigger_source_display": "x", "status": "failure", "status_display": "x",
        "date_created": "2026-11-23T13:27:02.956479+01:00", "date_started": None,
        "date_done": "2026-11-23T13:27:03+01:00", "duration_seconds": 1.0, "wait_time_seconds": 1.0,
        "input_data": {"filename": "x.pdf"}, "result_data": {"error_message": "x"}, "related_document_ids": [],
        "acknowledged": False, "owner": None,
    }  # fmt: skip
    page = {"count": 1, "next": None, "previous": None, "results": [task]}
    for _ in range(BATCH):
        mutated = page
        for _ in range(1 + chance.randrange(3)):
            mutated = broken(mutated, chance)
        text = json.dumps(mutated).encode()
        yield text if chance.random() < 0.9 else text[: chance.randrange(len(text) + 1)]


def pages_read_or_refused(seed: int) -> None:
    for body in answers(seed):
        try:
            page = rows.task_page(body, page=1)
        except (PaperlessError, ValueError):
            continue
        for task in page.results:
            task_reply(task, server="home", link_base="https://docs.example.org", show_server=True)
            task_details(task)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**64))
def test_any_answer_of_paperless_is_read_or_refused(seed: int) -> None:
    pages_read_or_refused(seed)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@settings(deadline=None, max_examples=10_000, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**64))
def test_a_million_answers(seed: int) -> None:
    pages_read_or_refused(seed)

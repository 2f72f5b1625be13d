"""Small pure parts: pings, permissions, file names, ids, the clock."""

import asyncio
from typing import Any

import pytest

from bot.sandbox.discord import Clock, permissions
from bot.sandbox.discord.files import safe_filename
from bot.sandbox.discord.ids import Snowflakes, created_at
from bot.sandbox.discord.mentions import Pinged, displayed_text, pinged

CLEO, BEN, ROLE, OPEN_ROLE, EVERYONE = 5000000000000000003, 5000000000000000002, 4 * 10**18, 4 * 10**18 + 1, 2 * 10**18
ROLES: dict[int, dict[str, Any]] = {ROLE: {"mentionable": False}, OPEN_ROLE: {"mentionable": True}, EVERYONE: {}}


@pytest.mark.parametrize(
    ("text", "allowed", "mighty", "expected"),
    [
        pytest.param(f"<@{CLEO}> <@!{BEN}>", None, False, Pinged(users=(CLEO, BEN)), id="everything pings by default"),
        pytest.param(f"<@{CLEO}> <@{CLEO}>", None, False, Pinged(users=(CLEO,)), id="once is enough"),
        pytest.param("<@1234567890123456789>", None, False, Pinged(), id="nobody of that id"),
        pytest.param(f"<@&{OPEN_ROLE}> <@&{ROLE}>", None, False, Pinged(roles=(OPEN_ROLE,)), id="open roles alone"),
        pytest.param(f"<@&{ROLE}>", None, True, Pinged(roles=(ROLE,)), id="any role with the right"),
        pytest.param("@everyone", None, False, Pinged(), id="everyone needs the right"),
        pytest.param("look @here", None, True, Pinged(everyone=True), id="here with the right"),
        pytest.param(f"<@{CLEO}> @everyone", {"parse": []}, True, Pinged(), id="none are allowed"),
        pytest.param(f"<@{CLEO}> @everyone", {}, True, Pinged(), id="an empty object allows none"),
        pytest.param(
            f"<@{CLEO}> <@{BEN}>", {"users": [str(BEN)]}, False, Pinged(users=(BEN,)), id="the listed ones alone"
        ),
        pytest.param(
            f"<@{CLEO}> <@&{OPEN_ROLE}>", {"parse": ["roles"]}, False, Pinged(roles=(OPEN_ROLE,)), id="one kind alone"
        ),
        pytest.param(f"`<@{CLEO}>` ```\n@everyone\n```", None, True, Pinged(), id="code pings nobody"),
        pytest.param("mail@everyoneelse.org", None, True, Pinged(), id="a longer word is no ping"),
    ],
)
def test_who_is_pinged(text: str, allowed: dict[str, Any] | None, mighty: bool, expected: Pinged) -> None:
    found = pinged(text, allowed, user_ids=[CLEO, BEN], roles=ROLES, may_ping_everyone=mighty, everyone_id=EVERYONE)
    assert found == expected


def test_the_text_of_a_message_is_its_content_and_its_text_displays() -> None:
    inner = {"type": 9, "components": [{"type": 10, "content": "two"}], "accessory": {"type": 2, "label": "no"}}
    container = {"type": 17, "components": [{"type": 10, "content": "one"}, inner]}
    assert displayed_text({"content": "zero", "components": [container]}) == "zero\none\ntwo"


VIEW, SEND, FILES = permissions.VIEW_CHANNEL, permissions.SEND_MESSAGES, permissions.ATTACH_FILES


@pytest.mark.parametrize(
    ("base", "overwrites", "expected"),
    [
        pytest.param(VIEW | SEND, [], VIEW | SEND, id="the guild's"),
        pytest.param(VIEW | SEND, [(EVERYONE, 0, SEND)], VIEW, id="everyone is denied"),
        pytest.param(VIEW | SEND, [(EVERYONE, 0, SEND), (ROLE, SEND, 0)], VIEW | SEND, id="a role overrules everyone"),
        pytest.param(VIEW | SEND, [(ROLE, 0, SEND), (OPEN_ROLE, SEND, 0)], VIEW | SEND, id="between roles allow wins"),
        pytest.param(VIEW, [(ROLE, SEND, 0), (BEN, 0, SEND)], VIEW, id="the member's own overrules the roles"),
        pytest.param(VIEW | SEND, [(CLEO, 0, SEND)], VIEW | SEND, id="another member's does not count"),
        pytest.param(VIEW | SEND, [(EVERYONE, 0, VIEW)], 0, id="unseen, nothing counts"),
        pytest.param(VIEW | FILES, [], VIEW, id="without sending no files"),
        pytest.param(permissions.ADMINISTRATOR, [(EVERYONE, 0, VIEW)], permissions.ALL, id="an administrator may all"),
    ],
)
def test_permissions_in_a_channel(base: int, overwrites: list[tuple[int, int, int]], expected: int) -> None:
    found = permissions.in_channel(
        base,
        member_id=BEN,
        role_ids=[ROLE, OPEN_ROLE],
        overwrites=[{"id": str(one), "allow": str(allow), "deny": str(deny)} for one, allow, deny in overwrites],
        guild_id=EVERYONE,
    )
    assert found == expected


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("tax return.pdf", "tax_return.pdf"),
        ("a/b\\c.txt", "abc.txt"),
        ("Zahlung_2.pdf", "Zahlung_2.pdf"),
        ("文書", "unknown"),
    ],
)
def test_file_names_become_what_discord_makes_of_them(given: str, kept: str) -> None:
    assert safe_filename(given) == kept


def test_ids_grow_and_carry_their_time() -> None:
    clock = Clock()
    new_id = Snowflakes(clock.now)
    made = [new_id() for _ in range(100)]
    assert made == sorted(set(made))
    clock.advance(3600)
    assert (created_at(new_id()) - created_at(made[0])).total_seconds() == pytest.approx(3600, abs=1)


async def test_the_clock_fires_in_order_what_falls_due_when_it_is_moved() -> None:
    clock = Clock()
    fired: list[str] = []
    clock.call_later(20, lambda: fired.append("late"))
    clock.call_later(10, lambda: fired.append("early"))
    cancelled = clock.call_later(15, lambda: fired.append("cancelled"))
    never = clock.call_later(1000, lambda: fired.append("never"))
    cancelled.cancel()
    sleeper = asyncio.create_task(clock.sleep(15))
    await asyncio.sleep(0)
    clock.advance(30)
    await sleeper
    assert fired == ["early", "late"]
    assert not never.over
    clock.cancel_all()


async def test_the_clock_goes_at_the_machines_pace() -> None:
    clock = Clock()
    before = clock.time()
    await clock.sleep(0.02)
    assert 0.02 <= clock.time() - before < 2

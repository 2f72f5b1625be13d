"""Interactions of which anything may be anything: refused or answered, and what is refused changes nothing.

Once through all of the bot, over real sockets; and many more times as far as the decision, which is made from the
payload alone.
"""

import asyncio
import json
import logging
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from discord import Interaction
from sqlalchemy import select

from bot.access import Action, Allowed
from bot.app import TaskBot
from bot.events import Whole, completed
from bot.failures.schema import metadata
from bot.interactions import member_of
from bot.sandbox.discord import ids
from tests.house import House, Json
from tests.safety.forging import ELSEWHERE, every_payload, filled, on_a_message, use
from tests.safety.forging import completed as suggestions
from tests.safety.kinds import KINDS, MENUS
from tests.safety.mutating import broken

NOBODYS_ROLE = 4000000000000000999
ACTIONS = ("view", "acknowledge", "run", "upload", "audit")
HANDLERS = ("CommandTree-invoker", "discord-ui-", "discord.py: on_interaction")


@asynccontextmanager
async def closed(path: Path) -> AsyncIterator[tuple[House, TaskBot]]:
    """Looking needs a role as well, which nobody has; nothing is too often."""
    overrides: dict[str, dict[str, Any]] = {
        "access": {action: [NOBODYS_ROLE] for action in ACTIONS},
        "limits": dict.fromkeys(("view", "acknowledge", "run", "upload"), 0),
    }
    async with House(path, overrides=overrides) as house, house.bot() as bot:
        yield house, bot


async def one_of_each(house: House, bot: TaskBot) -> list[Json]:
    """The payload of every command, suggestion, entry, button and menu there is, as Discord sends it."""
    made: list[Json] = []
    sent = asyncio.Event()

    def keep(payload: Json) -> Json:
        made.append(json.loads(json.dumps(payload)))
        sent.set()
        return {}  # it goes no further

    posted = await house.discord.post_message(ids.ADA_ID, "hello", channel_id=ids.ALERTS_ID)
    pressed = [str(one) for one in KINDS if not isinstance(one, MENUS)]
    chosen = [str(one) for one in KINDS if isinstance(one, MENUS)]
    message = await on_a_message(house, bot, *pressed, menus=chosen)
    where: dict[str, Any] = {"user_id": ids.ADA_ID, "channel_id": ids.ALERTS_ID}
    with every_payload(house, keep):
        for command in house.discord.commands:
            if command["type"] != 1:
                target = int(posted["id"])
                await house.discord.context_menu(**where, name=command["name"], target_id=target)
                continue
            for name, options in filled(command):
                await house.discord.command(**where, name=name, options=options)
            for name, option in suggestions(command):
                asking = house.discord.autocomplete(**where, name=name, options={}, focused=option)
                sent.clear()
                waiting = asyncio.ensure_future(asking)
                await sent.wait()
                waiting.cancel()
        for custom_id in pressed + chosen:
            await use(house, message, custom_id, user_id=ids.ADA_ID, menu=custom_id in chosen)
    assert {payload["type"] for payload in made} == {2, 3, 4}
    return made


def mutated(payload: Json, chance: random.Random) -> Any:
    """Of somebody without a role; what else may be anything."""
    changed: Any = payload
    for _ in range(chance.randrange(1, 4)):
        changed = broken(changed, chance)
    if isinstance(changed, dict) and isinstance(changed.get("member"), dict):
        return changed | {"member": changed["member"] | {"roles": [], "permissions": "0"}}
    return changed


class Defects(logging.Handler):
    """Errors in the log; of those that say that an event cannot be read, only how many."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []
        self.unreadable = 0

    def emit(self, record: logging.LogRecord) -> None:
        if getattr(record, "event", None) == "event_unreadable":
            self.unreadable += 1
        else:
            self.found.append(f"{record.name}: {record.getMessage()}: {record.exc_info and record.exc_info[1]!r}")


async def everything_kept(bot: TaskBot) -> dict[str, list[Any]]:
    """All of the ledger, but for what refusals and the clock write."""
    tables = [table for table in metadata.sorted_tables if table.name not in ("audit", "ledger_value", "server")]
    async with bot.database.read() as connection:
        return {table.name: list((await connection.execute(select(table))).all()) for table in tables}


async def handled() -> None:
    """Until what discord.py began for the last event has ended."""
    for _ in range(2):
        await asyncio.sleep(0)
        working = [one for one in asyncio.all_tasks() if one.get_name().startswith(HANDLERS)]
        if working:
            await asyncio.wait(working, timeout=10)


async def through_all_of_it(path: Path, *, inputs: int, seed: int) -> Defects:
    chance, defects, unretrieved = random.Random(seed), Defects(), []
    logging.getLogger().addHandler(defects)
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: unretrieved.append(str(context)))
    try:
        async with closed(path) as (house, bot):
            payloads = await one_of_each(house, bot)
            house.paperless.fail("invoice-11.pdf", owner="bob")
            await house.card(lambda text: "invoice-11.pdf" in text)
            await asyncio.gather(*bot.desk.courier._lanes)  # until it is written down that the card stands
            before, defects.unreadable = await everything_kept(bot), 0
            read = bot._connection.parsers["INTERACTION_CREATE"]
            for _ in range(inputs):
                read(mutated(chance.choice(payloads), chance))
                await handled()
            house.discord.requests.clear()  # junk for addresses: no document of Discord's knows them
            assert await everything_kept(bot) == before
            assert [each for each in house.paperless.requests if each.method != "GET"] == []
            audited = await bot.ledger.audit.page(limit=10_000)
            assert {one.entry.result.value for one in audited.rows} <= {"refused"}
    finally:
        logging.getLogger().removeHandler(defects)
    assert not unretrieved, "\n".join(unretrieved)
    assert not defects.found, "\n".join(defects.found)
    return defects


async def test_through_all_of_the_bot_nothing_is_changed_and_nothing_stops(tmp_path: Path) -> None:
    defects = await through_all_of_it(tmp_path, inputs=150, seed=3)
    assert 50 < defects.unreadable < 145


@pytest.mark.soak
@pytest.mark.timeout(7200)
async def test_through_all_of_the_bot_very_many_times(tmp_path: Path) -> None:
    began = time.monotonic()
    defects = await through_all_of_it(tmp_path, inputs=20_000, seed=4)
    seconds = time.monotonic() - began
    print(f"20,000 interactions in {seconds:.0f} s, {defects.unreadable:,} unreadable")  # noqa: T201


# --- as far as the decision

RIGHTS = [0, 1, 1 << 5, 1 << 3, 2**53 - 1, 1 << 28]
MANAGES = (1 << 5) | (1 << 3)


def of_anybody(payload: Json, chance: random.Random) -> Json:
    roles = [str(chance.choice([1, ids.ARCHIVISTS_ID, NOBODYS_ROLE, ids.GUILD_ID])) for _ in range(chance.randrange(3))]
    member = payload["member"] | {"roles": roles, "permissions": str(chance.choice(RIGHTS))}
    return payload | {"member": member, "guild_id": chance.choice([str(ids.GUILD_ID)] * 3 + [str(ELSEWHERE), "0"])}


def may(payload: Any) -> bool:
    """By what the payload says, without the code that decides: Manage Server, Administrator or the role; and here."""
    member = payload.get("member") or {}
    rights, roles = int(member.get("permissions", 0)), {str(role) for role in member.get("roles", ())}
    here = str(payload.get("guild_id")) == str(ids.GUILD_ID)
    return here and (bool(rights & MANAGES) or str(NOBODYS_ROLE) in roles)


def decided(bot: TaskBot, payload: Any) -> bool | None:
    """Whether any action is allowed; None where it is no interaction."""
    try:
        whole = completed(payload)
        msgspec.convert(whole, Whole)
        interaction: Any = Interaction(data=whole, state=bot._connection)  # type: ignore[arg-type]
    except Exception:
        return None  # `bot.events` says so, and goes on
    member = member_of(interaction)
    found = {isinstance(bot.access.decide(member, action), Allowed) for action in Action}
    assert len(found) == 1, "every action is for the same role here"
    return found.pop()


async def up_to_the_decision(path: Path, *, inputs: int, seed: int) -> tuple[int, int]:
    """How many were read, and how many of these allowed."""
    chance, read, allowed = random.Random(seed), 0, 0
    async with closed(path) as (house, bot):
        payloads = await one_of_each(house, bot)
        for number in range(inputs):
            payload: Any = of_anybody(chance.choice(payloads), chance)
            for _ in range(chance.randrange(3)):
                payload = broken(payload, chance)
            decision = decided(bot, payload)
            if decision is not None:
                assert decision == may(payload), (seed, number, payload)
                read, allowed = read + 1, allowed + decision
            if number % 1000 == 0:
                await asyncio.sleep(0)
        house.discord.requests.clear()
    return read, allowed


async def test_the_decision_is_what_the_payload_says(tmp_path: Path) -> None:
    read, allowed = await up_to_the_decision(tmp_path, inputs=2_000, seed=5)
    assert read > 800
    assert 200 < allowed < read - 200


@pytest.mark.soak
@pytest.mark.timeout(7200)
async def test_a_million_decisions(tmp_path: Path) -> None:
    began = time.monotonic()
    read, allowed = await up_to_the_decision(tmp_path, inputs=1_000_000, seed=6)
    seconds = time.monotonic() - began
    print(f"1,000,000 interactions in {seconds:.0f} s: {read:,} read, {allowed:,} allowed")  # noqa: T201

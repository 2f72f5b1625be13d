"""What every command does in a situation, as a table: by its name, asked of a house and held against what it says."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from bot.app import TaskBot
from bot.following import Pace
from bot.sandbox.discord import ids
from bot.sandbox.discord.files import Upload
from bot.ui import custom_ids
from tests.house import House, buttons, texts

Json = dict[str, Any]
Check = Callable[[House], Awaitable[None]]
Table = dict[str, Check]

ALL_BUT_ROLES = {"limits": {"view": 0, "upload": 0, "run": 0, "acknowledge": 0}}
MENU = "Send to Paperless"
RUN = "train_classifier"
PRIVATE = 64


def pdf(name: str, size: int = 20) -> Upload:
    return Upload(filename=name, data=b"%PDF-1.7 ".ljust(size - 6) + b" %%EOF" if size else b"")


async def menu(house: House, *files: Upload, user_id: int = ids.BEN_ID) -> Json:
    posted = await house.discord.post_message(ids.ADA_ID, "see there", files, channel_id=ids.ALERTS_ID)
    chosen = await house.discord.context_menu(
        user_id=user_id, channel_id=ids.ALERTS_ID, name=MENU, target_id=int(posted["id"])
    )
    return await chosen.reply(timeout=20)


async def ask(house: House, name: str, /, *, user_id: int | None = None, **options: Any) -> Json:
    """The audit is for those who may manage the server."""
    someone = ids.ADA_ID if name == "/tasks audit" else ids.BEN_ID
    chosen = await house.discord.command(
        user_id=user_id or someone, channel_id=ids.ALERTS_ID, name=name.removeprefix("/"), options=options
    )
    return await chosen.reply(timeout=20)


def says(name: str, /, *expected: str, user_id: int | None = None, **options: Any) -> Check:
    """The answer, for the one who asked alone, holds all of it."""

    async def check(house: House) -> None:
        reply = await ask(house, name, user_id=user_id, **options)
        hold(reply, *expected)
        assert reply["flags"] & PRIVATE

    return check


def hold(message: Json, *expected: str) -> None:
    read = texts(message).replace("\\", "")
    for part in expected:
        assert part in read, f"{part!r} is not in:\n{read}"


def follows(name: str, filename: str, end: str, *more: str) -> Check:
    """The message of an upload, in the end."""

    async def check(house: House) -> None:
        await (menu(house, pdf(filename)) if name == MENU else ask(house, name, file=pdf(filename)))
        hold(await house.card(lambda text: filename in text and end in text, timeout=20), end, *more)

    return check


async def all_of(house: House, bot: TaskBot, table: Table) -> None:
    """Side by side; all that went wrong is told together. The table must leave out no command."""
    known = {f"/{one.qualified_name}" for one in bot.tree.walk_commands() if hasattr(one, "callback")}
    known |= {one.name for one in bot.tree.get_commands(type=None) if one.name == MENU}
    assert set(table) == known, f"a row is missing, or one too many: {sorted(set(table) ^ known)}"
    names = list(table)
    found = await asyncio.gather(*(table[name](house) for name in names), return_exceptions=True)
    wrong = [f"{name}: {error!r}" for name, error in zip(names, found, strict=True) if error is not None]
    assert not wrong, "\n\n".join(wrong)


def hurry(house: House, bot: TaskBot) -> None:
    house.paperless.worker.pace.work = 0.05
    bot.following.pace = Pace(looks=(0.2, 0.3, 0.5), tries=(0.1,), appears=1)


async def muted(bot: TaskBot, card: Json) -> None:
    pressed = custom_ids.parse(buttons(card)["Acknowledge"])
    assert isinstance(pressed, custom_ids.Acknowledge)
    day = timedelta(days=1)
    assert await bot.desk.mute(
        card_id=pressed.card_id, for_=day, until_change=False, user_id=ids.ADA_ID, user_name="Ada"
    )

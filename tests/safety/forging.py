"""Interactions as Discord would send them of somebody else, from somewhere else, or as nobody would send them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from discord import ui

from bot.app import TaskBot
from bot.sandbox.discord import ids
from bot.sandbox.discord.files import Upload
from bot.sandbox.discord.interactions import Interaction
from tests.house import House, Json

ELSEWHERE = 2000000000000000999
Change = Callable[[Json], Json]


def in_a_direct_message(payload: Json) -> Json:
    """What Discord sends of a private chat: a user, no member, no guild."""
    kept = {key: value for key, value in payload.items() if key not in ("guild_id", "guild", "guild_locale", "member")}
    channel = {"id": payload["channel_id"], "type": 1, "recipients": []}
    return kept | {"user": payload["member"]["user"], "channel": channel, "context": 1}


def in_another_guild(payload: Json) -> Json:
    """By its owner, who may do anything there."""
    member = payload["member"] | {"permissions": str((1 << 53) - 1)}
    guild = payload["guild"] | {"id": str(ELSEWHERE)}
    return payload | {"guild_id": str(ELSEWHERE), "guild": guild, "member": member}


@contextmanager
def every_payload(house: House, change: Change) -> Iterator[None]:
    """While it lasts, whatever interaction goes to the bot goes there changed."""
    gateway = house.discord.gateway
    honest = gateway.dispatch

    def dispatch(name: str, data: Json, *, intents: int) -> None:
        honest(name, change(data) if name == "INTERACTION_CREATE" else data, intents=intents)

    gateway.dispatch = dispatch  # type: ignore[method-assign]
    try:
        yield
    finally:
        del gateway.dispatch


async def on_a_message(
    house: House, bot: TaskBot, *custom_ids: str, menus: Sequence[str] = (), offers: str = "1"
) -> Json:
    """A message of the bot's own that holds these buttons and menus."""
    view = ui.LayoutView()
    for start in range(0, len(custom_ids), 5):
        row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
        for custom_id in custom_ids[start : start + 5]:
            row.add_item(ui.Button(label="It", custom_id=custom_id))
        view.add_item(row)
    for custom_id in menus:
        select: ui.Select[Any] = ui.Select(custom_id=custom_id)
        select.add_option(label="one", value=offers)
        view.add_item(ui.ActionRow(select))
    view.stop()
    sent = await bot.get_partial_messageable(ids.ALERTS_ID, guild_id=ids.GUILD_ID).send(view=view)
    message = house.discord.message(sent.id)
    assert message is not None
    return message


async def use(
    house: House, message: Json, custom_id: str, *, user_id: int, menu: bool = False, value: str = "1"
) -> Interaction:
    message_id = int(message["id"])
    if menu:
        return await house.discord.select(user_id=user_id, message_id=message_id, custom_id=custom_id, values=[value])
    return await house.discord.press(user_id=user_id, message_id=message_id, custom_id=custom_id)


def filled(command: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    """Each command with its subcommands, by full name, with something in each option that must be filled in."""
    name, options = f"{path} {command['name']}".strip(), command.get("options") or []
    inner = [option for option in options if option["type"] in (1, 2)]
    for option in inner:
        yield from filled(option, name)
    if not inner:
        yield name, {option["name"]: _value(option) for option in options if option.get("required")}


def _value(option: Json) -> Any:
    if option.get("choices"):
        return option["choices"][0]["value"]
    kinds = {3: "x", 4: 1, 5: True, 6: ids.ADA_ID, 7: ids.ALERTS_ID, 8: ids.ARCHIVISTS_ID, 9: ids.ADA_ID, 10: 1.0}
    if option["type"] == 11:
        return Upload(filename="x.pdf", data=b"%PDF-1.4", content_type="application/pdf")
    return kinds[option["type"]]


def completed(command: Json, path: str = "") -> Iterator[tuple[str, str]]:
    """Command and option, of each option that offers suggestions."""
    name, options = f"{path} {command['name']}".strip(), command.get("options") or []
    for option in options:
        if option["type"] in (1, 2):
            yield from completed(option, name)
        elif option.get("autocomplete"):
            yield name, option["name"]


def without(found: Json, *names: str) -> Json:
    return {name: value for name, value in found.items() if name not in names}

"""Sending files, as people do it: with /upload, and from the menu of a message."""

from typing import Any

from bot.sandbox.discord import ids
from bot.sandbox.discord.files import Upload
from tests.house import House

Json = dict[str, Any]
PDF = b"%PDF-1.7 scanned %%EOF"


def file(name: str = "scan.pdf", data: bytes = PDF, **more: Any) -> Upload:
    return Upload(filename=name, data=data, **more)


async def upload(house: House, what: Upload | None = None, **options: Any) -> Json:
    return await house.command("upload", file=what or file(), **options)


async def send(house: House, *files: Upload, name: str = "Send to Paperless", user_id: int = ids.BEN_ID) -> Json:
    posted = await house.discord.post_message(ids.ADA_ID, "see there", files, channel_id=ids.ALERTS_ID)
    chosen = await house.discord.context_menu(
        user_id=user_id, channel_id=ids.ALERTS_ID, name=name, target_id=int(posted["id"])
    )
    return await chosen.reply(timeout=10)


async def suggestions(house: House, option: str, typed: str, *, user_id: int = ids.BEN_ID) -> list[str]:
    choices = await house.discord.autocomplete(
        user_id=user_id, channel_id=ids.ALERTS_ID, name="upload", options={option: typed}, focused=option
    )
    return [choice["value"] for choice in choices]

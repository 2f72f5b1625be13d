"""/tasks run, as people use it: asked, confirmed, and the rows that come of it."""

from typing import Any

from bot.sandbox.discord import ids
from tests.house import House, buttons

Json = dict[str, Any]
MANUAL = "train_classifier"


def runs(house: House, kind: str = MANUAL) -> list[Any]:
    return [row for row in house.paperless.table.newest() if row.task_type == kind]


async def order(house: House, kind: str = MANUAL, *, user_id: int = ids.BEN_ID, **options: Any) -> Json:
    """Ask, confirm; what the question has become, or the refusal."""
    question = await house.command("tasks run", user_id=user_id, type=kind, **options)
    reply = await house.press(question, "Run now", user_id=user_id)
    if reply["flags"] & 64 and reply["id"] != question["id"]:
        return reply
    message_id = int(question["id"])
    await house.discord.until(lambda: "Run now" not in buttons(house.discord.message(message_id) or {}))
    return house.discord.message(message_id) or {}


def row_of(house: House, filename: str) -> Any:
    return next(row for row in house.paperless.table.newest() if row.filename == filename)


async def suggestions(house: House, typed: str) -> dict[str, str]:
    choices = await house.discord.autocomplete(
        user_id=ids.BEN_ID, channel_id=ids.ALERTS_ID, name="tasks run", options={"type": typed}, focused="type"
    )
    return {choice["name"]: choice["value"] for choice in choices}

"""What Discord refuses in a message. Pure."""

from collections.abc import Sequence

from bot.sandbox.discord.errors import Json, Violation


def check_message(message: Json, *, uploaded: Sequence[str] = ()) -> list[Violation]:
    found = []
    if len(message.get("content") or "") > 2000:
        found.append(Violation(("content",), "BASE_TYPE_MAX_LENGTH", "Must be 2000 or fewer in length."))
    return found


def is_empty(message: Json, *, uploaded: int) -> bool:
    keys = ("content", "embeds", "components", "sticker_ids", "poll")
    return not uploaded and not any(message.get(key) for key in keys)


def check_commands(commands: Sequence[Json]) -> list[Violation]:
    return []


def check_nonce(message: Json) -> list[Violation]:
    if len(str(message.get("nonce") or "")) > 25:
        return [Violation(("nonce",), "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")]
    return []


def check_choices(data: Json) -> list[Violation]:
    return []


def check_modal(data: Json) -> list[Violation]:
    return []

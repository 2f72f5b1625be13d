"""Bodies to write tables of limits with."""

from typing import Any

from bot.sandbox.discord.limits import check_message

Json = dict[str, Any]
V2 = 1 << 15
IN_ROW = "components.0.components.0"


def codes(message: Json) -> set[tuple[str, str]]:
    """Where Discord finds fault with the message, and its code for it; a file "a.txt" comes along."""
    return {(".".join(map(str, one.path)), one.code) for one in check_message(message, uploaded=["a.txt"])}


def button(**more: Any) -> Json:
    return {"type": 2, "style": 1, "label": "Yes", "custom_id": "yes"} | more


def link(**more: Any) -> Json:
    return {"type": 2, "style": 5, "label": "Open", "url": "https://example.org/"} | more


def row(*components: Json, **more: Any) -> Json:
    return {"type": 1, "components": list(components)} | more


def select(**more: Any) -> Json:
    return {"type": 3, "custom_id": "choose", "options": [option("a")]} | more


def option(value: str, **more: Any) -> Json:
    return {"label": value, "value": value} | more


def text(content: str = "text") -> Json:
    return {"type": 10, "content": content}


def container(*components: Json, **more: Any) -> Json:
    return {"type": 17, "components": list(components)} | more


def section(*components: Json, **more: Any) -> Json:
    return {"type": 9, "components": list(components), "accessory": button()} | more


def with_components(*components: Json) -> Json:
    return {"components": list(components)}


def v2(*components: Json) -> Json:
    return {"components": list(components), "flags": V2}


def embed(**fields: Any) -> Json:
    return {"embeds": [fields]}


def fields(number: int, *, name: str = "n", value: str = "v") -> list[Json]:
    return [{"name": name, "value": value} for _ in range(number)]


def buttons(number: int) -> list[Json]:
    return [button(custom_id=str(index)) for index in range(number)]

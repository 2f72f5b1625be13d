"""Every kind of button and menu there is, made from its fields: a new kind is in here by itself."""

import dataclasses
from typing import Any, get_args

from bot.ui import custom_ids
from bot.ui.custom_ids import CustomId

UUID = "5b6c7d8e-41d0-4ea6-88f8-bdc08b60dd46"


def some_of_each_kind() -> list[CustomId]:
    """Every kind of button and menu there is, made from its fields: a new kind is in here by itself."""
    filling: dict[str, Any] = {"card_id": 1, "through": 1, "page": 0, "server": "home", "task_id": UUID}
    filling |= {"span": "1h", "kind": "sanity_check", "confirmed": False, "line_id": 1, "wanted": "a0", "until": 1}
    found: list[CustomId] = []
    for kind in get_args(CustomId):
        names = [field.name for field in dataclasses.fields(kind)]
        verbs = get_args(custom_ids.TaskVerb) if "verb" in names else [None]
        for verb in verbs:
            filled = {name: verb if name == "verb" else filling.get(name) for name in names}
            found.append(kind(**filled))
    assert all(custom_ids.parse(str(one)) == one for one in found), "a field that is not filled in above"
    return found


KINDS = some_of_each_kind()

MENUS = (
    custom_ids.OpenTask,
    custom_ids.EndMute,
    custom_ids.AcknowledgeListed,
    custom_ids.AcknowledgeFailures,
    custom_ids.MuteLine,
)

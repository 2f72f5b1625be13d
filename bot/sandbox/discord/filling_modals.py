"""What a person fills into a modal, checked as the app does, and the submission that comes of it."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

from bot.sandbox.discord import ids
from bot.sandbox.discord.drafts import walk
from bot.sandbox.discord.errors import ClientRefused, Json
from bot.sandbox.discord.filling import bounds, merge, selected
from bot.sandbox.discord.limits_modals import CHECKBOX, CHECKBOX_GROUP, FILE_UPLOAD, INPUT_TEXT, RADIO_GROUP, TEXT_INPUT

if TYPE_CHECKING:
    from bot.sandbox.discord.core import Core

ACTION_ROW, LABEL = 1, 18


class ModalFilling:
    """`values` by custom id: a text, a list of values, a list of uploads, a yes or no; by the kind of the field."""

    def __init__(self, core: "Core", values: Mapping[str, Any], *, user_id: int) -> None:
        self._core = core
        self._values = values
        self._user_id = user_id
        self._numbers = count(1)
        self.resolved: dict[str, Json] = {}

    def fill(self, modal: Json) -> list[Json]:
        """The `components` of the submission."""
        known = {component["custom_id"] for component in walk(modal["components"]) if "custom_id" in component}
        if unknown := set(self._values) - known:
            raise ClientRefused(f"the modal has no field {sorted(unknown)[0]}")
        return [self._outer(component) for component in modal["components"]]

    def _outer(self, component: Json) -> Json:
        made: Json = {"type": component["type"], "id": component.get("id") or next(self._numbers)}
        if component["type"] == LABEL:
            made["component"] = self._field(component["component"])
        elif component["type"] == ACTION_ROW:
            made["components"] = [self._field(field) for field in component["components"]]
        return made

    def _field(self, field: Json) -> Json:
        number = field.get("id") or next(self._numbers)
        made: Json = {"type": field["type"], "id": number, "custom_id": field["custom_id"]}
        given = self._values.get(field["custom_id"])
        if field["type"] == TEXT_INPUT:
            return made | {"value": _text(field, given)}
        if field["type"] == CHECKBOX:
            return made | {"value": bool(field.get("default") if given is None else given)}
        if given is None and field.get("required", True) is False:
            return made | _nothing(field)
        return made | self._chosen(field, given)

    def _chosen(self, field: Json, given: Any) -> Json:
        if field["type"] == FILE_UPLOAD:
            return {"values": self._files(field, given or [])}
        if field["type"] == RADIO_GROUP:
            return {"value": _offered(field, [given])[0]}
        if field["type"] == CHECKBOX_GROUP:
            return {"values": _offered(field, given or [])}
        chosen = selected(self._core.world, field, [str(value) for value in given or []], user_id=self._user_id)
        merge(self.resolved, chosen.pop("resolved", {}))
        return chosen

    def _files(self, field: Json, given: Sequence[Any]) -> list[str]:
        least, most = bounds(field)
        if not least <= len(given) <= most:
            raise ClientRefused(f"{field['custom_id']}: between {least} and {most} files")
        stored = [self._core.files.store(upload, folder=ids.APPLICATION_ID, ephemeral=True) for upload in given]
        merge(self.resolved, {"attachments": {attachment["id"]: attachment for attachment in stored}})
        return [attachment["id"] for attachment in stored]


def _nothing(field: Json) -> Json:
    return {"value": None} if field["type"] == RADIO_GROUP else {"values": []}


def _text(field: Json, given: Any) -> str:
    text = str(given if given is not None else field.get("value") or "")
    least, most = field.get("min_length") or 0, field.get("max_length") or INPUT_TEXT
    if not text and field.get("required", True) is False:
        return text
    if not text or not least <= len(text) <= most:
        raise ClientRefused(f"{field['custom_id']}: between {max(1, least)} and {most} characters")
    return text


def _offered(field: Json, given: Sequence[Any]) -> list[str]:
    offered = [option["value"] for option in field["options"]]
    most = field.get("max_values") or len(offered)
    if len(given) > most:
        raise ClientRefused(f"{field['custom_id']}: at most {most}")
    if unknown := [value for value in given if value not in offered]:
        raise ClientRefused(f"{field['custom_id']} does not offer {unknown[0]!r}")
    return list(given)

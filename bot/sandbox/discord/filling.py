"""What a person fills in: options of a command, values of a select, fields of a modal; checked as the app does."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bot.sandbox.discord import ids
from bot.sandbox.discord.errors import ApiError, ClientRefused, Json
from bot.sandbox.discord.files import Upload
from bot.sandbox.discord.world import World

if TYPE_CHECKING:
    from bot.sandbox.discord.core import Core

SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN = 1, 2, 3, 4, 5
USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = 6, 7, 8, 9, 10, 11
STRING_SELECT, TEXT_INPUT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = 3, 4, 5, 6, 7, 8
ACTION_ROW, TEXT_DISPLAY, LABEL, FILE_UPLOAD = 1, 10, 18, 19
PLAIN: dict[int, tuple[type, ...]] = {STRING: (str,), INTEGER: (int,), BOOLEAN: (bool,), NUMBER: (int, float)}
TEXT_LENGTH = 6000


class Filling:
    """The `options` of one use of a command; `resolved` collects what the ids in them stand for."""

    def __init__(self, core: "Core", *, channel_id: int, focused: str | None) -> None:
        self._core = core
        self._channel_id = channel_id
        self._focused = focused
        self.resolved: dict[str, Json] = {}

    def fill(self, node: Json, path: Sequence[str], given: Mapping[str, Any]) -> list[Json]:
        """`path` leads from the command to its subcommand."""
        known = node.get("options") or []
        if any(option["type"] in (SUBCOMMAND, GROUP) for option in known):
            return [self._step(known, path, given)]
        if path:
            raise ClientRefused(f"{node['name']} has no subcommand {path[0]}")
        if unknown := set(given) - {option["name"] for option in known}:
            raise ClientRefused(f"{node['name']} has no option {sorted(unknown)[0]}")
        return [made for option in known if (made := self._option(option, given)) is not None]

    def _step(self, known: list[Json], path: Sequence[str], given: Mapping[str, Any]) -> Json:
        chosen = next((option for option in known if path and option["name"] == path[0]), None)
        if chosen is None:
            names = ", ".join(option["name"] for option in known)
            raise ClientRefused(f"a subcommand must be chosen: {names}")
        inner = self.fill(chosen, path[1:], given)
        return {"name": chosen["name"], "type": chosen["type"], "options": inner}

    def _option(self, option: Json, given: Mapping[str, Any]) -> Json | None:
        name, kind = option["name"], option["type"]
        if name == self._focused:
            if not option.get("autocomplete"):
                raise ClientRefused(f"option {name} has no autocomplete")
            return {"name": name, "type": kind, "value": str(given.get(name, "")), "focused": True}
        if name not in given:
            if option.get("required") and self._focused is None:
                raise ClientRefused(f"option {name} is required")
            return None
        return {"name": name, "type": kind, "value": self._value(option, given[name])}

    def _value(self, option: Json, value: Any) -> Any:
        kind = option["type"]
        if kind in PLAIN:
            _check_plain(option, value)
            return value
        if kind == ATTACHMENT:
            attachment = self._core.files.store(value, folder=ids.APPLICATION_ID, ephemeral=True)
            self.resolved.setdefault("attachments", {})[attachment["id"]] = attachment
            return attachment["id"]
        _merge(self.resolved, resolve(self._core.world, kind, int(value)))
        return str(value)


def _check_plain(option: Json, value: Any) -> None:
    name, kind = option["name"], option["type"]
    if not isinstance(value, PLAIN[kind]) or (isinstance(value, bool) and kind != BOOLEAN):
        raise ClientRefused(f"option {name} does not take {value!r}")
    choices = [choice["value"] for choice in option.get("choices") or []]
    if choices and value not in choices:
        raise ClientRefused(f"option {name} must be one of {choices}")
    size = len(value) if isinstance(value, str) else value
    least = option.get("min_length" if kind == STRING else "min_value")
    most = option.get("max_length" if kind == STRING else "max_value", TEXT_LENGTH if kind == STRING else None)
    if (least is not None and size < least) or (most is not None and size > most):
        raise ClientRefused(f"option {name} must be between {least} and {most}")


def resolve(world: World, kind: int, target: int) -> dict[str, Json]:
    """What a user, role, channel or mentionable option's id stands for."""
    try:
        if kind == ROLE or (kind == MENTIONABLE and target in world.roles):
            return {"roles": {str(target): world.roles[target]}}
        if kind == CHANNEL:
            channel = world.channel(target)
            return {"channels": {str(target): channel | {"permissions": str(world.permissions(ids.ADA_ID, target))}}}
        return resolved_user(world, target)
    except (ApiError, KeyError):
        raise ClientRefused(f"there is no {target} to choose") from None


def resolved_user(world: World, user_id: int) -> dict[str, Json]:
    try:
        member = world.member(user_id)
    except ApiError:
        raise ClientRefused(f"there is no member {user_id}") from None
    plain = {key: value for key, value in member.items() if key not in ("user", "deaf", "mute")}
    plain["permissions"] = "0"
    return {"users": {str(user_id): member["user"]}, "members": {str(user_id): plain}}


def _merge(into: dict[str, Json], more: Mapping[str, Json]) -> None:
    for key, found in more.items():
        into.setdefault(key, {}).update(found)


# --- selects

SELECT_KINDS = {USER_SELECT: USER, ROLE_SELECT: ROLE, MENTIONABLE_SELECT: MENTIONABLE, CHANNEL_SELECT: CHANNEL}


def _bounds(component: Json) -> tuple[int, int]:
    """How few and how many values it takes; null is as good as absent."""
    least = component.get("min_values")
    return 1 if least is None else least, component.get("max_values") or 1


def selected(world: World, component: Json, values: Sequence[str]) -> Json:
    """`values`, and what they stand for where the select is one of users, roles or channels."""
    least, most = _bounds(component)
    if not least <= len(values) <= most:
        raise ClientRefused(f"{component['custom_id']}: choose between {least} and {most}")
    if component["type"] == STRING_SELECT:
        offered = [option["value"] for option in component["options"]]
        if unknown := [value for value in values if value not in offered]:
            raise ClientRefused(f"{component['custom_id']} does not offer {unknown[0]!r}")
        return {"values": list(values)}
    resolved: dict[str, Json] = {}
    for value in values:
        _merge(resolved, resolve(world, SELECT_KINDS[component["type"]], int(value)))
    return {"values": list(values), "resolved": resolved}


# --- modals


def filled_modal(
    core: "Core", modal: Json, values: Mapping[str, Any], channel_id: int
) -> tuple[list[Json], dict[str, Json]]:
    """The `components` of the submission, and what they resolve to."""
    resolved: dict[str, Json] = {}
    numbers = iter(range(1, 100))
    known = {component["custom_id"] for component in _fields(modal["components"])}
    if unknown := set(values) - known:
        raise ClientRefused(f"the modal has no field {sorted(unknown)[0]}")
    made = []
    for component in modal["components"]:
        outer: Json = {"type": component["type"], "id": component.get("id") or next(numbers)}
        if component["type"] == LABEL:
            outer["component"] = _field(core, component["component"], values, resolved, next(numbers))
        elif component["type"] == ACTION_ROW:
            inner = [_field(core, field, values, resolved, next(numbers)) for field in component["components"]]
            outer["components"] = inner
        made.append(outer)
    return made, resolved


def _fields(components: Sequence[Json]) -> list[Json]:
    found: list[Json] = []
    for component in components:
        found += component.get("components") or []
        found += [component["component"]] if "component" in component else []
    return found


def _field(core: "Core", field: Json, values: Mapping[str, Any], resolved: dict[str, Json], number: int) -> Json:
    made: Json = {"type": field["type"], "id": field.get("id") or number, "custom_id": field["custom_id"]}
    given = values.get(field["custom_id"])
    if field["type"] == TEXT_INPUT:
        return made | {"value": _text(field, given)}
    if given is None and field.get("required", True) is False:
        return made | {"values": []}
    if field["type"] == FILE_UPLOAD:
        return made | {"values": _files(core, field, given or [], resolved)}
    chosen = selected(core.world, field, [str(value) for value in given or []])
    _merge(resolved, chosen.pop("resolved", {}))
    return made | chosen


def _text(field: Json, given: Any) -> str:
    text = str(given if given is not None else field.get("value") or "")
    least, most = field.get("min_length") or 0, field.get("max_length") or 4000
    if not text and field.get("required", True) is False:
        return text
    if not text or not least <= len(text) <= most:
        raise ClientRefused(f"{field['custom_id']}: between {max(1, least)} and {most} characters")
    return text


def _files(core: "Core", field: Json, given: Sequence[Upload], resolved: dict[str, Json]) -> list[str]:
    least, most = _bounds(field)
    if not least <= len(given) <= most:
        raise ClientRefused(f"{field['custom_id']}: between {least} and {most} files")
    stored = [core.files.store(upload, folder=ids.APPLICATION_ID, ephemeral=True) for upload in given]
    resolved.setdefault("attachments", {}).update({attachment["id"]: attachment for attachment in stored})
    return [attachment["id"] for attachment in stored]

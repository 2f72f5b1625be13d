"""What a person fills in: options of a command, values of a select; checked as the app does."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bot.sandbox.discord import ids
from bot.sandbox.discord.errors import ApiError, ClientRefused, Json
from bot.sandbox.discord.world import World

if TYPE_CHECKING:
    from bot.sandbox.discord.core import Core

SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN = 1, 2, 3, 4, 5
USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = 6, 7, 8, 9, 10, 11
STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = 3, 5, 6, 7, 8
PLAIN: dict[int, tuple[type, ...]] = {STRING: (str,), INTEGER: (int,), BOOLEAN: (bool,), NUMBER: (int, float)}
TEXT_LENGTH = 6000


class Filling:
    """The `options` of one use of a command; `resolved` collects what the ids in them stand for."""

    def __init__(self, core: "Core", *, user_id: int, focused: str | None) -> None:
        self._core = core
        self._user_id = user_id
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
        merge(self.resolved, resolve(self._core.world, kind, int(value), user_id=self._user_id))
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


def resolve(world: World, kind: int, target: int, *, user_id: int) -> dict[str, Json]:
    """What the id stands for that `user_id` chose as a user, role, channel or mentionable."""
    try:
        if kind == ROLE or (kind == MENTIONABLE and target in world.roles):
            return {"roles": {str(target): world.roles[target]}}
        if kind == CHANNEL:
            channel = world.channel(target)
            return {"channels": {str(target): channel | {"permissions": str(world.permissions(user_id, target))}}}
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


def merge(into: dict[str, Json], more: Mapping[str, Json]) -> None:
    for key, found in more.items():
        into.setdefault(key, {}).update(found)


# --- selects

SELECT_KINDS = {USER_SELECT: USER, ROLE_SELECT: ROLE, MENTIONABLE_SELECT: MENTIONABLE, CHANNEL_SELECT: CHANNEL}


def bounds(component: Json) -> tuple[int, int]:
    """How few and how many values it takes; null is as good as absent."""
    least = component.get("min_values")
    return 1 if least is None else least, component.get("max_values") or 1


def selected(world: World, component: Json, values: Sequence[str], *, user_id: int) -> Json:
    """`values`, and what they stand for where the select is one of users, roles or channels."""
    least, most = bounds(component)
    if not least <= len(values) <= most:
        raise ClientRefused(f"{component['custom_id']}: choose between {least} and {most}")
    if component["type"] == STRING_SELECT:
        offered = [option["value"] for option in component["options"]]
        if unknown := [value for value in values if value not in offered]:
            raise ClientRefused(f"{component['custom_id']} does not offer {unknown[0]!r}")
        return {"values": list(values)}
    resolved: dict[str, Json] = {}
    for value in values:
        merge(resolved, resolve(world, SELECT_KINDS[component["type"]], int(value), user_id=user_id))
    return {"values": list(values), "resolved": resolved}

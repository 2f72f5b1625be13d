"""The application's registered commands, as Discord returns them."""

from collections.abc import Sequence

from bot.sandbox.discord import errors, ids, limits_commands
from bot.sandbox.discord.errors import ApiError, Json, invalid_form
from bot.sandbox.discord.ids import Snowflakes

CHAT_INPUT, USER, MESSAGE = 1, 2, 3
CREATES_PER_DAY = 200


class Commands:
    """By scope: the guild's id, or None for global ones."""

    def __init__(self, new_id: Snowflakes) -> None:
        self._new_id = new_id
        self._scopes: dict[int | None, dict[int, Json]] = {None: {}, ids.GUILD_ID: {}}
        self.creates_left = CREATES_PER_DAY

    def all(self, scope: int | None) -> list[Json]:
        if scope not in self._scopes:
            raise errors.missing_access()
        return list(self._scopes[scope].values())

    def get(self, scope: int | None, command_id: int) -> Json:
        for command in self.all(scope):
            if command["id"] == str(command_id):
                return command
        raise errors.unknown_command()

    def available(self) -> list[Json]:
        """What the picker knows: a guild command hides a global one of its name."""
        by_key = {(command["type"], command["name"]): command for command in self.all(None) + self.all(ids.GUILD_ID)}
        return list(by_key.values())

    def find(self, name: str, kind: int) -> Json | None:
        """Guild commands before global ones."""
        for scope in (ids.GUILD_ID, None):
            for command in self._scopes[scope].values():
                if command["name"] == name and command["type"] == kind:
                    return command
        return None

    def overwrite(self, scope: int | None, bodies: Sequence[Json]) -> list[Json]:
        before = {_key(command): command for command in self.all(scope)}
        if violations := limits_commands.check_commands(bodies):
            raise invalid_form(violations)
        self._count_new(sum(_key(body) not in before for body in bodies))
        made = [self._command(scope, body, before.get(_key(body))) for body in bodies]
        self._scopes[scope] = {int(command["id"]): command for command in made}
        return made

    def upsert(self, scope: int | None, body: Json) -> tuple[Json, bool]:
        """The command, and whether it is new: a POST of a known name overwrites."""
        before = [command for command in self.all(scope) if _key(command) == _key(body)]
        if violations := limits_commands.check_command(body):
            raise invalid_form(violations)
        self._count_new(0 if before else 1)
        command = self._command(scope, body, before[0] if before else None)
        self._scopes[scope][int(command["id"])] = command
        return command, not before

    def edit(self, scope: int | None, command_id: int, body: Json) -> Json:
        before = self.get(scope, command_id)
        after = before | body
        if violations := limits_commands.check_command(after):
            raise invalid_form(violations)
        self._scopes[scope][command_id] = command = self._command(scope, after, before)
        return command

    def delete(self, scope: int | None, command_id: int) -> None:
        self.get(scope, command_id)
        del self._scopes[scope][command_id]

    def _count_new(self, number: int) -> None:
        """A new name costs, an overwritten one does not."""
        if number > self.creates_left:
            message = f"Max number of daily application command creates has been reached ({CREATES_PER_DAY})"
            raise ApiError(400, 30034, message)
        self.creates_left -= number

    def _command(self, scope: int | None, body: Json, before: Json | None) -> Json:
        kind = body.get("type") or CHAT_INPUT
        command: Json = {
            "id": before["id"] if before else str(self._new_id()),
            "application_id": str(ids.APPLICATION_ID),
            "version": str(self._new_id()),
            "type": kind,
            "name": body["name"],
            "name_localizations": body.get("name_localizations"),
            "description": body.get("description") or "",  # context menus come without one, the answer has it
            "description_localizations": body.get("description_localizations"),
            "default_member_permissions": _text(body.get("default_member_permissions")),
            "dm_permission": body.get("dm_permission", True),
            "contexts": body.get("contexts"),
            "integration_types": body.get("integration_types") or [0],
            "nsfw": bool(body.get("nsfw")),
        }
        if body.get("options"):
            command["options"] = [_option(option) for option in body["options"]]
        return command | ({} if scope is None else {"guild_id": str(scope)})


def _key(command: Json) -> tuple[object, object]:
    return command.get("type") or CHAT_INPUT, command.get("name")


def _text(permissions: object) -> str | None:
    return None if permissions is None else str(permissions)


def _option(option: Json) -> Json:
    kept = {key: value for key, value in option.items() if value not in (None, [])}
    if option.get("options"):
        kept["options"] = [_option(inner) for inner in option["options"]]
    return kept

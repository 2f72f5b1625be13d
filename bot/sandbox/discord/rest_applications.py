"""Registering application commands, for the guild or globally."""

from collections.abc import Callable

from bot.sandbox.discord import errors, ids, ratelimit
from bot.sandbox.discord.calls import Answer, Call, Created, Route
from bot.sandbox.discord.core import Core
from bot.sandbox.discord.errors import Violation, invalid_form

Scoped = Callable[[Core, Call, int | None], Answer]


def list_commands(core: Core, call: Call, scope: int | None) -> Answer:
    return core.registry.all(scope)


def overwrite(core: Core, call: Call, scope: int | None) -> Answer:
    if not isinstance(call.json, list):
        raise invalid_form([Violation((), "BASE_TYPE_BAD_TYPE", "Only iterables may be used in a ListType")])
    made = core.registry.overwrite(scope, call.json)
    core.commands_changed()
    return list(made)


def create(core: Core, call: Call, scope: int | None) -> Answer:
    command, new = core.registry.upsert(scope, call.body)
    core.commands_changed()
    return Created(command) if new else command


def get(core: Core, call: Call, scope: int | None) -> Answer:
    return core.registry.get(scope, call.ids["command_id"])


def edit(core: Core, call: Call, scope: int | None) -> Answer:
    edited = core.registry.edit(scope, call.ids["command_id"], call.body)
    core.commands_changed()
    return edited


def delete(core: Core, call: Call, scope: int | None) -> Answer:
    core.registry.delete(scope, call.ids["command_id"])
    core.commands_changed()
    return None


def _scoped(handle: Scoped) -> Callable[[Core, Call], Answer]:
    def handle_scoped(core: Core, call: Call) -> Answer:
        if call.ids["application_id"] != ids.APPLICATION_ID:
            raise errors.missing_access()
        return handle(core, call, call.ids.get("guild_id"))

    return handle_scoped


def _routes(base: str) -> list[Route]:
    major = ("application_id", "guild_id")
    table: list[tuple[str, str, Scoped]] = [
        ("GET", "", list_commands),
        ("PUT", "", overwrite),
        ("POST", "", create),
        ("GET", "/{command_id}", get),
        ("PATCH", "/{command_id}", edit),
        ("DELETE", "/{command_id}", delete),
    ]
    return [
        Route(method, base + path, _scoped(handle), kind=ratelimit.COMMANDS, major=major)
        for method, path, handle in table
    ]


ROUTES = [
    *_routes("/applications/{application_id}/commands"),
    *_routes("/applications/{application_id}/guilds/{guild_id}/commands"),
]

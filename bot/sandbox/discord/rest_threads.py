"""Threads: made from a message or on their own, archived, locked."""

from typing import Any

from bot.sandbox.discord import gateway, ids, messages, permissions
from bot.sandbox.discord.calls import Answer, Call, Created, Route
from bot.sandbox.discord.core import Core
from bot.sandbox.discord.errors import ApiError, Json, Violation, invalid_form
from bot.sandbox.discord.messages import Draft
from bot.sandbox.discord.rest_messages import reference_to
from bot.sandbox.discord.world import PRIVATE_THREAD, PUBLIC_THREAD, THREADS

ARCHIVE_MINUTES = (60, 1440, 4320, 10080)
NAME_LENGTH = 100


def from_message(core: Core, call: Call) -> Answer:
    """The thread has its message's id."""
    channel_id, message_id = call.ids["channel_id"], call.ids["message_id"]
    core.world.require(permissions.CREATE_PUBLIC_THREADS, channel_id)
    message = core.store.get(channel_id, message_id)
    if "thread" in message:
        raise ApiError(400, 160004, "A thread has already been created for this message")
    thread = _open(core, call, thread_id=message_id, kind=PUBLIC_THREAD)
    core.replace_message(message | {"thread": thread, "flags": message["flags"] | 1 << 5})
    return Created(thread)


def without_message(core: Core, call: Call) -> Answer:
    kind = call.body.get("type", PRIVATE_THREAD)
    needed = permissions.CREATE_PRIVATE_THREADS if kind == PRIVATE_THREAD else permissions.CREATE_PUBLIC_THREADS
    core.world.require(needed, call.ids["channel_id"])
    thread = _open(core, call, thread_id=core.new_id(), kind=kind)
    if kind == PUBLIC_THREAD:
        _announce(core, thread)
    return Created(thread)


def edit(core: Core, call: Call) -> Answer:
    channel = core.world.channel(call.ids["channel_id"])
    if channel["type"] not in THREADS:
        core.world.require(1 << 4, call.ids["channel_id"])  # Manage Channels
        raise ApiError(403, 50013, "Missing Permissions")
    locked = channel["thread_metadata"]["locked"]
    if call.body == {"archived": False} and not locked:
        core.world.require(permissions.SEND_MESSAGES_IN_THREADS, call.ids["channel_id"])
    elif locked or channel["owner_id"] != str(ids.APPLICATION_ID):
        core.world.require(permissions.MANAGE_THREADS, call.ids["channel_id"])
    _check(call.body, needs_name=False)
    changed = {key: call.body[key] for key in ("archived", "locked", "auto_archive_duration") if key in call.body}
    after = channel | {"thread_metadata": channel["thread_metadata"] | changed}
    if "name" in call.body:
        after["name"] = call.body["name"]
    core.world.channels[call.ids["channel_id"]] = after
    core.gateway.dispatch("THREAD_UPDATE", after, intents=gateway.GUILDS)
    core.events.emit("thread_update", after)
    return after


def join(core: Core, call: Call) -> Answer:
    core.world.require(0, call.ids["channel_id"])
    return None


def _open(core: Core, call: Call, *, thread_id: int, kind: int) -> Json:
    _check(call.body, needs_name=True)
    now = core.clock.now().isoformat()
    thread: Json = {
        "id": str(thread_id),
        "type": kind,
        "guild_id": str(ids.GUILD_ID),
        "parent_id": str(call.ids["channel_id"]),
        "owner_id": str(ids.APPLICATION_ID),
        "name": call.body["name"],
        "last_message_id": None,
        "rate_limit_per_user": 0,
        "message_count": 0,
        "member_count": 1,
        "total_message_sent": 0,
        "flags": 0,
        "thread_metadata": {
            "archived": False,
            "archive_timestamp": now,
            "auto_archive_duration": call.body.get("auto_archive_duration") or 1440,
            "locked": False,
            "create_timestamp": now,
        },
    }
    core.world.channels[thread_id] = thread
    core.gateway.dispatch("THREAD_CREATE", thread | {"newly_created": True}, intents=gateway.GUILDS)
    core.events.emit("thread_create", thread)
    return thread


def _announce(core: Core, thread: Json) -> None:
    """The line that Discord puts into the parent channel for a thread without a message."""
    extra: Json = {
        "type": messages.THREAD_CREATED,
        "message_reference": reference_to(thread | {"channel_id": thread["id"]}),
    }
    body = {"content": thread["name"]}
    core.create_message(Draft(channel_id=int(thread["parent_id"]), author=core.world.bot_user, body=body, extra=extra))


def _check(body: Json, *, needs_name: bool) -> None:
    name: Any = body.get("name")
    if (needs_name or name is not None) and not 1 <= len(name or "") <= NAME_LENGTH:
        raise invalid_form([Violation(("name",), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")])
    minutes = body.get("auto_archive_duration")
    if minutes is not None and minutes not in ARCHIVE_MINUTES:
        message = f"Value must be one of {ARCHIVE_MINUTES}."
        raise invalid_form([Violation(("auto_archive_duration",), "BASE_TYPE_CHOICES", message)])


ROUTES = [
    Route("POST", "/channels/{channel_id}/messages/{message_id}/threads", from_message),
    Route("POST", "/channels/{channel_id}/threads", without_message),
    Route("PATCH", "/channels/{channel_id}", edit),
    Route("PUT", "/channels/{channel_id}/thread-members/@me", join),
]

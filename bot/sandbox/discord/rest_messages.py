"""Messages of a channel: send, edit, delete, read."""

from datetime import timedelta

from bot.sandbox.discord import drafts, errors, ids, limits, messages, permissions, ratelimit
from bot.sandbox.discord.calls import Answer, Call, Route
from bot.sandbox.discord.core import Core
from bot.sandbox.discord.errors import ApiError, Json, Violation, invalid_form
from bot.sandbox.discord.messages import Draft

OLD = timedelta(hours=1)
PLAIN_REFERENCE = 0


def send(core: Core, call: Call) -> Answer:
    channel_id, body = call.ids["channel_id"], call.body
    core.world.require(_needed(core, call), channel_id)
    core.world.open_by_a_message(channel_id)
    if violations := limits.check_nonce(body):
        raise invalid_form(violations)
    nonce = body.get("nonce")
    if nonce is not None and body.get("enforce_nonce"):
        repeated = core.store.sent_with(ids.APPLICATION_ID, str(nonce))
        if repeated is not None:
            return repeated
    draft = Draft(channel_id=channel_id, author=core.world.bot_user, body=body, uploads=call.uploads)
    draft.extra = _reference(core, channel_id, body.get("message_reference"))
    message = core.create_message(draft)
    if nonce is None:
        return message
    core.store.remember_nonce(ids.APPLICATION_ID, str(nonce), message)
    return message | {"nonce": nonce}  # in this answer only: a GET does not give it back


def _needed(core: Core, call: Call) -> int:
    in_thread = "thread_metadata" in core.world.channel(call.ids["channel_id"])
    needed = permissions.SEND_MESSAGES_IN_THREADS if in_thread else permissions.SEND_MESSAGES
    if call.body.get("embeds"):
        needed |= permissions.EMBED_LINKS
    if call.uploads:
        needed |= permissions.ATTACH_FILES
    return needed


def _reference(core: Core, channel_id: int, reference: Json | None) -> Json:
    if reference is None:
        return {}
    if not core.world.permissions(ids.APPLICATION_ID, channel_id) & permissions.READ_MESSAGE_HISTORY:
        raise ApiError(400, 160002, "Cannot reply without permission to read message history")
    try:
        found = core.store.get(int(reference.get("channel_id") or channel_id), int(reference["message_id"]))
    except ApiError:
        if reference.get("fail_if_not_exists", True):
            raise invalid_form(
                [Violation(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")]
            ) from None
        return {}
    return {"type": messages.REPLY, "message_reference": reference_to(found), "referenced_message": found}


def reference_to(message: Json) -> Json:
    return {
        "type": PLAIN_REFERENCE,
        "channel_id": message["channel_id"],
        "guild_id": str(ids.GUILD_ID),
        "message_id": message["id"],
    }


def edit(core: Core, call: Call) -> Answer:
    channel_id = call.ids["channel_id"]
    core.world.require(0, channel_id)
    message = _public(core, call)
    if int(message["author"]["id"]) != ids.APPLICATION_ID:
        raise errors.not_the_author()
    core.world.require_open_thread(channel_id)
    if core.clock.now() - ids.created_at(int(message["id"])) > OLD:
        verdict = core.rate_limits.spend_old_edit(str(channel_id), now=core.clock.time())
        if verdict.retry_after is not None:
            raise ApiError(429, 30046, verdict.body["message"], extra=verdict.body, headers=verdict.headers)
    return core.edit_message(message, call.body, call.uploads)


def delete(core: Core, call: Call) -> Answer:
    core.world.require(0, call.ids["channel_id"])
    message = _public(core, call)
    if int(message["author"]["id"]) != ids.APPLICATION_ID:
        core.world.require(permissions.MANAGE_MESSAGES, call.ids["channel_id"])
    core.remove_message(message)
    return None


def get(core: Core, call: Call) -> Answer:
    core.world.require(permissions.READ_MESSAGE_HISTORY, call.ids["channel_id"])
    return _public(core, call)


def history(core: Core, call: Call) -> Answer:
    """Newest first, as Discord answers; without Read Message History nothing, and no error."""
    channel_id = call.ids["channel_id"]
    core.world.require(0, channel_id)
    limit = call.number("limit", 50, least=1, most=100)
    if not core.world.permissions(ids.APPLICATION_ID, channel_id) & permissions.READ_MESSAGE_HISTORY:
        return []
    newest_first = core.store.visible(channel_id, None)[::-1]
    if around := call.query.get("around"):
        newer = [message for message in newest_first if int(message["id"]) > int(around)]
        rest = newest_first[len(newer) :]
        return newer[-(limit // 2) :] + rest[: limit - min(len(newer), limit // 2)]
    if before := call.query.get("before"):
        return [message for message in newest_first if int(message["id"]) < int(before)][:limit]
    if after := call.query.get("after"):
        return [message for message in newest_first if int(message["id"]) > int(after)][-limit:]
    return newest_first[:limit]


def _public(core: Core, call: Call) -> Json:
    """An ephemeral message is not found by these routes: only its interaction's token leads to it."""
    message = core.store.get(call.ids["channel_id"], call.ids["message_id"])
    if int(message["id"]) in core.store.ephemeral_for or message["flags"] & drafts.EPHEMERAL:
        raise errors.unknown_message()
    return message


ROUTES = [
    Route("POST", "/channels/{channel_id}/messages", send, kind=ratelimit.SEND),
    Route("GET", "/channels/{channel_id}/messages", history, kind=ratelimit.READ),
    Route("GET", "/channels/{channel_id}/messages/{message_id}", get, kind=ratelimit.READ),
    Route("PATCH", "/channels/{channel_id}/messages/{message_id}", edit, kind=ratelimit.EDIT),
    Route("DELETE", "/channels/{channel_id}/messages/{message_id}", delete, kind=ratelimit.DELETE),
]

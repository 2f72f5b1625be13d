"""The first response to an interaction, and what follows on its token."""

from collections.abc import Callable

from bot.sandbox.discord import drafts, errors, ids, interactions, limits_modals, messages, ratelimit
from bot.sandbox.discord.calls import Answer, Call, Route
from bot.sandbox.discord.core import Core
from bot.sandbox.discord.errors import ApiError, Json, Violation, invalid_form
from bot.sandbox.discord.interactions import Interaction
from bot.sandbox.discord.messages import Draft
from bot.sandbox.discord.rest_messages import reference_to

ALLOWED = {
    interactions.COMMAND: (interactions.MESSAGE, interactions.DEFERRED_MESSAGE, interactions.MODAL),
    interactions.AUTOCOMPLETE: (interactions.CHOICES,),
    interactions.COMPONENT: (
        interactions.MESSAGE,
        interactions.DEFERRED_MESSAGE,
        interactions.DEFERRED_UPDATE,
        interactions.UPDATE_MESSAGE,
        interactions.MODAL,
    ),
    interactions.MODAL_SUBMIT: (
        interactions.MESSAGE,
        interactions.DEFERRED_MESSAGE,
        interactions.DEFERRED_UPDATE,
        interactions.UPDATE_MESSAGE,
    ),
}


def callback(core: Core, call: Call) -> Answer:
    interaction = core.interactions.find(call.ids["interaction_id"])
    if interaction is None or interaction.token != call.words["token"] or interaction.failed:
        raise errors.unknown_interaction()
    if interaction.response is not None:
        raise errors.already_acknowledged()
    kind = _type_of(interaction, call.body)
    try:
        message = RESPONSES[kind](core, interaction, call)
    except ApiError as error:
        raise error.within("data") from None
    interaction.answer(call.body)
    interaction.announce("interaction_response")
    if kind in (interactions.MESSAGE, interactions.UPDATE_MESSAGE, interactions.CHOICES):
        interaction.fill()
    return _callback_answer(core, interaction, kind, message) if call.flag("with_response") else None


def _type_of(interaction: Interaction, body: Json) -> int:
    allowed = ALLOWED[interaction.type]
    if not interactions.answers_updates(interaction):
        allowed = tuple(
            one for one in allowed if one not in (interactions.DEFERRED_UPDATE, interactions.UPDATE_MESSAGE)
        )
    kind = body.get("type")
    if not isinstance(kind, int) or kind not in allowed:
        message = f"Value must be one of {{{', '.join(map(str, allowed))}}}."
        raise invalid_form([Violation(("type",), "BASE_TYPE_CHOICES", message)])
    return kind


def _new_message(core: Core, interaction: Interaction, call: Call) -> Json:
    body = call.body.get("data") or {}
    message = core.create_message(_draft(core, interaction, body, call))
    interaction.original_id = int(message["id"])
    return message


def _deferred_message(core: Core, interaction: Interaction, call: Call) -> Json:
    ephemeral = ((call.body.get("data") or {}).get("flags") or 0) & drafts.EPHEMERAL
    draft = _draft(core, interaction, {"flags": ephemeral}, call)
    draft.flags |= drafts.LOADING
    message = core.create_message(draft)
    interaction.original_id = int(message["id"])
    return message


def _deferred_update(core: Core, interaction: Interaction, call: Call) -> None:
    interaction.original_id = int(_source(core, interaction)["id"])


def _update(core: Core, interaction: Interaction, call: Call) -> Json:
    source = _source(core, interaction)
    interaction.original_id = int(source["id"])
    return core.edit_message(source, call.body.get("data") or {}, call.uploads)


def _choices(core: Core, interaction: Interaction, call: Call) -> None:
    if violations := limits_modals.check_choices(call.body.get("data") or {}):
        raise invalid_form(violations)


def _modal(core: Core, interaction: Interaction, call: Call) -> None:
    if violations := limits_modals.check_modal(call.body.get("data") or {}):
        raise invalid_form(violations)


RESPONSES: dict[int, Callable[[Core, Interaction, Call], Json | None]] = {
    interactions.MESSAGE: _new_message,
    interactions.DEFERRED_MESSAGE: _deferred_message,
    interactions.DEFERRED_UPDATE: _deferred_update,
    interactions.UPDATE_MESSAGE: _update,
    interactions.CHOICES: _choices,
    interactions.MODAL: _modal,
}


def _source(core: Core, interaction: Interaction) -> Json:
    """The message whose component was used, as it stands now."""
    if interaction.message is None:
        raise errors.unknown_message()
    return core.store.get(int(interaction.message["channel_id"]), int(interaction.message["id"]))


def _draft(core: Core, interaction: Interaction, body: Json, call: Call) -> Draft:
    ephemeral = (body.get("flags") or 0) & drafts.EPHEMERAL
    return Draft(
        channel_id=interaction.channel_id,
        author=core.world.bot_user,
        body=body,
        uploads=call.uploads,
        ephemeral_for=interaction.user_id if ephemeral else None,
        extra=_provenance(interaction),
    )


def _provenance(interaction: Interaction) -> Json:
    """Where an interaction's message says it comes from."""
    made: Json = {
        "application_id": str(ids.APPLICATION_ID),
        "webhook_id": str(ids.APPLICATION_ID),
        "interaction_metadata": interactions.metadata(interaction),
    }
    if interaction.type == interactions.COMMAND:
        kind = interaction.data["type"]
        made["type"] = messages.CHAT_INPUT_COMMAND if kind == 1 else messages.CONTEXT_MENU_COMMAND
        made["interaction"] = {
            "id": str(interaction.id),
            "type": interaction.type,
            "name": interactions.full_name(interaction.data),
            "user": interaction.core.world.user(interaction.user_id),
        }
    elif interaction.message is not None:
        made |= {"type": messages.REPLY, "message_reference": reference_to(interaction.message)}
    return made


def _callback_answer(core: Core, interaction: Interaction, kind: int, message: Json | None) -> Json:
    about: Json = {
        "id": str(interaction.id),
        "type": interaction.type,
        "channel_id": str(interaction.channel_id),
        "guild_id": str(ids.GUILD_ID),
        "response_message_loading": kind == interactions.DEFERRED_MESSAGE,
    }
    if interaction.original_id is not None:
        about["response_message_id"] = str(interaction.original_id)
        about["response_message_ephemeral"] = interaction.ephemeral
    if message is None or kind == interactions.DEFERRED_MESSAGE:  # a deferred message is not in the answer
        return {"interaction": about}
    return {"interaction": about, "resource": {"type": kind, "message": message}}


# --- on the token: /webhooks/{application}/{token}


def follow_up(core: Core, call: Call) -> Answer:
    """Straight after a defer it fills the deferred message instead of making a second one, as Discord does."""
    interaction = _of_token(core, call)
    original = interaction.original
    if original is not None and messages.is_loading(original):
        edited = core.edit_message(original, call.body, call.uploads)
        interaction.fill()
        return edited
    draft = _draft(core, interaction, call.body, call)
    if original is not None:
        draft.extra |= {"type": messages.REPLY, "message_reference": reference_to(original)}
        draft.extra["interaction_metadata"] |= {"original_response_message_id": original["id"]}
    draft.extra.pop("interaction", None)
    message = core.create_message(draft)
    interaction.followup_ids.append(int(message["id"]))
    if not interaction.filled:
        interaction.fill()
    return message


def get_original(core: Core, call: Call) -> Answer:
    return _original(_of_token(core, call))


def edit_original(core: Core, call: Call) -> Answer:
    interaction = _of_token(core, call)
    edited = core.edit_message(_original(interaction), call.body, call.uploads)
    interaction.fill()
    return edited


def delete_original(core: Core, call: Call) -> Answer:
    core.remove_message(_original(_of_token(core, call)))
    return None


def get_follow_up(core: Core, call: Call) -> Answer:
    return _message_of(_of_token(core, call), call.ids["message_id"])


def edit_follow_up(core: Core, call: Call) -> Answer:
    interaction = _of_token(core, call)
    edited = core.edit_message(_message_of(interaction, call.ids["message_id"]), call.body, call.uploads)
    if call.ids["message_id"] == interaction.original_id:
        interaction.fill()
    return edited


def delete_follow_up(core: Core, call: Call) -> Answer:
    core.remove_message(_message_of(_of_token(core, call), call.ids["message_id"]))
    return None


def _of_token(core: Core, call: Call) -> Interaction:
    if call.ids["application_id"] != ids.APPLICATION_ID:
        raise errors.unknown_webhook()
    return core.interactions.by_token(call.words["token"])


def _original(interaction: Interaction) -> Json:
    if interaction.original is None:
        raise errors.unknown_message()
    return interaction.original


def _message_of(interaction: Interaction, message_id: int) -> Json:
    if message_id == interaction.original_id or message_id in interaction.followup_ids:
        found = interaction.core.store.find(message_id)
        if found is not None:
            return found
    raise errors.unknown_message()


def _on_token(method: str, path: str, handle: Callable[[Core, Call], Answer]) -> Route:
    base = "/webhooks/{application_id}/{token}"
    return Route(
        method, base + path, handle, kind=ratelimit.WEBHOOK, major=("token",), open=True, counts_globally=False
    )


ROUTES = [
    Route(
        "POST",
        "/interactions/{interaction_id}/{token}/callback",
        callback,
        kind=ratelimit.CALLBACK,
        major=("token",),
        open=True,
        counts_globally=False,
    ),
    _on_token("POST", "", follow_up),
    _on_token("GET", "/messages/@original", get_original),
    _on_token("PATCH", "/messages/@original", edit_original),
    _on_token("DELETE", "/messages/@original", delete_original),
    _on_token("GET", "/messages/{message_id}", get_follow_up),
    _on_token("PATCH", "/messages/{message_id}", edit_follow_up),
    _on_token("DELETE", "/messages/{message_id}", delete_follow_up),
]

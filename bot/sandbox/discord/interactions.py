"""One interaction from the click to its answer. https://docs.discord.com/developers/interactions/receiving-and-responding

The first answer is due within 3 seconds; the token serves 15 minutes.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from bot.sandbox.discord import errors, ids
from bot.sandbox.discord.errors import Json

if TYPE_CHECKING:
    from bot.sandbox.discord.core import Core

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE_MESSAGE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
FIRST_RESPONSE_SECONDS = 3
TOKEN_SECONDS = 15 * 60
KEPT_SECONDS = 60 * 60  # four times as long as a token lives


class InteractionFailed(Exception):
    """What the person reads as "This interaction failed" or "The application did not respond"."""


@dataclass(kw_only=True, eq=False)
class Interaction:
    """`response` is the callback body the bot sent; `modal` and `choices` are what it holds of those kinds."""

    core: "Core" = field(repr=False)
    id: int
    token: str = field(repr=False)
    type: int
    user_id: int
    channel_id: int
    data: Json
    created_at: datetime
    message: Json | None = field(default=None, repr=False)  # whose component was used
    parent: "Interaction | None" = field(default=None, repr=False)  # that opened the modal
    response: Json | None = None
    failed: bool = False
    original_id: int | None = None  # the message that @original means
    followup_ids: list[int] = field(default_factory=list)
    filled: bool = False  # the answer has its content: the person no longer sees "thinking"

    @property
    def response_type(self) -> int | None:
        return None if self.response is None else int(self.response["type"])

    @property
    def modal(self) -> Json | None:
        return self.response["data"] if self.response and self.response_type == MODAL else None

    @property
    def choices(self) -> list[Json]:
        return self.response["data"].get("choices") or [] if self.response and self.response_type == CHOICES else []

    @property
    def expired(self) -> bool:
        return (self.core.clock.now() - self.created_at).total_seconds() > TOKEN_SECONDS

    @property
    def ephemeral(self) -> bool:
        return self.original_id is not None and self.original_id in self.core.store.ephemeral_for

    @property
    def original(self) -> Json | None:
        return None if self.original_id is None else self.core.store.find(self.original_id)

    @property
    def followups(self) -> list[Json]:
        found = (self.core.store.find(message_id) for message_id in self.followup_ids)
        return [message for message in found if message is not None]

    async def done(self, timeout: float = 5) -> "Interaction":
        """Until the first response; raises InteractionFailed when the 3 seconds pass without one."""
        await self.core.events.until(lambda: self.failed or self.response is not None, timeout=timeout)
        self._raise_if_failed()
        return self

    async def reply(self, timeout: float = 5) -> Json:
        """The message that answers, once it has its content: after a defer the edited original, or else the follow-up.

        For a press that changes its own message, that message as it is after the change.
        """
        await self.core.events.until(self._has_answer, timeout=timeout)
        self._raise_if_failed()
        if self.modal is not None:
            raise AssertionError("answered with a modal, not with a message")
        answer = self.original
        if self.response_type == DEFERRED_UPDATE and self.followups:
            answer = self.followups[0]
        if answer is None:
            raise AssertionError("the answer was deleted")
        return answer

    def _has_answer(self) -> bool:
        if self.response_type == DEFERRED_UPDATE and self.original is not self.message:
            return True  # its message was changed, if not by way of the token
        return self.failed or self.filled or self.modal is not None

    def _raise_if_failed(self) -> None:
        if self.failed:
            raise InteractionFailed(f"no response within {FIRST_RESPONSE_SECONDS} s to {self.data}")

    # --- what happens to it

    def give_up_waiting(self) -> None:
        if self.response is None:
            self.failed = True
            self.core.events.emit("interaction_failed", self.summary(), only_for=self.user_id)

    def answer(self, response: Json) -> None:
        self.response = response

    def announce(self, kind: str) -> None:
        self.core.events.emit(kind, self.summary(), only_for=self.user_id)

    def fill(self) -> None:
        self.filled = True
        self.announce("interaction_answered")

    def summary(self) -> Json:
        """For the page: enough to tie an answer to what the person did."""
        return {
            "id": str(self.id),
            "type": self.type,
            "user_id": str(self.user_id),
            "channel_id": str(self.channel_id),
            "message_id": self.message["id"] if self.message else None,
            "name": self.data.get("name") or self.data.get("custom_id"),
            "failed": self.failed,
            "response_type": self.response_type,
            "modal": self.modal,
            "original_id": None if self.original_id is None else str(self.original_id),
        }


class Interactions:
    def __init__(self, core: "Core") -> None:
        self._core = core
        self._by_id: dict[int, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}
        self.first_response_seconds: float = FIRST_RESPONSE_SECONDS

    def open(
        self,
        *,
        type: int,
        user_id: int,
        channel_id: int,
        data: Json,
        message: Json | None = None,
        parent: Interaction | None = None,
    ) -> Interaction:
        """Sent to the bot at once; the 3 seconds run from here."""
        interaction = Interaction(
            core=self._core,
            id=self._core.new_id(),
            token=secrets.token_urlsafe(64),
            type=type,
            user_id=user_id,
            channel_id=channel_id,
            data=data,
            created_at=self._core.clock.now(),
            message=message,
            parent=parent,
        )
        self._by_id[interaction.id] = self._by_token[interaction.token] = interaction
        self._forget_old()
        self._core.clock.call_later(self.first_response_seconds, interaction.give_up_waiting)
        interaction.announce("interaction_create")
        self._core.gateway.dispatch("INTERACTION_CREATE", payload(interaction), intents=0)
        return interaction

    def _forget_old(self) -> None:
        """Those whose token is long dead: a demo may run for days."""
        for interaction in list(self._by_id.values()):
            if (self._core.clock.now() - interaction.created_at).total_seconds() < KEPT_SECONDS:
                return  # they are in the order of their making
            del self._by_id[interaction.id], self._by_token[interaction.token]

    def find(self, interaction_id: int) -> Interaction | None:
        return self._by_id.get(interaction_id)

    def by_token(self, token: str) -> Interaction:
        """For follow-ups: only after the first response, and for 15 minutes."""
        interaction = self._by_token.get(token)
        if interaction is None or interaction.expired:
            raise errors.invalid_webhook_token()
        if interaction.response is None:
            raise errors.unknown_webhook()
        return interaction


def payload(interaction: Interaction) -> Json:
    """INTERACTION_CREATE, whole."""
    core = interaction.core
    channel = core.world.channel(interaction.channel_id)
    held = core.world.permissions(interaction.user_id, interaction.channel_id)
    created: Json = {
        "id": str(interaction.id),
        "application_id": str(ids.APPLICATION_ID),
        "type": interaction.type,
        "token": interaction.token,
        "version": 1,
        "data": interaction.data,
        "guild_id": str(ids.GUILD_ID),
        "guild": {"id": str(ids.GUILD_ID), "locale": "en-US", "features": []},
        "guild_locale": "en-US",
        "channel_id": str(interaction.channel_id),
        "channel": channel | {"permissions": str(held)},
        "member": core.world.member(interaction.user_id) | {"permissions": str(held)},
        "app_permissions": str(core.world.permissions(ids.APPLICATION_ID, interaction.channel_id)),
        "locale": "en-US",
        "entitlements": [],
        "authorizing_integration_owners": {"0": str(ids.GUILD_ID)},
        "context": 0,
        "attachment_size_limit": core.attachment_size_limit,
    }
    return created | ({"message": interaction.message} if interaction.message else {})


def metadata(interaction: Interaction) -> Json:
    """`interaction_metadata` of the messages it makes."""
    core, kind = interaction.core, interaction.type
    made: Json = {
        "id": str(interaction.id),
        "type": kind,
        "user": core.world.user(interaction.user_id),
        "authorizing_integration_owners": {"0": str(ids.GUILD_ID)},
    }
    if kind == COMMAND:
        made |= {"name": interaction.data["name"], "command_type": interaction.data["type"]}
        made |= _target(interaction)
    elif kind == COMPONENT and interaction.message:
        made["interacted_message_id"] = interaction.message["id"]
    elif kind == MODAL_SUBMIT and interaction.parent:
        made["triggering_interaction_metadata"] = metadata(interaction.parent)
    return made


def _target(interaction: Interaction) -> Json:
    target = interaction.data.get("target_id")
    if target is None:
        return {}
    if interaction.data["type"] == 3:
        return {"target_message_id": target}
    return {"target_user": interaction.core.world.user(int(target))}


def full_name(data: Json) -> str:
    """`tasks run`: the command with its group and subcommand."""
    parts, options = [str(data["name"])], data.get("options") or []
    while options and options[0]["type"] in (1, 2):
        parts.append(str(options[0]["name"]))
        options = options[0].get("options") or []
    return " ".join(parts)


def answers_updates(interaction: Interaction) -> bool:
    """Whether it came from a message that it may change."""
    return interaction.message is not None and interaction.type in (COMPONENT, MODAL_SUBMIT)

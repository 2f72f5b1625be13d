"""Acting as a person in Discord's app: what the app would not allow is refused here with ClientRefused."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.sandbox.discord import drafts, filling, interactions, permissions
from bot.sandbox.discord.commands import CHAT_INPUT, MESSAGE, USER
from bot.sandbox.discord.core import Core
from bot.sandbox.discord.errors import ApiError, ClientRefused, Json
from bot.sandbox.discord.files import Upload
from bot.sandbox.discord.filling_modals import ModalFilling
from bot.sandbox.discord.interactions import Interaction
from bot.sandbox.discord.messages import Draft

BUTTON, STRING_SELECT, TEXT_INPUT = 2, 3, 4
SELECTS = (3, 5, 6, 7, 8)
LINK, PREMIUM = 5, 6


class People(Core):
    # --- commands

    def picker(self, *, user_id: int, channel_id: int) -> list[Json]:
        """The commands this person is offered: `default_member_permissions` hides one from who lacks them."""
        if channel_id not in self.world.channels:
            return []
        held = self.world.permissions(user_id, channel_id)
        if not held & permissions.USE_APPLICATION_COMMANDS:
            return []
        return [command for command in self.registry.available() if _is_offered(command, held)]

    async def command(
        self, *, user_id: int, channel_id: int, name: str, options: Mapping[str, Any] | None = None
    ) -> Interaction:
        """`name` with its group and subcommand, "tasks run". An attachment is given as an `Upload`."""
        data = self._command_data(user_id, channel_id, name, options or {}, focused=None)
        return self._open(interactions.COMMAND, user_id, channel_id, data)

    async def autocomplete(
        self, *, user_id: int, channel_id: int, name: str, options: Mapping[str, Any], focused: str
    ) -> list[Json]:
        """The choices offered while the option `focused` is typed; its text so far is in `options`."""
        data = self._command_data(user_id, channel_id, name, options, focused=focused)
        interaction = self._open(interactions.AUTOCOMPLETE, user_id, channel_id, data)
        return (await interaction.done()).choices

    async def context_menu(self, *, user_id: int, channel_id: int, name: str, target_id: int) -> Interaction:
        """On a message or a member, whichever the command of this name is for."""
        offered = self.picker(user_id=user_id, channel_id=channel_id)
        command = next((one for one in offered if one["name"] == name and one["type"] in (USER, MESSAGE)), None)
        if command is None:
            raise ClientRefused(f"no context menu entry {name!r} is offered to {user_id}")
        data = _data_of(command) | {"target_id": str(target_id)}
        if command["type"] == MESSAGE:
            message = self._seen(user_id, target_id)
            data["resolved"] = {"messages": {str(target_id): message}}
        else:
            data["resolved"] = filling.resolved_user(self.world, target_id)
        return self._open(interactions.COMMAND, user_id, channel_id, data)

    def _command_data(
        self, user_id: int, channel_id: int, name: str, given: Mapping[str, Any], *, focused: str | None
    ) -> Json:
        root, *path = name.split()
        offered = self.picker(user_id=user_id, channel_id=channel_id)
        command = next((one for one in offered if one["name"] == root and one["type"] == CHAT_INPUT), None)
        if command is None:
            raise ClientRefused(f"no command /{root} is offered to {user_id}")
        filled = filling.Filling(self, user_id=user_id, focused=focused)
        chosen = filled.fill(command, path, given)
        data = _data_of(command)
        if chosen:
            data["options"] = chosen
        if filled.resolved and focused is None:  # Discord resolves nothing while a person types
            data["resolved"] = filled.resolved
        return data

    # --- components

    async def press(self, *, user_id: int, message_id: int, custom_id: str) -> Interaction:
        message, component = self._component(user_id, message_id, custom_id)
        if component["type"] != BUTTON:
            raise ClientRefused(f"{custom_id!r} is no button")
        return self._use(user_id, message, component, {})

    async def select(
        self, *, user_id: int, message_id: int, custom_id: str, values: Sequence[str | int]
    ) -> Interaction:
        message, component = self._component(user_id, message_id, custom_id)
        if component["type"] not in SELECTS:
            raise ClientRefused(f"{custom_id!r} is no select")
        data = filling.selected(self.world, component, [str(value) for value in values], user_id=user_id)
        return self._use(user_id, message, component, data)

    def _use(self, user_id: int, message: Json, component: Json, more: Json) -> Interaction:
        data = {"component_type": component["type"], "custom_id": component["custom_id"], "id": component["id"]} | more
        channel_id = int(message["channel_id"])
        return self._open(interactions.COMPONENT, user_id, channel_id, data, message=message)

    def _component(self, user_id: int, message_id: int, custom_id: str) -> tuple[Json, Json]:
        message = self._seen(user_id, message_id)
        for component in drafts.walk(message["components"]):
            if component.get("custom_id") == custom_id:
                if component.get("disabled"):
                    raise ClientRefused(f"{custom_id!r} is disabled")
                return message, component
        raise ClientRefused(f"message {message_id} has no component {custom_id!r}")

    def _seen(self, user_id: int, message_id: int) -> Json:
        message = self.store.find(message_id)
        if message is None or self.store.ephemeral_for.get(message_id) not in (None, user_id):
            raise ClientRefused(f"{user_id} sees no message {message_id}")
        if not self.world.permissions(user_id, int(message["channel_id"])) & permissions.VIEW_CHANNEL:
            raise ClientRefused(f"{user_id} sees no channel {message['channel_id']}")
        return message

    # --- modals

    async def submit_modal(self, *, user_id: int, interaction_id: int, values: Mapping[str, Any]) -> Interaction:
        """`interaction_id` is the interaction that opened the modal; `values` by custom id: texts, lists, uploads."""
        opener = self.interactions.find(interaction_id)
        if opener is None or opener.modal is None or opener.user_id != user_id:
            raise ClientRefused(f"interaction {interaction_id} opened no modal for {user_id}")
        filled = ModalFilling(self, values, user_id=user_id)
        data: Json = {"custom_id": opener.modal["custom_id"], "components": filled.fill(opener.modal)}
        if filled.resolved:
            data["resolved"] = filled.resolved
        message = None if opener.message is None else self.store.find(int(opener.message["id"]))
        return self._open(interactions.MODAL_SUBMIT, user_id, opener.channel_id, data, message=message, parent=opener)

    # --- messages of people

    async def post_message(
        self, user_id: int, content: str = "", attachments: Sequence[Upload] = (), *, channel_id: int
    ) -> Json:
        try:
            self.world.require(permissions.SEND_MESSAGES, channel_id, user_id=user_id)
            author = self.world.user(user_id)
            body = {"content": content}
            return self.create_message(Draft(channel_id=channel_id, author=author, body=body, uploads=attachments))
        except ApiError as error:
            raise ClientRefused(str(error)) from None

    async def delete_message(self, message_id: int) -> None:
        """As a moderator."""
        message = self.store.find(message_id)
        if message is None:
            raise ClientRefused(f"there is no message {message_id}")
        self.remove_message(message)

    def _open(
        self,
        kind: int,
        user_id: int,
        channel_id: int,
        data: Json,
        *,
        message: Json | None = None,
        parent: Interaction | None = None,
    ) -> Interaction:
        return self.interactions.open(
            type=kind, user_id=user_id, channel_id=channel_id, data=data, message=message, parent=parent
        )


def _is_offered(command: Json, held: int) -> bool:
    needed = command["default_member_permissions"]
    if needed is None or held & permissions.ADMINISTRATOR:
        return True
    # "0" hides it from everybody but administrators
    return int(needed) != 0 and held & int(needed) == int(needed)


def _data_of(command: Json) -> Json:
    data = {"id": command["id"], "name": command["name"], "type": command["type"]}
    return data | ({"guild_id": command["guild_id"]} if "guild_id" in command else {})

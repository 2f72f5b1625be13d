"""The state of the local Discord, and what changes it. Sockets are in `server.py`, acting people in `people.py`."""

import secrets
from collections.abc import Sequence

from bot.sandbox.discord import gateway, ids
from bot.sandbox.discord.clock import Clock
from bot.sandbox.discord.commands import Commands
from bot.sandbox.discord.errors import Json
from bot.sandbox.discord.events import EventLog
from bot.sandbox.discord.faults import Faults
from bot.sandbox.discord.files import Files, Upload
from bot.sandbox.discord.gateway import Gateway
from bot.sandbox.discord.ids import Snowflakes
from bot.sandbox.discord.interactions import Interactions
from bot.sandbox.discord.messages import Draft, Messages
from bot.sandbox.discord.ratelimit import RateLimits
from bot.sandbox.discord.requests import Request
from bot.sandbox.discord.world import ATTACHMENT_SIZE_LIMIT, World

REQUESTS_KEPT = 20_000


class Core:
    def __init__(self, *, clock: Clock | None, rate_limits: RateLimits | None) -> None:
        self.clock = clock or Clock()
        self.token = new_token()
        self.rate_limits = rate_limits or RateLimits()
        self.faults = Faults(self.clock)
        self.new_id = Snowflakes(self.clock.now)
        self.events = EventLog(self.clock.now)
        self.world = World(self.clock.now())
        self.files = Files(self.clock, self.new_id)
        self.store = Messages(clock=self.clock, new_id=self.new_id, world=self.world, files=self.files)
        self.interactions = Interactions(self)
        self.registry = Commands(self.new_id)
        self.gateway = Gateway(self)
        self.requests: list[Request] = []
        self.privileged_intents = 0
        self.attachment_size_limit = ATTACHMENT_SIZE_LIMIT

    def token_is(self, given: object) -> bool:
        return isinstance(given, str) and given.removeprefix("Bot ") == self.token

    def reset_token(self) -> None:
        """As on the developer portal: the old one is worth nothing from now on."""
        self.token = new_token()
        self.events.emit("token_reset", {})

    def record(self, request: Request) -> None:
        if len(self.requests) >= REQUESTS_KEPT:
            del self.requests[: REQUESTS_KEPT // 2]
        self.requests.append(request)

    def commands_changed(self) -> None:
        self.events.emit("commands_update", {"count": len(self.registry.available())})

    # --- messages: stored, then told to the gateway and to the page

    def create_message(self, draft: Draft) -> Json:
        message = self.store.create(draft)
        channel = self.world.channel(draft.channel_id)
        if draft.ephemeral_for is None:
            channel["last_message_id"] = message["id"]
        self._tell("MESSAGE_CREATE", message)
        return message

    def edit_message(self, message: Json, body: Json, uploads: Sequence[Upload] = ()) -> Json:
        edited = self.store.edit(message, body, uploads)
        self._tell("MESSAGE_UPDATE", edited)
        return edited

    def replace_message(self, message: Json) -> None:
        """Changed by Discord itself, as when a thread is opened on it."""
        self.store.replace(message)
        self._tell("MESSAGE_UPDATE", message)

    def remove_message(self, message: Json) -> None:
        self.store.delete(message)
        gone = {"id": message["id"], "channel_id": message["channel_id"], "guild_id": str(ids.GUILD_ID)}
        viewer = self.store.ephemeral_for.get(int(message["id"]))
        self.events.emit("message_delete", gone, only_for=viewer)
        if viewer is None:
            self.gateway.dispatch("MESSAGE_DELETE", gone, intents=gateway.GUILD_MESSAGES)

    def _tell(self, name: str, message: Json) -> None:
        viewer = self.store.ephemeral_for.get(int(message["id"]))
        self.events.emit(name.lower(), message, only_for=viewer)
        if viewer is None:
            self._dispatch_message(name, message)

    def _dispatch_message(self, name: str, message: Json) -> None:
        author = int(message["author"]["id"])
        event = message | {"guild_id": str(ids.GUILD_ID)}
        if author in self.world.members:
            event["member"] = {key: value for key, value in self.world.member(author).items() if key != "user"}
        if not self._may_read(message):
            event |= {"content": "", "embeds": [], "components": [], "attachments": []}
        self.gateway.dispatch(name, event, intents=gateway.GUILD_MESSAGES)

    def _may_read(self, message: Json) -> bool:
        """Without the privileged intent a bot reads its own messages and those that mention it."""
        if self.privileged_intents & gateway.MESSAGE_CONTENT:
            return True
        ours = str(ids.APPLICATION_ID)
        return message["author"]["id"] == ours or any(user["id"] == ours for user in message["mentions"])


def new_token() -> str:
    """Of the form that real ones have, so that what redacts tokens in logs meets its like."""
    return f"MTAwMDAwMDAwMDAwMDAwMDAwMQ.{secrets.token_urlsafe(5)[:6]}.{secrets.token_urlsafe(29)[:38]}"

"""The demo's world as the page sees it: Discord, Paperless-ngx, what the bot asks of them, and how things stand."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Protocol

from bot.sandbox.activity import Activity, Asked, asked_discord
from bot.sandbox.discord import Event, SandboxDiscord, ids, permissions
from bot.sandbox.discord.files import CDN, PROXY
from bot.sandbox.local import LocalPaperless, lamp
from bot.sandbox.paperless import SandboxPaperless

Queue = asyncio.Queue[tuple[str, Any] | None]
PEOPLE = (ids.BEN_ID, ids.CLEO_ID, ids.ADA_ID)
HINTS = {
    ids.ADA_ID: "has Manage Server: may do everything",
    ids.BEN_ID: "has the role Archivists: may acknowledge, run and upload",
    ids.CLEO_ID: "has no role: may look",
}
ROLES = {ids.ADA_ID: "Manage Server", ids.BEN_ID: "Archivists", ids.CLEO_ID: "no role"}
STATUS_EVERY_SECONDS = 0.2
LEDGER_AFTER_SECONDS = (0.2, 1.0)  # what was sent is written down when Discord has answered, which may take a moment
CHANGES_STATUS = ("gateway_up", "gateway_down")


class Actor(Protocol):
    """The bot as the panel sees it."""

    @property
    def running(self) -> bool: ...
    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    async def remembered(self) -> dict[str, Any] | None: ...


class Server(Protocol):
    """The Paperless-ngx behind the bot, as the page tells of it; `listen` goes on until it is cancelled."""

    def place(self) -> Mapping[str, Any]: ...
    def lamps(self) -> list[dict[str, str]]: ...
    async def listen(self, record: Callable[[Asked], None], changed: Callable[[], None]) -> None: ...


class Stage:
    def __init__(self, discord: SandboxDiscord, server: Server, bot: Actor) -> None:
        self.discord = discord
        self.server = server
        self.bot = bot
        self.activity = Activity()
        self.ledger: dict[str, Any] = {"lines": [], "counts": {}}
        self._has_written = asyncio.Event()
        self._watching: set[Queue] = set()
        self._telling = False

    @property
    def has_local(self) -> bool:
        return isinstance(self.server, LocalPaperless)

    @property
    def local(self) -> LocalPaperless:
        """What is there to play on. LookupError where the server is somebody's own."""
        if not isinstance(self.server, LocalPaperless):
            raise LookupError("this needs the local Paperless-ngx; the demo was started on your own")
        return self.server

    @property
    def paperless(self) -> SandboxPaperless:
        return self.local.paperless

    # --- how things stand

    def describe(self, user_id: int | None) -> dict[str, Any]:
        """Everything the page needs to begin with; `commands` are those that this person is offered."""
        world = self.discord.world
        return {
            "place": self.server.place(),
            "guild": {"id": str(ids.GUILD_ID), "name": world.guild["name"]},
            "people": [self._person(person) for person in PEOPLE],
            "bot": {"id": str(ids.APPLICATION_ID), "name": world.bot_user["username"], "roles": []},
            "roles": [_role(role) for role in self.discord.roles],
            "channels": [_channel(channel) for channel in self.discord.channels],
            "commands": [] if user_id is None else self.commands(user_id),
            "status": self.status(),
        }

    def commands(self, user_id: int) -> list[dict[str, Any]]:
        return self.discord.picker(user_id=user_id, channel_id=ids.ALERTS_ID)

    def _person(self, user_id: int) -> dict[str, Any]:
        member = self.discord.world.member(user_id)
        name = member["user"]["global_name"]
        return {
            "id": str(user_id),
            "name": name,
            "label": f"{name} ({ROLES[user_id]})",
            "hint": f"{name} {HINTS[user_id]}",
            "roles": member["roles"],
            "moderator": self.is_moderator(user_id),
        }

    def status(self) -> dict[str, Any]:
        return {"lamps": [self._bot_lamp(), *self.server.lamps()], "now": self.now().timestamp()}

    def _bot_lamp(self) -> dict[str, str]:
        if not self.bot.running:
            return lamp("Bot", "stopped", good=False)
        connected = self.discord.gateway.up
        return lamp("Bot", "connected to Discord" if connected else "not connected to Discord", good=connected)

    def tell_status(self) -> None:
        for queue in self._watching:
            queue.put_nowait(("status", self.status()))

    def is_moderator(self, user_id: int) -> bool:
        return bool(self.discord.world.permissions(user_id, ids.ALERTS_ID) & permissions.MANAGE_MESSAGES)

    def now(self) -> datetime:
        return self.discord.clock.now()

    def pass_time(self, seconds: float) -> None:
        """For the bot and for both servers."""
        for clock in (self.paperless.clock, self.discord.clock):
            clock.advance(seconds)

    # --- what happens

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[None]:
        """Record what the bot asks for as long as this is open."""
        listening = {
            asyncio.create_task(self._listen_to_discord(), name="page-discord"),
            asyncio.create_task(self.server.listen(self.activity.record, self._tell_soon), name="page-paperless"),
            asyncio.create_task(self._tell_ledger(), name="page-ledger"),
        }
        try:
            yield
        finally:
            for one in listening:
                one.cancel()
            await asyncio.gather(*listening, return_exceptions=True)

    async def _listen_to_discord(self) -> None:
        async for event in self.discord.subscribe():
            if event.kind == "request":
                method, path, *_ = event.data["request"].split(" ")
                asked = asked_discord(method=method, path=path, status=event.data["status"], at=event.at.timestamp())
                self.activity.record(asked)
                if method != "GET":
                    self._has_written.set()
            elif event.kind in CHANGES_STATUS:
                self.tell_status()

    async def _tell_ledger(self) -> None:
        while True:
            await self._has_written.wait()
            self._has_written.clear()
            for pause in LEDGER_AFTER_SECONDS:
                await asyncio.sleep(pause)
                self.ledger = await self.bot.remembered() or self.ledger
                for queue in self._watching:
                    queue.put_nowait(("ledger", self.ledger))

    def _tell_soon(self) -> None:
        """Once for all the rows that change in one moment: a burst is a thousand events."""
        if not self._telling:
            self._telling = True
            asyncio.get_running_loop().call_later(STATUS_EVERY_SECONDS, self._tell_now)

    def _tell_now(self) -> None:
        self._telling = False
        self.tell_status()

    @asynccontextmanager
    async def follow(self, user_id: int) -> AsyncIterator[Queue]:
        """What the page of this person should hear, as (name, data)."""
        queue: Queue = asyncio.Queue()
        self._watching.add(queue)
        with self.activity.follow(queue):
            telling = asyncio.create_task(self._tell_person(user_id, queue), name="page-person")
            try:
                yield queue
            finally:
                telling.cancel()
                await asyncio.gather(telling, return_exceptions=True)
                self._watching.discard(queue)

    async def _tell_person(self, user_id: int, queue: Queue) -> None:
        async with self.discord.subscribe(user_id=user_id) as events:
            async for event in events:
                if (told := _told(event)) is not None:
                    queue.put_nowait(("message", told))
                elif event.kind == "commands_update":
                    queue.put_nowait(("commands", self.commands(user_id)))


def _told(event: Event) -> dict[str, Any] | None:
    if event.kind in ("message_create", "message_update"):
        return {"op": event.kind.removeprefix("message_"), "message": local_links(event.data)}
    if event.kind == "message_delete":
        return {"op": "delete", "id": event.data["id"], "channel_id": event.data["channel_id"]}
    return None


def local_links(value: Any) -> Any:
    """Discord's objects with the links of its CDN led to this page's server instead."""
    if isinstance(value, Mapping):
        return {key: _local(item) if key in ("url", "proxy_url") else local_links(item) for key, item in value.items()}
    if isinstance(value, list):
        return [local_links(item) for item in value]
    return value


def _local(link: Any) -> Any:
    for host in (CDN, PROXY):
        if isinstance(link, str) and link.startswith(f"{host}/"):
            return f"/cdn{link.removeprefix(host)}"
    return link


def _role(role: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": role["id"], "name": role["name"], "color": role["color"]}


def _channel(channel: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": channel["id"], "name": channel["name"], "topic": channel["topic"]}

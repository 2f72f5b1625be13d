"""SandboxDiscord: the local Discord as a whole, on its sockets."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web

from bot.sandbox.discord import gateway, http, ids
from bot.sandbox.discord.clock import Clock
from bot.sandbox.discord.errors import Json
from bot.sandbox.discord.events import Event, Subscription
from bot.sandbox.discord.faults import Failure, Fault
from bot.sandbox.discord.people import People
from bot.sandbox.discord.ratelimit import RateLimits

GOING_AWAY = 1001
SHUTDOWN_SECONDS = 1.0


class SandboxDiscord(People):
    """An async context manager. It hears on a unix socket; give its `connector()` to discord.py, and its `token`.

    `async with SandboxDiscord() as discord: bot = TaskBot(..., connector=discord.connector())`
    """

    def __init__(self, *, clock: Clock | None = None, rate_limits: RateLimits | None = None) -> None:
        super().__init__(clock=clock, rate_limits=rate_limits)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._runner: web.AppRunner | None = None
        self._tcp: web.TCPSite | None = None

    # --- sockets

    @property
    def socket_path(self) -> Path:
        if self._folder is None:  # a unix socket's path may have 107 bytes: a short one of our own
            self._folder = tempfile.TemporaryDirectory(prefix="discord-")
        return Path(self._folder.name) / "socket"

    def connector(self) -> aiohttp.UnixConnector:
        """A fresh one for each client: it ends with the client's session."""
        return aiohttp.UnixConnector(path=str(self.socket_path), limit=0)

    async def start(self, *, tcp_port: int | None = None) -> None:
        """`tcp_port` opens a port of 127.0.0.1 as well; 0 takes any, see `tcp_url`."""
        runner = web.AppRunner(http.application(self), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        self._runner = runner
        await web.UnixSite(runner, str(self.socket_path)).start()
        if tcp_port is not None:
            self._tcp = web.TCPSite(runner, "127.0.0.1", tcp_port)
            await self._tcp.start()

    @property
    def tcp_url(self) -> str | None:
        if self._runner is None or self._tcp is None:
            return None
        host, port = next(address for address in self._runner.addresses if isinstance(address, tuple))[:2]
        return f"http://{host}:{port}"

    async def stop(self) -> None:
        self.faults.clear()
        self.clock.cancel_all()
        self.disconnect_gateway(GOING_AWAY)
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = self._tcp = None
        self.events.close()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    # --- looking

    @property
    def application_id(self) -> int:
        return ids.APPLICATION_ID

    @property
    def guild(self) -> Json:
        return self.world.guild_object()

    @property
    def channels(self) -> list[Json]:
        return list(self.world.channels.values())

    @property
    def roles(self) -> list[Json]:
        return list(self.world.roles.values())

    @property
    def members(self) -> list[Json]:
        return list(self.world.members.values())

    @property
    def commands(self) -> list[Json]:
        return self.registry.available()

    def messages(self, channel_id: int, *, user_id: int | None = None) -> list[Json]:
        """Discord's message objects, oldest first; an ephemeral one only for its user. Do not change them."""
        return self.store.visible(channel_id, user_id)

    def message(self, message_id: int) -> Json | None:
        return self.store.find(message_id)

    def mark(self) -> int:
        """The number of the latest event, for `wait_for(..., after=...)`."""
        return self.events.last

    async def wait_for(self, predicate: Callable[[Event], bool], timeout: float = 5, *, after: int = 0) -> Event:
        """The first event that fits, past or to come; `after` leaves out what happened up to a `mark()`."""
        return await self.events.wait_for(predicate, timeout=timeout, after=after)

    async def until(self, condition: Callable[[], bool], timeout: float = 5) -> None:
        await self.events.until(condition, timeout=timeout)

    def subscribe(self, *, user_id: int | None = None, after: int | None = None) -> Subscription:
        return self.events.subscribe(user_id=user_id, after=after)

    async def ready(self, timeout: float = 10) -> None:
        """Until a bot is on the gateway."""
        await self.until(lambda: self.gateway.up, timeout)

    # --- the server's settings

    def set_overwrite(self, channel_id: int, target_id: int, *, allow: int = 0, deny: int = 0) -> None:
        """A channel's overwrite for a role or a member; 0 and 0 takes it away."""
        self.world.set_overwrite(channel_id, target_id, allow=allow, deny=deny)
        self.gateway.dispatch("CHANNEL_UPDATE", self.world.channel(channel_id), intents=gateway.GUILDS)

    def delete_channel(self, channel_id: int) -> None:
        channel = self.world.channels.pop(channel_id)
        self.store.forget_channel(channel_id)
        self.gateway.dispatch("CHANNEL_DELETE", channel, intents=gateway.GUILDS)
        self.events.emit("channel_delete", channel)

    def set_roles(self, user_id: int, role_ids: Sequence[int]) -> None:
        member = self.world.set_roles(user_id, role_ids)
        event = member | {"guild_id": str(ids.GUILD_ID)}
        self.gateway.dispatch("GUILD_MEMBER_UPDATE", event, intents=gateway.GUILD_MEMBERS)
        self.events.emit("member_update", event)

    # --- the weather

    def fail_next(self, method: str, path_regex: str, status: Failure = 503, times: int = 1, **more: Any) -> Fault:
        """See `Faults.plan` for what `status` may be, and for the rest."""
        return self.faults.plan(method, path_regex, status, times=times, **more)

    def disconnect_gateway(self, code: int | None = None) -> None:
        """Close every gateway connection with this code; None cuts it without a word."""
        for connection in list(self.gateway.connections):
            if code is None:
                connection.abort()
            else:
                connection.close(code)

    def ask_to_reconnect(self) -> None:
        """Opcode 7, as Discord does before it restarts a node."""
        for connection in list(self.gateway.connections):
            connection.send({"op": gateway.RECONNECT, "d": None, "s": None, "t": None})

    def invalidate_sessions(self, *, resumable: bool = False) -> None:
        """Opcode 9."""
        if not resumable:
            self.gateway.sessions.clear()
        for connection in list(self.gateway.connections):
            connection.send({"op": gateway.INVALID_SESSION, "d": resumable, "s": None, "t": None})

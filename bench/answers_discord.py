"""A Discord of ready-made answers, so that what is measured is the bot: gateway and REST on one unix socket.

Every interaction is rendered before the clock starts and written to the gateway in one go; the first answer is timed
when its bytes arrive, before anything is done with them. It checks nothing: that is what `bot.sandbox.discord` is for.
"""

import asyncio
import base64
import hashlib
import json
import time
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from bot.sandbox.discord import ids, rest_guilds
from bot.sandbox.discord.calls import Call
from bot.sandbox.discord.interactions import Interaction, payload
from bot.sandbox.discord.server import SandboxDiscord

Json = dict[str, Any]
TEXT, BINARY, CLOSE, FIN = 1, 2, 8, 0x80
WEBSOCKET_KEY = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class BenchDiscord:
    """`sent` and `answered`: by interaction id, in seconds of `time.perf_counter`; `posts`: messages in channels."""

    def __init__(self, socket_path: Path) -> None:
        self.socket_path = socket_path
        self.objects = SandboxDiscord()  # never started: it only knows how Discord's objects look
        self.sent: dict[str, float] = {}
        self.answered: dict[str, float] = {}
        self.posts = 0
        self.changed = asyncio.Condition()
        self._commands: list[Json] = []
        self._gateway: Connection | None = None
        self._seq = 0

    async def start(self) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        return await loop.create_unix_server(lambda: Connection(self), str(self.socket_path), backlog=2048)

    # --- what people do

    def interaction(self, *, type: int, data: Json, message: Json | None = None) -> str:
        """Its frame; the id is noted, the bot hears of it with `send`."""
        made = Interaction(
            core=self.objects,
            id=self.objects.new_id(),
            token=f"token{self.objects.new_id()}",
            type=type,
            user_id=ids.BEN_ID,
            channel_id=ids.ALERTS_ID,
            data=data,
            created_at=self.objects.clock.now(),
            message=message,
        )
        self._seq += 1
        return json.dumps({"op": 0, "t": "INTERACTION_CREATE", "s": self._seq, "d": payload(made)})

    def send(self, frames: Iterable[str]) -> list[str]:
        """All of them in one go; their ids."""
        assert self._gateway is not None
        frames = list(frames)
        found = [json.loads(frame)["d"]["id"] for frame in frames]
        written = b"".join(map(self._gateway.compressed, frames))
        now = time.perf_counter()
        self.sent |= dict.fromkeys(found, now)
        self._gateway.write(written)
        return found

    async def until(self, condition: Any, *, timeout: float = 30) -> None:
        async with asyncio.timeout(timeout), self.changed:
            await self.changed.wait_for(condition)

    def milliseconds(self, found: Iterable[str]) -> list[float]:
        return [(self.answered[one] - self.sent[one]) * 1000 for one in found]

    # --- what the bot asks

    def opened(self, connection: "Connection") -> None:
        self._gateway = connection

    def frame(self, connection: "Connection", frame: Json) -> None:
        if frame["op"] == 1:
            connection.send({"op": 11, "d": None, "s": None, "t": None})
        elif frame["op"] == 2:
            for name, data in (("READY", self._ready()), ("GUILD_CREATE", self.objects.world.guild_create())):
                self._seq += 1
                connection.send({"op": 0, "t": name, "s": self._seq, "d": data})
            self._notify()

    def _ready(self) -> Json:
        return {
            "v": 10,
            "user": self.objects.world.bot_user,
            "guilds": [{"id": str(ids.GUILD_ID), "unavailable": True}],
            "session_id": "bench",
            "session_type": "normal",
            "resume_gateway_url": "wss://gateway.invalid",
            "application": {"id": str(ids.APPLICATION_ID), "flags": 0},
            "shard": [0, 1],
        }

    @property
    def ready(self) -> bool:
        return self._seq >= 2

    def _notify(self) -> None:
        async def tell() -> None:
            async with self.changed:
                self.changed.notify_all()

        self._telling = asyncio.ensure_future(tell())

    def answer(self, method: str, path: str, body: bytes, at: float) -> Json | list[Json] | None:
        parts = path.removeprefix("/api/v10").strip("/").split("/")
        match method, *parts:
            case "GET", "users", "@me":
                return self.objects.world.bot_user
            case "GET", "oauth2" | "applications", *_ if "commands" not in path:
                return self._application()
            case "GET", *_, "commands":
                return self._commands
            case "PUT", *_, "commands":
                self._commands = list(self.objects.registry.overwrite(ids.GUILD_ID, json.loads(body)))
                return self._commands
            case "POST", "interactions", interaction_id, _, "callback":
                self.answered[interaction_id] = at
                self._notify()
                return self._called_back(interaction_id)
            case "POST", "channels", _, "messages":
                self.posts += 1
                self._notify()
                return self._message()
        return self._message()

    def _application(self) -> Json:
        return cast("Json", rest_guilds.application(self.objects, Call(ids={}, words={}, query={}, raw_path="")))

    def _called_back(self, interaction_id: str) -> Json:
        return {"interaction": {"id": interaction_id, "type": 2, "response_message_id": str(self.objects.new_id())}}

    def _message(self, **more: Any) -> Json:
        made: Json = {
            "id": str(self.objects.new_id()),
            "channel_id": str(ids.ALERTS_ID),
            "author": self.objects.world.bot_user,
            "timestamp": self.objects.clock.now().isoformat(),
            "content": "",
            "edited_timestamp": None,
            "type": 0,
            "flags": 32768,
        }
        made |= dict.fromkeys(("tts", "mention_everyone", "pinned"), False)
        made |= {key: [] for key in ("mentions", "mention_roles", "attachments", "embeds", "components")}
        return made | more

    def message_with(self, custom_id: str) -> Json:
        """An ephemeral message of the bot with that button."""
        pressed = {"type": 2, "id": 2, "style": 2, "label": "Older", "custom_id": custom_id}
        return self._message(flags=32768 | 64, components=[{"type": 1, "id": 1, "components": [pressed]}])


class Connection(asyncio.Protocol):
    """HTTP with kept connections, or a websocket after an upgrade."""

    def __init__(self, discord: BenchDiscord) -> None:
        self._discord = discord
        self._read = b""
        self._zlib: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def write(self, data: bytes) -> None:
        self._transport.write(data)

    def data_received(self, data: bytes) -> None:
        at = time.perf_counter()
        self._read += data
        while self._next_frame() if self._zlib else self._next_request(at):
            pass

    def _next_request(self, at: float) -> bool:
        head, end, rest = self._read.partition(b"\r\n\r\n")
        if not end:
            return False
        lines = head.decode("latin-1").split("\r\n")
        fields = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
        size = int(fields.get("content-length", 0))
        if len(rest) < size:
            return False
        self._read = rest[size:]
        method, path, _ = lines[0].split(" ")
        if "sec-websocket-key" in fields:
            self._upgrade(fields["sec-websocket-key"])
            return True
        self._reply(self._discord.answer(method, path.partition("?")[0], rest[:size], at))
        return True

    def _reply(self, answer: Any) -> None:
        body = json.dumps(answer).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.write(head.encode() + body)

    # --- the gateway

    def _upgrade(self, key: str) -> None:
        accept = base64.b64encode(hashlib.sha1((key + WEBSOCKET_KEY).encode(), usedforsecurity=False).digest()).decode()
        head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        self.write(f"{head}Sec-WebSocket-Accept: {accept}\r\n\r\n".encode())
        self._zlib = zlib.compressobj()
        self._discord.opened(self)
        self.send({"op": 10, "s": None, "t": None, "d": {"heartbeat_interval": 41_250}})

    def send(self, frame: Json) -> None:
        self.write(self.compressed(json.dumps(frame)))

    def compressed(self, text: str) -> bytes:
        """A websocket frame; of the order in which they were made, since one stream compresses them all."""
        data: bytes = self._zlib.compress(text.encode()) + self._zlib.flush(zlib.Z_SYNC_FLUSH)
        size = len(data)
        if size < 126:
            return bytes([FIN | BINARY, size]) + data
        if size < 2**16:
            return bytes([FIN | BINARY, 126]) + size.to_bytes(2) + data
        return bytes([FIN | BINARY, 127]) + size.to_bytes(8) + data

    def _next_frame(self) -> bool:
        """Of the bot's: masked, in one piece."""
        if len(self._read) < 6:
            return False
        kind, size, at = self._read[0] & 0x0F, self._read[1] & 0x7F, 2
        if size == 126:
            size, at = int.from_bytes(self._read[2:4]), 4
        if len(self._read) < at + 4 + size:
            return False
        mask, masked = self._read[at : at + 4], self._read[at + 4 : at + 4 + size]
        self._read = self._read[at + 4 + size :]
        data = bytes(byte ^ mask[place % 4] for place, byte in enumerate(masked))
        if kind == CLOSE:
            self._transport.close()
        elif kind == TEXT:
            self._discord.frame(self, json.loads(data))
        return True

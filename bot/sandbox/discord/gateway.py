"""The gateway: HELLO, IDENTIFY, heartbeats, RESUME. https://docs.discord.com/developers/events/gateway

A session outlives its socket: events go into its buffer and, while a socket is there, out of it. A client that comes
back with RESUME gets what it has not seen.
"""

import asyncio
import json
import zlib
from collections import deque
from typing import TYPE_CHECKING, Any

from aiohttp import WSCloseCode, WSMsgType, web

from bot.sandbox.discord import ids
from bot.sandbox.discord.errors import Json
from bot.sandbox.discord.gateway_limits import FRAME_BYTES, IDENTIFY_SECONDS, VERSIONS, Frames, Pulse, is_shard

if TYPE_CHECKING:
    from bot.sandbox.discord.core import Core

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE_STATE, RESUME = 0, 1, 2, 3, 4, 6
RECONNECT, REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 7, 8, 9, 10, 11
GUILDS, GUILD_MEMBERS, GUILD_PRESENCES, GUILD_MESSAGES, MESSAGE_CONTENT = 1 << 0, 1 << 1, 1 << 8, 1 << 9, 1 << 15
PRIVILEGED = GUILD_MEMBERS | GUILD_PRESENCES | MESSAGE_CONTENT
KNOWN_INTENTS = (1 << 26) - 1

HEARTBEAT_INTERVAL_MS = 41_250
# discord.py's thread notes when a heartbeat left only after it has: an answer before that would count as a whole
# interval late ("websocket is 41.3s behind"). The first one, before IDENTIFY, does not come from that thread.
ACK_SECONDS = 0.05
REPLAY_LENGTH = 2_000
RESUMABLE_SECONDS = 180
IDENTIFIES_PER_DAY = 1_000
RESUME_URL = "wss://gateway-us-east1-b.discord.gg"

UNKNOWN_ERROR, UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED, AUTHENTICATION_FAILED = 4000, 4001, 4002, 4003, 4004
ALREADY_AUTHENTICATED, INVALID_SEQ, RATE_LIMITED, SESSION_TIMED_OUT = 4005, 4007, 4008, 4009
INVALID_SHARD, INVALID_VERSION, INVALID_INTENTS, DISALLOWED_INTENTS = 4010, 4012, 4013, 4014


class Session:
    def __init__(self, session_id: str, *, intents: int) -> None:
        self.id = session_id
        self.intents = intents
        self.seq = 0
        self.buffer: deque[tuple[int, Json]] = deque(maxlen=REPLAY_LENGTH)
        self.connection: Connection | None = None
        self.left_at: float | None = None

    def dispatch(self, name: str, data: Json) -> None:
        self.seq += 1
        frame = {"op": DISPATCH, "t": name, "s": self.seq, "d": data}
        self.buffer.append((self.seq, frame))
        if self.connection is not None:
            self.connection.send(frame)


class Connection:
    """One websocket. `send` only queues, so that events keep their order; one writer empties the queue."""

    def __init__(
        self, socket: web.WebSocketResponse, transport: asyncio.Transport | None, *, compress: str | None
    ) -> None:
        self.socket = socket
        self.transport = transport
        self.session: Session | None = None
        self.frames = Frames()
        self._zlib = zlib.compressobj() if compress == "zlib-stream" else None
        self.closed_by_us = False
        self._outbox: asyncio.Queue[str | int | None] = asyncio.Queue()

    def send(self, frame: Json) -> None:
        self._outbox.put_nowait(json.dumps(frame))  # now: what the frame holds may change before it is written

    def close(self, code: int) -> None:
        self.closed_by_us = True
        self._outbox.put_nowait(code)

    def abort(self) -> None:
        """As when a cable is cut: no closing frame."""
        self.closed_by_us = True
        self.end()
        if (transport := self.transport) is not None:
            transport.abort()

    def end(self) -> None:
        self._outbox.put_nowait(None)

    async def write(self) -> None:
        while (item := await self._outbox.get()) is not None:
            if isinstance(item, int):
                await self.socket.close(code=item, drain=False)
                return
            await self._send_text(item)

    async def _send_text(self, text: str) -> None:
        try:
            if self._zlib is None:
                await self.socket.send_str(text)
            else:
                compressed = self._zlib.compress(text.encode()) + self._zlib.flush(zlib.Z_SYNC_FLUSH)
                await self.socket.send_bytes(compressed)
        except (ConnectionError, RuntimeError):
            return  # the other side is gone; the session's buffer has it for a RESUME


class Gateway:
    def __init__(self, core: "Core") -> None:
        self._core = core
        self.sessions: dict[str, Session] = {}
        self.connections: set[Connection] = set()
        self.identifies: list[float] = []
        self.heartbeat_interval_ms = HEARTBEAT_INTERVAL_MS
        self.refuse_with: int | None = None  # an HTTP status for every attempt to connect
        self.deaf = False  # heartbeats get no ACK, as on a half-dead connection
        self.identify_seconds = IDENTIFY_SECONDS

    @property
    def up(self) -> bool:
        return any(session.connection is not None for session in self.sessions.values())

    def dispatch(self, name: str, data: Json, *, intents: int) -> None:
        """To every session that asked for one of `intents`; 0 is for everybody."""
        self._forget_stale_sessions()
        for session in self.sessions.values():
            if not intents or session.intents & intents:
                session.dispatch(name, data)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        if self.refuse_with is not None:
            return web.Response(status=self.refuse_with)
        socket = web.WebSocketResponse(max_msg_size=0, timeout=1)
        try:
            await socket.prepare(request)
        except ConnectionError:  # the bot was stopped at this very moment
            return socket
        transport = request.transport
        connection = Connection(socket, transport, compress=request.query.get("compress"))
        self.connections.add(connection)
        writer = asyncio.ensure_future(connection.write())
        connection.send({"op": HELLO, "s": None, "t": None, "d": {"heartbeat_interval": self.heartbeat_interval_ms}})
        pulse = Pulse(self.heartbeat_interval_ms, lambda: self._time_out(connection))
        pulse.beat()
        try:
            if request.query.get("v") not in VERSIONS:
                connection.close(INVALID_VERSION)
            await self._read(connection, pulse)
        finally:
            pulse.end()
            self._left(connection)
            connection.end()
            await asyncio.gather(writer, return_exceptions=True)
        return socket

    async def _read(self, connection: Connection, pulse: Pulse) -> None:
        async for message in connection.socket:
            if message.type is not WSMsgType.TEXT or len(message.data.encode()) > FRAME_BYTES:
                return connection.close(DECODE_ERROR)
            if connection.frames.too_many():
                return connection.close(RATE_LIMITED)
            try:
                frame = json.loads(message.data)
                operation, data = frame["op"], frame.get("d")
            except (ValueError, KeyError, TypeError):
                return connection.close(DECODE_ERROR)
            if operation == HEARTBEAT:
                pulse.beat()
            self._receive(connection, operation, data)
        return None

    def _time_out(self, connection: Connection) -> None:
        """ "Your session timed out. Reconnect and start a new one." """
        if connection.session is not None:
            self.sessions.pop(connection.session.id, None)
        connection.close(SESSION_TIMED_OUT)

    def _receive(self, connection: Connection, operation: int, data: Any) -> None:
        if operation == HEARTBEAT:
            if not self.deaf:
                acknowledgement = {"op": HEARTBEAT_ACK, "s": None, "t": None, "d": None}
                pause = ACK_SECONDS if connection.session else 0.0
                asyncio.get_running_loop().call_later(pause, connection.send, acknowledgement)
        elif operation == IDENTIFY:
            self._identify(connection, data)
        elif operation == RESUME:
            self._resume(connection, data)
        elif operation not in (PRESENCE, VOICE_STATE, REQUEST_MEMBERS):
            connection.close(UNKNOWN_OPCODE)
        elif connection.session is None:
            connection.close(NOT_AUTHENTICATED)
        elif operation == REQUEST_MEMBERS:
            self._send_members(connection.session, data)

    def _identify(self, connection: Connection, data: Json) -> None:
        intents = data.get("intents", 0)
        if connection.session is not None:
            return connection.close(ALREADY_AUTHENTICATED)
        if not self._core.token_is(data.get("token")):
            return connection.close(AUTHENTICATION_FAILED)
        if not isinstance(intents, int) or intents & ~KNOWN_INTENTS:
            return connection.close(INVALID_INTENTS)
        if intents & PRIVILEGED & ~self._core.privileged_intents:
            return connection.close(DISALLOWED_INTENTS)
        if not is_shard(data.get("shard", [0, 1])):
            return connection.close(INVALID_SHARD)
        if self.identifies and self.identifies[-1] > self._core.clock.time() - self.identify_seconds:
            return connection.send({"op": INVALID_SESSION, "d": False, "s": None, "t": None})
        self._count_identify()
        session = Session(f"{self._core.new_id():x}", intents=intents)
        self.sessions[session.id] = session
        self._join(connection, session)
        session.dispatch("READY", self._ready(session, data))
        session.dispatch("GUILD_CREATE", self._core.world.guild_create())
        self._core.events.emit("gateway_up", {"session_id": session.id, "resumed": False})
        return None

    def _count_identify(self) -> None:
        """Past 1,000 in a day Discord resets the token, so a crash loop can kill it."""
        now = self._core.clock.time()
        self.identifies = [at for at in self.identifies if at > now - 86_400] + [now]
        if len(self.identifies) > IDENTIFIES_PER_DAY:
            self._core.reset_token()

    def _resume(self, connection: Connection, data: Json) -> None:
        self._forget_stale_sessions()
        if not self._core.token_is(data.get("token")):
            return connection.close(AUTHENTICATION_FAILED)
        session = self.sessions.get(str(data.get("session_id")))
        if session is None:
            return connection.send({"op": INVALID_SESSION, "d": False, "s": None, "t": None})
        seen = data.get("seq") or 0
        if seen > session.seq:
            return connection.close(INVALID_SEQ)
        missed = [frame for number, frame in session.buffer if number > seen]
        if len(missed) < session.seq - seen:  # more than the buffer holds
            del self.sessions[session.id]
            return connection.send({"op": INVALID_SESSION, "d": False, "s": None, "t": None})
        self._join(connection, session)
        for frame in missed:
            connection.send(frame)
        session.dispatch("RESUMED", {"_trace": ["sandbox"]})
        self._core.events.emit("gateway_up", {"session_id": session.id, "resumed": True, "replayed": len(missed)})
        return None

    def _join(self, connection: Connection, session: Session) -> None:
        if session.connection is not None:  # the old socket may not have noticed yet
            session.connection.session = None
            session.connection.close(UNKNOWN_ERROR)
        session.connection, session.left_at = connection, None
        connection.session = session

    def _left(self, connection: Connection) -> None:
        self.connections.discard(connection)
        session = connection.session
        if session is None or session.connection is not connection:
            return
        session.connection, session.left_at = None, self._core.clock.time()
        code = connection.socket.close_code
        if code in (WSCloseCode.OK, WSCloseCode.GOING_AWAY) and not connection.closed_by_us:
            self.sessions.pop(session.id, None)  # a client that closes with these gives the session up
        self._core.events.emit("gateway_down", {"session_id": session.id, "code": code})

    def _forget_stale_sessions(self) -> None:
        now = self._core.clock.time()
        for session in list(self.sessions.values()):
            if session.left_at is not None and now - session.left_at > RESUMABLE_SECONDS:
                del self.sessions[session.id]

    def _ready(self, session: Session, data: Json) -> Json:
        return {
            "v": 10,
            "user": self._core.world.bot_user | {"verified": True, "mfa_enabled": False, "email": None},
            "guilds": [{"id": str(ids.GUILD_ID), "unavailable": True}],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": RESUME_URL,
            "application": {"id": str(ids.APPLICATION_ID), "flags": 0},
            "shard": data.get("shard", [0, 1]),
            "private_channels": [],
            "relationships": [],
            "presences": [],
        }

    def _send_members(self, session: Session, data: Json) -> None:
        wanted = [int(user_id) for user_id in data.get("user_ids", [])]
        query = str(data.get("query") or "").lower()
        found = [
            member
            for user_id, member in self._core.world.members.items()
            if (user_id in wanted if wanted else member["user"]["username"].startswith(query))
        ]
        chunk = {"guild_id": str(ids.GUILD_ID), "members": found, "chunk_index": 0, "chunk_count": 1}
        session.dispatch("GUILD_MEMBERS_CHUNK", chunk | {"nonce": data.get("nonce")})

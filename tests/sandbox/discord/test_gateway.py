"""The gateway as discord.py meets it: lost, refused, resumed, invalidated."""

import asyncio
import json
import zlib

import aiohttp
import discord
import pytest

from bot.sandbox.discord import SandboxDiscord, gateway, gateway_limits
from bot.sandbox.discord.ids import ALERTS_ID, BEN_ID, GUILD_ID

from .conftest import Bot, Start

URL = "wss://gateway.discord.gg/?v=10&encoding=json"


def is_resumed(event: object) -> bool:
    return getattr(event, "kind", "") == "gateway_up" and bool(event.data["resumed"])  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", [None, 1000, 4000, 4009], ids=["cut", "1000", "4000", "4009"])
async def test_a_lost_connection_is_resumed_and_what_was_missed_is_replayed(
    sandbox: SandboxDiscord, start: Start, code: int | None
) -> None:
    bot = Bot(sandbox)

    @bot.tree.command(description="Answers")
    async def ping(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("pong")

    await start(bot)
    await bot.sync()
    mark = sandbox.mark()
    sandbox.disconnect_gateway(code)
    await sandbox.wait_for(lambda event: event.kind == "gateway_down", after=mark)
    missed = await sandbox.command(user_id=BEN_ID, channel_id=ALERTS_ID, name="ping")
    assert (await missed.reply())["content"] == "pong"
    resumed = await sandbox.wait_for(is_resumed, after=mark)
    assert resumed.data["replayed"] >= 1
    assert len(sandbox.gateway.identifies) == 1


async def test_opcode_7_makes_the_bot_resume(sandbox: SandboxDiscord, start: Start) -> None:
    await start(Bot(sandbox))
    sandbox.ask_to_reconnect()
    assert (await sandbox.wait_for(is_resumed)).data["replayed"] == 0


async def test_opcode_9_makes_the_bot_resume_or_identify_anew(sandbox: SandboxDiscord, start: Start) -> None:
    class Impatient(Bot):
        async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
            """Without discord.py's five seconds."""

    await start(Impatient(sandbox))
    sandbox.invalidate_sessions(resumable=True)
    await sandbox.wait_for(is_resumed)
    mark = sandbox.mark()
    sandbox.invalidate_sessions()
    fresh = await sandbox.wait_for(lambda event: event.kind == "gateway_up", after=mark)
    assert not fresh.data["resumed"]
    assert len(sandbox.gateway.identifies) == 2


async def test_a_session_cannot_be_resumed_for_ever(sandbox: SandboxDiscord, start: Start) -> None:
    class Impatient(Bot):
        async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
            """Without discord.py's five seconds."""

    await start(Impatient(sandbox))
    mark = sandbox.mark()
    sandbox.disconnect_gateway(None)
    await sandbox.wait_for(lambda event: event.kind == "gateway_down", after=mark)
    sandbox.clock.advance(gateway.RESUMABLE_SECONDS + 1)
    fresh = await sandbox.wait_for(lambda event: event.kind == "gateway_up", after=mark)
    assert not fresh.data["resumed"]


async def test_a_wrong_token_is_refused_at_login_and_at_the_gateway(sandbox: SandboxDiscord) -> None:
    async with Bot(sandbox) as bot:
        with pytest.raises(discord.LoginFailure):
            await bot.login("not.the.token")
    async with Bot(sandbox) as bot:
        await bot.login(sandbox.token)
        sandbox.reset_token()
        with pytest.raises(discord.ConnectionClosed) as closed:
            await bot.connect()
        assert closed.value.code == 4004


async def test_an_intent_that_was_not_granted_closes_with_4014(sandbox: SandboxDiscord) -> None:
    async with Bot(sandbox, intents=discord.Intents(guilds=True, members=True)) as bot:
        await bot.login(sandbox.token)
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await bot.connect()


async def test_message_events_reach_only_who_asked_for_them_and_texts_only_with_the_privilege(
    sandbox: SandboxDiscord, start: Start
) -> None:
    class Listener(Bot):
        def __init__(self, sandbox: SandboxDiscord, intents: discord.Intents) -> None:
            super().__init__(sandbox, intents=intents)
            self.heard: asyncio.Queue[str] = asyncio.Queue()

        async def on_message(self, message: discord.Message) -> None:
            self.heard.put_nowait(message.content)

    deaf = Listener(sandbox, discord.Intents(guilds=True))
    curious = Listener(sandbox, discord.Intents(guilds=True, guild_messages=True))
    await start(deaf)
    await start(curious)
    await sandbox.post_message(BEN_ID, "private matter", channel_id=ALERTS_ID)
    await curious.channel(ALERTS_ID).send("our own")
    assert [await curious.heard.get(), await curious.heard.get()] == ["", "our own"]
    assert deaf.heard.empty()


async def test_two_bots_with_one_token_both_get_every_interaction(sandbox: SandboxDiscord, start: Start) -> None:
    heard: asyncio.Queue[int] = asyncio.Queue()

    class Twin(Bot):
        async def on_interaction(self, interaction: discord.Interaction) -> None:
            heard.put_nowait(interaction.id)

    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="x", custom_id="x"))
    view.stop()
    first = await start(Twin(sandbox))
    await start(Twin(sandbox))
    message = await first.channel(ALERTS_ID).send("x", view=view)
    pressed = await sandbox.press(user_id=BEN_ID, message_id=message.id, custom_id="x")
    assert [await heard.get(), await heard.get()] == [pressed.id, pressed.id]


async def test_heartbeats_are_acknowledged_and_a_deaf_gateway_is_noticed(sandbox: SandboxDiscord, start: Start) -> None:
    bot = await start(Bot(sandbox))
    assert bot.latency < 1
    await bot.close()
    sandbox.gateway.deaf = True
    unheard = await start(Bot(sandbox))
    assert unheard.latency > 1


async def test_a_gateway_that_refuses_is_refused_with_its_status(sandbox: SandboxDiscord) -> None:
    sandbox.gateway.refuse_with = 503
    async with aiohttp.ClientSession(connector=sandbox.connector()) as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(URL)
    assert refused.value.status == 503


async def test_a_crash_loop_costs_the_token(sandbox: SandboxDiscord) -> None:
    token = sandbox.token
    sandbox.gateway.identifies = [sandbox.clock.time() - 60] * gateway.IDENTIFIES_PER_DAY
    async with Bot(sandbox) as bot:
        await bot.login(token)
        connecting = asyncio.create_task(bot.connect())
        await sandbox.wait_for(lambda event: event.kind == "token_reset")
        connecting.cancel()
    assert sandbox.token != token


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"op": 8, "d": {}}, 4003),
        ({"op": 3, "d": {"status": "x" * 4096}}, 4002),
        ({"op": 2, "d": {"token": "TOKEN", "intents": 1, "shard": [1, 1]}}, 4010),
        ({"op": 99, "d": {}}, 4001),
        ("not json", 4002),
        ({"op": 2, "d": {"token": "wrong", "intents": 1}}, 4004),
        ({"op": 2, "d": {"token": "TOKEN", "intents": 1 << 40}}, 4013),
        ({"op": 6, "d": {"token": "wrong", "session_id": "x", "seq": 1}}, 4004),
    ],
)
async def test_what_the_gateway_does_not_take_closes_with_its_code(
    sandbox: SandboxDiscord, frame: object, code: int
) -> None:
    text = json.dumps(frame).replace("TOKEN", sandbox.token) if isinstance(frame, dict) else str(frame)
    async with aiohttp.ClientSession(connector=sandbox.connector()) as session, session.ws_connect(URL) as socket:
        assert (await socket.receive_json())["op"] == 10
        await socket.send_str(text)
        message = await socket.receive()
    assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, code)


async def test_a_version_that_is_no_more_closes_with_4012(sandbox: SandboxDiscord) -> None:
    session, url = aiohttp.ClientSession(connector=sandbox.connector()), URL.replace("v=10", "v=5")
    async with session, session.ws_connect(url) as socket:
        assert (await socket.receive_json())["op"] == 10
        closed = await socket.receive()
    assert closed.data == 4012


async def test_more_than_120_frames_in_a_minute_close_with_4008(sandbox: SandboxDiscord) -> None:
    async with aiohttp.ClientSession(connector=sandbox.connector()) as session, session.ws_connect(URL) as socket:
        assert (await socket.receive_json())["op"] == 10
        for _ in range(120):
            await socket.send_json({"op": 1, "d": None})
        assert [(await socket.receive_json())["op"] for _ in range(120)] == [11] * 120
        await socket.send_json({"op": 1, "d": None})
        closed = await socket.receive()
    assert closed.data == 4008


@pytest.mark.thorough
async def test_without_heartbeats_a_connection_closes_with_4009_and_its_session_is_over(
    sandbox: SandboxDiscord,
) -> None:
    sandbox.gateway.heartbeat_interval_ms = 800
    session = aiohttp.ClientSession(connector=sandbox.connector())
    async with session, session.ws_connect(URL) as socket:
        await socket.receive_json()
        await socket.send_json({"op": 2, "d": {"token": sandbox.token, "intents": 1}})
        ready = await socket.receive_json()
        assert (await socket.receive_json())["t"] == "GUILD_CREATE"
        assert (await socket.receive()).data == 4009

        resume = {"token": sandbox.token, "session_id": ready["d"]["session_id"], "seq": 2}
        async with session.ws_connect(URL) as later:
            await later.receive_json()
            await later.send_json({"op": 6, "d": resume})
            assert (await later.receive_json())["op"] == 9


@pytest.mark.thorough
async def test_heartbeats_keep_a_connection(sandbox: SandboxDiscord) -> None:
    sandbox.gateway.heartbeat_interval_ms = 1_000
    async with aiohttp.ClientSession(connector=sandbox.connector()) as session, session.ws_connect(URL) as socket:
        assert (await socket.receive_json())["op"] == 10
        for _ in range(2):
            await asyncio.sleep(0.8)
            await socket.send_json({"op": 1, "d": None})
            assert (await socket.receive_json())["op"] == 11


async def test_a_second_identify_within_five_seconds_is_answered_with_opcode_9(sandbox: SandboxDiscord) -> None:
    sandbox.gateway.identify_seconds = gateway_limits.IDENTIFY_SECONDS
    identify = {"op": 2, "d": {"token": sandbox.token, "intents": 1}}

    async def identified() -> int:
        async with aiohttp.ClientSession(connector=sandbox.connector()) as session, session.ws_connect(URL) as socket:
            await socket.receive_json()
            await socket.send_json(identify)
            return int((await socket.receive_json())["op"])

    first, soon = await identified(), await identified()
    sandbox.clock.advance(5)

    assert (first, soon, await identified()) == (0, 9, 0)
    assert len(sandbox.gateway.identifies) == 2


async def test_zlib_stream_is_spoken_to_who_asks_for_it(sandbox: SandboxDiscord) -> None:
    identify = {"op": 2, "d": {"token": sandbox.token, "intents": 1, "properties": {}}}
    inflate = zlib.decompressobj()

    async def read(socket: aiohttp.ClientWebSocketResponse) -> dict[str, object]:
        frame: dict[str, object] = json.loads(inflate.decompress(await socket.receive_bytes()))
        return frame

    session = aiohttp.ClientSession(connector=sandbox.connector())
    async with session, session.ws_connect(f"{URL}&compress=zlib-stream") as socket:
        assert (await read(socket))["op"] == 10
        await socket.send_json(identify)
        assert [(await read(socket))["t"], (await read(socket))["t"]] == ["READY", "GUILD_CREATE"]
        await socket.send_json(identify)
        closed = await socket.receive()
    assert closed.data == 4005


async def test_roles_and_channels_that_change_reach_the_bot(sandbox: SandboxDiscord, start: Start) -> None:
    changed: asyncio.Queue[str] = asyncio.Queue()

    class Watcher(Bot):
        async def on_guild_channel_update(
            self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel
        ) -> None:
            changed.put_nowait(after.name)

        async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
            changed.put_nowait(f"{channel.name} gone")

    bot = await start(Watcher(sandbox))
    sandbox.set_overwrite(ALERTS_ID, GUILD_ID, deny=1 << 11)
    assert await changed.get() == "paperless-alerts"
    sandbox.delete_channel(ALERTS_ID)
    assert await changed.get() == "paperless-alerts gone"
    assert bot.get_channel(ALERTS_ID) is None

"""What the sandbox rests on: a connector given to discord.py carries everything it sends, and without TLS."""

import discord

from bot.sandbox.discord import SandboxDiscord, Upload
from bot.sandbox.discord.ids import ALERTS_ID, BEN_ID

from .conftest import Bot, Start


async def test_rest_gateway_webhooks_and_cdn_all_go_to_the_socket_without_tls(
    sandbox: SandboxDiscord, start: Start
) -> None:
    bot = Bot(sandbox)

    @bot.tree.command(description="Follows up")
    async def follow(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        await interaction.followup.send("webhook")

    await start(bot)  # the gateway, at wss://gateway.discord.gg
    await bot.sync()  # REST, at https://discord.com
    await (await sandbox.command(user_id=BEN_ID, channel_id=ALERTS_ID, name="follow")).reply()  # the webhook
    posted = await sandbox.post_message(BEN_ID, "", [Upload(filename="a", data=b"abc")], channel_id=ALERTS_ID)
    message = await bot.channel(ALERTS_ID).fetch_message(int(posted["id"]))
    assert await message.attachments[0].read() == b"abc"  # the CDN, at https://cdn.discordapp.com
    assert {request.host for request in sandbox.requests} == {"discord.com", "cdn.discordapp.com"}
    assert sandbox.gateway.up


async def test_a_second_front_door_on_tcp_is_opened_on_request_alone() -> None:
    async with SandboxDiscord() as discord_on_socket:
        assert discord_on_socket.tcp_url is None
    on_tcp = SandboxDiscord()
    await on_tcp.start(tcp_port=0)
    try:
        assert on_tcp.tcp_url is not None
        assert on_tcp.tcp_url.startswith("http://127.0.0.1:")
    finally:
        await on_tcp.stop()

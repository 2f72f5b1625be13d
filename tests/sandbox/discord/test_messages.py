"""Messages in channels: nonces, files, history, permissions, pings, threads, edits of old ones."""

import io

import discord
import pytest
from aiohttp import ClientSession

from bot.sandbox.discord import SandboxDiscord, Upload, permissions
from bot.sandbox.discord.ids import ADA_ID, ALERTS_ID, APPLICATION_ID, ARCHIVISTS_ID, BEN_ID, CLEO_ID, GENERAL_ID
from bot.sandbox.discord.ratelimit import OLD_EDIT, Limit

from .conftest import Bot, Start

SILENT = 1 << 12


async def test_the_same_nonce_again_is_the_same_message(sandbox: SandboxDiscord, start: Start) -> None:
    channel = (await start(Bot(sandbox))).channel(ALERTS_ID)
    first = await channel.send("card", nonce="home-17")
    again = await channel.send("card", nonce="home-17")
    other = await channel.send("card", nonce="home-18")
    assert (first.id == again.id, first.id == other.id) == (True, False)
    assert first.nonce == "home-17"
    assert (await channel.fetch_message(first.id)).nonce is None
    assert len(sandbox.messages(ALERTS_ID)) == 2


async def test_a_nonce_is_forgotten_after_minutes_and_dead_with_its_message(
    sandbox: SandboxDiscord, start: Start
) -> None:
    channel = (await start(Bot(sandbox))).channel(ALERTS_ID)
    first = await channel.send("card", nonce="home-17")
    sandbox.clock.advance(10 * 60)
    later = await channel.send("card", nonce="home-17")
    assert later.id != first.id
    await later.delete()
    with pytest.raises(discord.NotFound):
        await channel.send("card", nonce="home-17")


async def test_files_go_both_ways(sandbox: SandboxDiscord, start: Start) -> None:
    bot = await start(Bot(sandbox))
    file = discord.File(io.BytesIO(b"\x89PNG"), filename="summary.png", description="A chart")
    embed = discord.Embed(title="Summary").set_image(url="attachment://summary.png")
    message = await bot.channel(ALERTS_ID).send(file=file, embed=embed)
    (attachment,) = message.attachments
    assert (attachment.filename, attachment.description, attachment.content_type) == (
        "summary.png",
        "A chart",
        "image/png",
    )
    assert message.embeds[0].image.url == attachment.url
    assert await attachment.read() == b"\x89PNG"
    posted = await sandbox.post_message(
        BEN_ID, "", [Upload(filename="tax return.pdf", data=b"pdf")], channel_id=ALERTS_ID
    )
    received = (await bot.channel(ALERTS_ID).fetch_message(int(posted["id"]))).attachments[0]
    assert (received.filename, received.title, await received.read()) == ("tax_return.pdf", "tax return", b"pdf")


async def test_a_link_to_a_file_expires_after_a_day_and_is_renewed_with_its_message(
    sandbox: SandboxDiscord, start: Start
) -> None:
    bot = await start(Bot(sandbox))
    posted = await sandbox.post_message(BEN_ID, "", [Upload(filename="a.txt", data=b"text")], channel_id=ALERTS_ID)
    async with ClientSession(connector=sandbox.connector()) as session:
        url = posted["attachments"][0]["url"]
        async with session.get(url) as response:
            assert (response.status, response.content_type, await response.read()) == (200, "text/plain", b"text")
        sandbox.clock.advance(86_400)
        async with session.get(url) as response:
            assert response.status == 404
    again = await bot.channel(ALERTS_ID).fetch_message(int(posted["id"]))
    assert await again.attachments[0].read() == b"text"


async def test_a_file_over_ten_megabytes_is_refused_from_a_bot_alone(sandbox: SandboxDiscord, start: Start) -> None:
    bot = await start(Bot(sandbox))
    data = bytes(10 * 1024 * 1024 + 1)
    with pytest.raises(discord.HTTPException, match="40005"):
        await bot.channel(ALERTS_ID).send(file=discord.File(io.BytesIO(data), "big.bin"))

    @bot.tree.command(description="Weighs")
    async def weigh(interaction: discord.Interaction, file: discord.Attachment) -> None:
        await interaction.response.send_message(str(file.size))

    await bot.sync()
    options = {"file": Upload(filename="big.bin", data=data)}
    used = await sandbox.command(user_id=BEN_ID, channel_id=ALERTS_ID, name="weigh", options=options)
    assert (await used.reply())["content"] == str(len(data))


async def test_an_edit_keeps_adds_and_drops_files(sandbox: SandboxDiscord, start: Start) -> None:
    bot = await start(Bot(sandbox))
    files = [discord.File(io.BytesIO(name.encode()), filename=name) for name in ("a.txt", "b.txt")]
    message = await bot.channel(ALERTS_ID).send(files=files)
    kept = message.attachments[1]
    edited = await message.edit(attachments=[kept, discord.File(io.BytesIO(b"c"), filename="c.txt")])
    assert [attachment.filename for attachment in edited.attachments] == ["b.txt", "c.txt"]
    assert (await message.edit(content="text")).attachments == edited.attachments
    assert (await message.edit(attachments=[])).attachments == []


async def test_files_show_in_components_v2_only_where_they_are_referred_to(
    sandbox: SandboxDiscord, start: Start
) -> None:
    bot = await start(Bot(sandbox))
    layout = discord.ui.LayoutView(timeout=None)
    layout.add_item(discord.ui.MediaGallery(discord.MediaGalleryItem("attachment://chart.png", description="Chart")))
    layout.add_item(discord.ui.File("attachment://log.txt"))
    layout.stop()
    files = [discord.File(io.BytesIO(b"x"), filename=name) for name in ("chart.png", "log.txt")]
    message = await bot.channel(ALERTS_ID).send(view=layout, files=files)
    (stored,) = sandbox.messages(ALERTS_ID)
    gallery, file = stored["components"]
    assert gallery["items"][0]["media"]["url"] == message.attachments[0].url
    assert file["file"]["url"] == message.attachments[1].url
    with pytest.raises(discord.HTTPException, match="50035"):
        await bot.channel(ALERTS_ID).send(view=layout)


async def test_history_is_read_forwards_backwards_and_around(sandbox: SandboxDiscord, start: Start) -> None:
    channel = (await start(Bot(sandbox))).channel(ALERTS_ID)
    sent = [await channel.send(str(number)) for number in range(8)]

    async def read(**where: object) -> list[str]:
        return [message.content async for message in channel.history(**where)]  # type: ignore[arg-type]

    assert await read(limit=3) == ["7", "6", "5"]
    assert await read(limit=3, before=sent[4]) == ["3", "2", "1"]
    assert await read(limit=3, after=sent[2]) == ["3", "4", "5"]
    assert await read(limit=3, around=sent[4]) == ["5", "4", "3"]
    assert await read(limit=None, oldest_first=True) == list("01234567")


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        (permissions.VIEW_CHANNEL, 50001),
        (permissions.SEND_MESSAGES, 50013),
        (permissions.EMBED_LINKS, 50013),
        (permissions.ATTACH_FILES, 50013),
    ],
)
async def test_a_post_without_the_permission_is_refused(
    sandbox: SandboxDiscord, start: Start, missing: int, code: int
) -> None:
    bot = await start(Bot(sandbox))
    sandbox.set_overwrite(ALERTS_ID, APPLICATION_ID, deny=missing)
    with pytest.raises(discord.Forbidden) as refused:
        await bot.channel(ALERTS_ID).send(embed=discord.Embed(title="x"), file=discord.File(io.BytesIO(b"x"), "x.txt"))
    assert refused.value.code == code
    await bot.channel(GENERAL_ID).send(embed=discord.Embed(title="x"))


async def test_without_read_message_history_nothing_is_found_and_no_reply_made(
    sandbox: SandboxDiscord, start: Start
) -> None:
    bot = await start(Bot(sandbox))
    message = await bot.channel(ALERTS_ID).send("x")
    sandbox.set_overwrite(ALERTS_ID, APPLICATION_ID, deny=permissions.READ_MESSAGE_HISTORY)
    assert [found async for found in bot.channel(ALERTS_ID).history()] == []
    with pytest.raises(discord.HTTPException, match="160002"):
        await message.reply("y")
    with pytest.raises(discord.Forbidden):
        await bot.channel(ALERTS_ID).fetch_message(message.id)


async def test_messages_of_others_are_not_edited_and_deleted_only_by_moderators(
    sandbox: SandboxDiscord, start: Start
) -> None:
    bot = await start(Bot(sandbox))
    posted = await sandbox.post_message(BEN_ID, "mine", channel_id=ALERTS_ID)
    theirs = bot.channel(ALERTS_ID).get_partial_message(int(posted["id"]))
    with pytest.raises(discord.Forbidden, match="50005"):
        await theirs.edit(content="ours")
    with pytest.raises(discord.Forbidden, match="50013"):
        await theirs.delete()
    sandbox.set_overwrite(ALERTS_ID, APPLICATION_ID, allow=permissions.MANAGE_MESSAGES)
    await theirs.delete()
    assert sandbox.messages(ALERTS_ID) == []


async def test_a_channel_that_was_deleted_is_unknown(sandbox: SandboxDiscord, start: Start) -> None:
    bot = await start(Bot(sandbox))
    message = await bot.channel(GENERAL_ID).send("x")
    sandbox.delete_channel(GENERAL_ID)
    with pytest.raises(discord.NotFound, match="10003"):
        await bot.channel(GENERAL_ID).send("y")
    with pytest.raises(discord.NotFound, match="10003"):
        await message.edit(content="y")


async def test_everything_pings_unless_mentions_are_limited_at_every_edit(
    sandbox: SandboxDiscord, start: Start
) -> None:
    careless = await start(Bot(sandbox))
    text = f"<@{CLEO_ID}> <@&{ARCHIVISTS_ID}> @everyone"
    message = await careless.channel(ALERTS_ID).send(text)

    def pinged() -> tuple[list[str], list[str], bool]:
        stored = sandbox.message(message.id)
        assert stored is not None
        users = [user["username"] for user in stored["mentions"]]
        return users, stored["mention_roles"], stored["mention_everyone"]

    assert pinged() == (["cleo"], [str(ARCHIVISTS_ID)], False)  # the bot may not ping everyone
    await message.edit(content=text, allowed_mentions=discord.AllowedMentions.none())
    assert pinged() == ([], [], False)
    await message.edit(content=text)
    assert pinged() == (["cleo"], [str(ARCHIVISTS_ID)], False)
    only = discord.AllowedMentions(everyone=False, users=False, roles=[discord.Object(ARCHIVISTS_ID)])
    await message.edit(content=text, allowed_mentions=only)
    assert pinged() == ([], [str(ARCHIVISTS_ID)], False)


async def test_a_role_not_open_to_mentions_needs_the_right_to_ping_everyone(
    sandbox: SandboxDiscord, start: Start
) -> None:
    bot = await start(Bot(sandbox))
    sandbox.world.roles[ARCHIVISTS_ID]["mentionable"] = False
    text = f"<@&{ARCHIVISTS_ID}> @here"
    message = await bot.channel(ALERTS_ID).send(text)
    assert sandbox.messages(ALERTS_ID)[-1]["mention_roles"] == []
    sandbox.set_overwrite(ALERTS_ID, APPLICATION_ID, allow=permissions.MENTION_EVERYONE)
    message = await bot.channel(ALERTS_ID).send(text)
    assert message.mention_everyone
    assert message.raw_role_mentions == [ARCHIVISTS_ID]
    assert sandbox.messages(ALERTS_ID)[-1]["mention_roles"] == [str(ARCHIVISTS_ID)]


async def test_silence_replies_and_their_ping_are_kept(sandbox: SandboxDiscord, start: Start) -> None:
    bot = await start(Bot(sandbox))
    posted = await sandbox.post_message(ADA_ID, "question", channel_id=ALERTS_ID)
    target = bot.channel(ALERTS_ID).get_partial_message(int(posted["id"]))
    await target.reply("loud", silent=True)
    stored = sandbox.messages(ALERTS_ID)[-1]
    assert (stored["flags"] & SILENT, stored["type"]) == (SILENT, 19)
    assert stored["referenced_message"]["content"] == "question"
    assert [user["username"] for user in stored["mentions"]] == ["ada"]
    await target.reply("quiet", mention_author=False)
    assert sandbox.messages(ALERTS_ID)[-1]["mentions"] == []
    await sandbox.delete_message(int(posted["id"]))
    with pytest.raises(discord.HTTPException, match="Unknown message"):
        await target.reply("nobody")
    reference = target.to_reference(fail_if_not_exists=False)
    await bot.channel(ALERTS_ID).send("anyway", reference=reference)


async def test_edits_of_messages_older_than_an_hour_have_a_limit_of_their_own(
    start: Start, sandbox: SandboxDiscord
) -> None:
    sandbox.rate_limits.limits[OLD_EDIT] = Limit(3, 0.05)
    bot = await start(Bot(sandbox))
    message = await bot.channel(ALERTS_ID).send("old")
    for number in range(5):
        await message.edit(content=f"young {number}")
    assert sandbox.rate_limits.refused == 0
    sandbox.clock.advance(3601)
    for number in range(5):
        await message.edit(content=f"old {number}")
    codes = [request.answer["code"] for request in sandbox.requests if request.status == 429]  # type: ignore[call-overload, index]
    assert codes == [30046] * sandbox.rate_limits.refused
    assert sandbox.rate_limits.refused >= 1


async def test_a_message_upgraded_to_components_v2_must_drop_its_text_and_cannot_go_back(
    sandbox: SandboxDiscord, start: Start
) -> None:
    bot = await start(Bot(sandbox))
    message = await bot.channel(ALERTS_ID).send("plain")
    layout = discord.ui.LayoutView().add_item(discord.ui.TextDisplay("new"))
    with pytest.raises(discord.HTTPException, match="IS_COMPONENTS_V2"):
        await message.edit(view=layout)
    await message.edit(content=None, view=layout)
    with pytest.raises(discord.HTTPException, match="IS_COMPONENTS_V2"):
        await message.edit(content="back", view=None)
    assert sandbox.messages(ALERTS_ID)[-1]["flags"] & 1 << 15

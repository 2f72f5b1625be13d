"""Slash commands and context menus: registered by a real discord.py, used by people."""

import aiohttp
import discord
import pytest
from discord import app_commands

from bot.sandbox.discord import ClientRefused, SandboxDiscord, Upload
from bot.sandbox.discord.ids import (
    ADA_ID,
    ALERTS_ID,
    APPLICATION_ID,
    ARCHIVISTS_ID,
    BEN_ID,
    CLEO_ID,
    GENERAL_ID,
    GUILD_ID,
)

from .conftest import Bot, Start

Interaction = discord.Interaction[Bot]


async def test_a_command_gets_member_permissions_channel_and_guild(sandbox: SandboxDiscord, start: Start) -> None:
    seen: list[Interaction] = []
    bot = Bot(sandbox)

    @bot.tree.command(description="Looks")
    async def look(interaction: Interaction) -> None:
        seen.append(interaction)
        await interaction.response.send_message("seen")

    await start(bot)
    await bot.sync()
    for user_id in (ADA_ID, BEN_ID, CLEO_ID):
        await (await sandbox.command(user_id=user_id, channel_id=GENERAL_ID, name="look")).reply()
    assert [interaction.permissions.manage_guild for interaction in seen] == [True, False, False]
    members = [interaction.user for interaction in seen]
    assert all(isinstance(member, discord.Member) for member in members)
    assert [ARCHIVISTS_ID in [role.id for role in member.roles] for member in members] == [False, True, False]  # type: ignore[union-attr]
    assert {interaction.guild_id for interaction in seen} == {GUILD_ID}
    assert {interaction.channel_id for interaction in seen} == {GENERAL_ID}
    assert seen[0].app_permissions.send_messages
    assert seen[0].filesize_limit == 10 * 1024 * 1024
    assert seen[0].context.guild
    assert seen[0].is_guild_integration()


async def test_subcommands_groups_and_every_kind_of_option_arrive(sandbox: SandboxDiscord, start: Start) -> None:
    bot = Bot(sandbox)
    outer = app_commands.Group(name="tasks", description="Tasks")
    inner = app_commands.Group(name="deep", description="Deep", parent=outer)

    @inner.command(name="all", description="All")
    async def every(
        interaction: Interaction,
        text: app_commands.Range[str, 1, 5],
        number: float,
        flag: bool,
        member: discord.Member,
        role: discord.Role,
        channel: discord.TextChannel,
    ) -> None:
        await interaction.response.send_message(f"{text} {number} {flag} {member.name} {role.name} {channel.name}")

    bot.tree.add_command(outer)
    await start(bot)
    await bot.sync()
    options = {"text": "hello", "number": 1.5, "flag": True}
    options |= {"member": CLEO_ID, "role": ARCHIVISTS_ID, "channel": GENERAL_ID}
    interaction = await sandbox.command(user_id=ADA_ID, channel_id=ALERTS_ID, name="tasks deep all", options=options)
    reply = await interaction.reply()
    assert reply["content"] == "hello 1.5 True cleo Archivists general"
    assert reply["interaction"]["name"] == "tasks deep all"


async def test_a_file_given_to_a_command_is_downloaded_by_the_bot(sandbox: SandboxDiscord, start: Start) -> None:
    bot = Bot(sandbox)
    seen: dict[str, object] = {}

    @bot.tree.command(description="Uploads")
    async def upload(interaction: Interaction, file: discord.Attachment) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        seen.update(name=file.filename, kind=file.content_type, ephemeral=file.ephemeral, data=await file.read())
        await interaction.followup.send("got it")

    await start(bot)
    await bot.sync()
    given = Upload(filename="tax return.pdf", data=b"%PDF-1.4 " * 5_000)
    interaction = await sandbox.command(user_id=ADA_ID, channel_id=ALERTS_ID, name="upload", options={"file": given})
    assert (await interaction.reply())["content"] == "got it"
    assert seen == {"name": "tax_return.pdf", "kind": "application/pdf", "ephemeral": True, "data": given.data}


async def test_autocomplete_offers_what_the_bot_answers(sandbox: SandboxDiscord, start: Start) -> None:
    bot = Bot(sandbox)

    @bot.tree.command(description="Looks up")
    async def task(interaction: Interaction, ref: str, server: str | None = None) -> None:
        await interaction.response.send_message(ref)

    @task.autocomplete("ref")
    async def refs(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        server = interaction.namespace.server
        return [app_commands.Choice(name=f"{current} at {server}", value=current.upper())]

    await start(bot)
    await bot.sync()
    choices = await sandbox.autocomplete(
        user_id=BEN_ID, channel_id=ALERTS_ID, name="task", options={"ref": "ab", "server": "home"}, focused="ref"
    )
    assert [(choice["name"], choice["value"]) for choice in choices] == [("ab at home", "AB")]
    with pytest.raises(ClientRefused, match="no autocomplete"):
        await sandbox.autocomplete(
            user_id=BEN_ID, channel_id=ALERTS_ID, name="task", options={"server": "x"}, focused="server"
        )


@pytest.mark.parametrize(
    ("name", "options", "why"),
    [
        ("nothing", {}, "no such command"),
        ("run", {}, "a required option is missing"),
        ("run", {"kind": "other"}, "not one of the choices"),
        ("run", {"kind": "a", "days": 400}, "above the maximum"),
        ("run", {"kind": "a", "days": "7"}, "of another type"),
        ("run", {"kind": "a", "days": True}, "a boolean is no number"),
        ("run", {"kind": "a", "extra": 1}, "an option it has not"),
        ("run now", {"kind": "a"}, "a subcommand it has not"),
        ("run", {"kind": "a", "who": 12345}, "a member who is not there"),
    ],
)
async def test_the_app_does_not_send_what_the_command_does_not_take(
    sandbox: SandboxDiscord, start: Start, name: str, options: dict[str, object], why: str
) -> None:
    bot = Bot(sandbox)

    @bot.tree.command(description="Runs")
    @app_commands.choices(kind=[app_commands.Choice(name="A", value="a")])
    async def run(
        interaction: Interaction,
        kind: str,
        days: app_commands.Range[int, 1, 365] = 7,
        who: discord.Member | None = None,
    ) -> None:
        await interaction.response.send_message("ran")

    await start(bot)
    await bot.sync()
    with pytest.raises(ClientRefused):
        await sandbox.command(user_id=BEN_ID, channel_id=ALERTS_ID, name=name, options=options)


async def test_context_menus_bring_the_message_or_the_member(sandbox: SandboxDiscord, start: Start) -> None:
    bot = Bot(sandbox)

    @bot.tree.context_menu(name="Send to Paperless")
    async def keep(interaction: Interaction, message: discord.Message) -> None:
        names = [attachment.filename for attachment in message.attachments]
        data = await message.attachments[0].read()
        await interaction.response.send_message(f"{message.content} {names} {len(data)}", ephemeral=True)

    @bot.tree.context_menu(name="Who")
    async def who(interaction: Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(member.display_name)

    await start(bot)
    registered = await bot.sync()
    assert {command.name for command in registered} == {"Send to Paperless", "Who"}
    posted = await sandbox.post_message(
        CLEO_ID, "please", [Upload(filename="a.pdf", data=b"abc")], channel_id=ALERTS_ID
    )
    used = await sandbox.context_menu(
        user_id=BEN_ID, channel_id=ALERTS_ID, name="Send to Paperless", target_id=int(posted["id"])
    )
    reply = await used.reply()
    assert reply["content"] == "please ['a.pdf'] 3"
    assert reply["interaction_metadata"]["target_message_id"] == posted["id"]
    used = await sandbox.context_menu(user_id=BEN_ID, channel_id=ALERTS_ID, name="Who", target_id=CLEO_ID)
    assert (await used.reply())["content"] == "Cleo"


async def test_default_permissions_hide_a_command_in_the_picker(sandbox: SandboxDiscord, start: Start) -> None:
    bot = Bot(sandbox)

    @bot.tree.command(description="Everyone's")
    async def open_to_all(interaction: Interaction) -> None: ...

    @bot.tree.command(description="Managers'")
    @app_commands.default_permissions(manage_guild=True)
    async def managers(interaction: Interaction) -> None: ...

    await start(bot)
    await bot.sync()
    offered = {
        user_id: {command["name"] for command in sandbox.picker(user_id=user_id, channel_id=ALERTS_ID)}
        for user_id in (ADA_ID, CLEO_ID)
    }
    assert offered == {ADA_ID: {"open_to_all", "managers"}, CLEO_ID: {"open_to_all"}}
    with pytest.raises(ClientRefused):
        await sandbox.command(user_id=CLEO_ID, channel_id=ALERTS_ID, name="managers")


async def test_a_second_sync_keeps_the_ids_and_the_daily_number_of_new_commands_is_limited(
    sandbox: SandboxDiscord, start: Start
) -> None:
    bot = Bot(sandbox)

    @bot.tree.command(description="One")
    async def one(interaction: Interaction) -> None: ...

    await start(bot)
    first = await bot.sync()
    second = await bot.sync()
    assert [command.id for command in first] == [command.id for command in second]
    sandbox.registry.creates_left = 0
    bot.tree.clear_commands(guild=discord.Object(GUILD_ID))
    await bot.sync()  # known names are not created anew

    @bot.tree.command(description="Two")
    async def two(interaction: Interaction) -> None: ...

    with pytest.raises(discord.HTTPException, match="30034"):
        await bot.sync()


async def test_global_commands_are_offered_beside_the_guilds_and_hidden_by_their_name(
    sandbox: SandboxDiscord, start: Start
) -> None:
    bot = await start(Bot(sandbox))

    @bot.tree.command(description="Everywhere")
    async def one(interaction: Interaction) -> None: ...

    await bot.tree.sync()
    assert [(command["name"], command.get("guild_id")) for command in sandbox.commands] == [("one", None)]
    await bot.sync()
    assert [(command["name"], command.get("guild_id")) for command in sandbox.commands] == [("one", str(GUILD_ID))]
    with pytest.raises(discord.Forbidden, match="50001"):
        await bot.tree.sync(guild=discord.Object(12345))


async def test_one_command_is_created_with_201_and_overwritten_with_200(sandbox: SandboxDiscord) -> None:
    url = f"https://discord.com/api/v10/applications/{APPLICATION_ID}/guilds/{GUILD_ID}/commands"
    headers = {"Authorization": f"Bot {sandbox.token}"}
    async with aiohttp.ClientSession(connector=sandbox.connector(), headers=headers) as session:
        statuses = []
        for description in ("One", "Another"):
            async with session.post(url, json={"name": "one", "description": description}) as response:
                statuses.append(response.status)
        async with session.post(url, json={"name": "One", "description": "x"}) as response:
            refused = await response.json()
    assert statuses == [201, 200]
    assert refused["errors"]["name"]["_errors"][0]["code"] == "APPLICATION_COMMAND_INVALID_NAME"
    assert [command["description"] for command in sandbox.commands] == ["Another"]


async def test_commands_are_read_edited_and_deleted_one_by_one(sandbox: SandboxDiscord, start: Start) -> None:
    bot = await start(Bot(sandbox))

    @bot.tree.command(description="One")
    async def one(interaction: Interaction) -> None: ...

    await bot.sync()
    guild = discord.Object(GUILD_ID)
    (command,) = await bot.tree.fetch_commands(guild=guild)
    edited = await command.edit(description="Changed")
    assert edited.description == "Changed"
    assert (await bot.tree.fetch_command(command.id, guild=guild)).description == "Changed"
    await command.delete()
    assert sandbox.commands == []
    with pytest.raises(discord.NotFound, match="10063"):
        await bot.tree.fetch_command(command.id, guild=guild)

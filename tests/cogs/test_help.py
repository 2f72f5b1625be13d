"""/help tells each member what that member may do."""

from pathlib import Path

from bot.sandbox.discord import ids
from tests.house import House, texts


async def test_who_has_the_role_reads_every_command(house: House) -> None:
    async with house.bot() as bot:
        reply = await house.command("help")
        commands = {f"`/{one.qualified_name}`" for one in bot.tree.walk_commands() if not hasattr(one, "commands")}
    told = texts(reply).partition("**What you cannot**")[0]
    assert {"`/tasks run`", "`/upload`", "`/task`", "`/tasks list`"} <= {name for name in commands if name in told}
    assert "`Send to Paperless`" in told
    assert reply["flags"] & 64


async def test_who_has_none_reads_who_may_do_the_rest(house: House) -> None:
    async with house.bot():
        may, _, may_not = texts(await house.command("help", user_id=ids.CLEO_ID)).partition("**What you cannot**")
    assert "`/tasks failures`" in may
    assert "`/tasks run`" not in may
    assert f"`/tasks run`: Running tasks is for <@&{ids.ARCHIVISTS_ID}>" in may_not
    assert "`/upload`, `Send to Paperless`: Uploading documents is for" in may_not


async def test_an_admin_may_do_everything(house: House) -> None:
    async with house.bot():
        assert "What you cannot" not in texts(await house.command("help", user_id=ids.ADA_ID))


async def test_with_several_servers_their_names_are_told(tmp_path: Path) -> None:
    async with House(tmp_path, servers=("home", "office")) as house, house.bot():
        told = texts(await house.command("help"))
    assert "servers: home, office" in told


async def test_looking_kept_to_a_role_keeps_it_from_others(tmp_path: Path) -> None:
    async with House(tmp_path, overrides={"access": {"view": [ids.ARCHIVISTS_ID]}}) as house, house.bot():
        assert "Looking at tasks is for" in texts(await house.command("help", user_id=ids.CLEO_ID))


async def test_it_needs_no_paperless(house: House) -> None:
    async with house.bot():
        await house.paperless.down()
        assert "What you can do here" in texts(await house.command("help"))

"""What happens to the guild. The bot serves one; invited to another, it leaves, and until it has, nobody there gets
anything (`bot.access`)."""

import logging
from typing import TYPE_CHECKING

import discord
from discord.ext import commands

if TYPE_CHECKING:
    from bot.app import TaskBot

log = logging.getLogger(__name__)


class Guilds(commands.Cog):
    def __init__(self, bot: "TaskBot") -> None:
        self.bot = bot

    @commands.Cog.listener("on_guild_channel_create")
    @commands.Cog.listener("on_guild_channel_update")
    @commands.Cog.listener("on_guild_role_update")
    @commands.Cog.listener("on_member_update")
    @commands.Cog.listener("on_thread_update")
    @commands.Cog.listener("on_guild_available")
    @commands.Cog.listener("on_guild_join")
    async def rights_may_have_changed(self, *_: object) -> None:
        """Who opens a channel to the bot looks whether its cards come: they do not wait for minutes then."""
        self.bot.desk.courier.look_again()

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Only when it is invited, never at the start: a wrong guild_id must not cost the right guild its bot."""
        if guild.id == self.bot.settings.discord.guild_id:
            return
        log.warning(
            "the guild %s is not the one it was configured for: leaving", guild.id, extra={"event": "guild_left"}
        )
        try:
            await guild.leave()
        except discord.DiscordException as error:
            log.warning("the guild %s could not be left: %s", guild.id, error, extra={"event": "guild_not_left"})


async def setup(bot: "TaskBot") -> None:
    await bot.add_cog(Guilds(bot))

"""/upload, and "Send to Paperless" on a message: look at size and type, send, follow to the document or the reason."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot import labels
from bot.access import Action
from bot.failures.order import Order, Purpose
from bot.interactions import BotInteraction, admit, defer, follow_up, say, show
from bot.labels import Labels
from bot.paperless.models import TaskType
from bot.placing import check_place
from bot.refusal import Refusal
from bot.sending import Details, File, Sending
from bot.subcommands import CHOICES, fit_to_servers, named_server
from bot.tree import asks
from bot.ui import following, replies, uploads

if TYPE_CHECKING:
    from bot.app import Server, TaskBot

MENU = "Send to Paperless"
MENU_LIMIT = 32
MENUS = 5
"""Entries of its own that Discord allows an application in the menu of messages."""
TITLE_LIMIT = 128


class Upload(commands.Cog):
    def __init__(self, bot: "TaskBot") -> None:
        self.bot = bot
        self._sending = Sending(bot)
        self._labels = {name: Labels(server.client) for name, server in bot.servers.items()}
        self._menus = [self._menu(name) for name in list(bot.servers)[:MENUS]]
        fit_to_servers(bot, [one for one in self.walk_app_commands() if isinstance(one, app_commands.Command)])

    async def cog_load(self) -> None:
        for menu in self._menus:
            self.bot.tree.add_command(menu)

    async def cog_unload(self) -> None:
        for menu in self._menus:
            self.bot.tree.remove_command(menu.name, type=menu.type)
        for each in self._labels.values():
            each.close()

    def _menu(self, server: str) -> app_commands.ContextMenu:
        """With several servers an entry each: a menu has no options."""
        name = f"{MENU} ({server})"[:MENU_LIMIT] if self.bot.several_servers else MENU

        async def menu(interaction: BotInteraction, message: discord.Message) -> None:
            await self._send_all(interaction, self.bot.server(server), message)

        made = app_commands.ContextMenu(name=name, callback=menu)
        made.guild_only = True
        return asks(Action.UPLOAD)(made)

    # --- what is asked

    @asks(Action.UPLOAD)
    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(
        file="A PDF, an image, text, an e-mail or an office document",
        title="What to call it; the file's name if left out",
        tags="One or more, with commas between",
        correspondent="Whom it is from or to",
        document_type="Such as an invoice",
        server="Which Paperless-ngx",
    )
    async def upload(
        self,
        interaction: BotInteraction,
        file: discord.Attachment,
        title: app_commands.Range[str, 1, TITLE_LIMIT] | None = None,
        tags: str | None = None,
        correspondent: str | None = None,
        document_type: str | None = None,
        server: str | None = None,
    ) -> None:
        """Send a file to Paperless, and follow what becomes of it."""
        where = self.bot.server(server)
        check_place(interaction)
        wanted = self._file(file)
        if (refusal := self._why_not(wanted)) is not None:
            raise Refusal(refusal)
        known = self._labels[where.name]
        # A name that is not known is told to the one who typed it: Discord has to know before that is found out.
        sure = await labels.all_known(known, tags=tags, correspondent=correspondent, document_type=document_type)
        await defer(interaction, private=not sure)
        details = Details(
            title=title,
            tags=await labels.ids_of(known.tags, tags),
            correspondent=await labels.id_of(known.correspondents, correspondent),
            document_type=await labels.id_of(known.document_types, document_type),
        )
        order = self._order(interaction, where, wanted)
        first = self._first(order, wanted)
        if sure:
            message_id = await show(interaction, first)
        else:
            await say(interaction, replies.message(uploads.BELOW))
            message_id = await follow_up(interaction, first)
        await self._sending.send(_on(order, message_id), wanted, details)

    async def _send_all(self, interaction: BotInteraction, where: "Server", message: discord.Message) -> None:
        check_place(interaction)
        attached = [*message.attachments, *(one for copy in message.message_snapshots for one in copy.attachments)]
        if not attached:
            raise Refusal(uploads.NOTHING_ATTACHED)
        files = [self._file(one) for one in attached]
        refused = [sentence for file in files if (sentence := self._why_not(file)) is not None]
        good = [file for file in files if self._why_not(file) is None]
        if not good:
            raise Refusal(uploads.not_sent(refused))
        for _ in good[1:]:  # one was admitted with the command; each is a document
            await admit(interaction, Action.UPLOAD, server=where.name)
        await defer(interaction, private=False)
        orders = await self._messages(interaction, where, good)
        if refused:
            await follow_up(interaction, replies.message(uploads.not_sent(refused)), private=True)
        for order, file in zip(orders, good, strict=True):
            await self._sending.send(order, file, Details())

    async def _messages(self, interaction: BotInteraction, where: "Server", files: Sequence[File]) -> list[Order]:
        """A message each, all of them at once: an interaction takes no more after 15 minutes."""
        made = []
        for number, file in enumerate(files):
            order = self._order(interaction, where, file)
            view = self._first(order, file)
            if number == 0:
                message_id = await show(interaction, view)
            else:
                message_id = await follow_up(interaction, view)
            made.append(_on(order, message_id))
        return made

    def _file(self, attachment: discord.Attachment) -> File:
        name = uploads.filename_of(attachment.filename, title=attachment.title, content_type=attachment.content_type)
        return File(url=attachment.url, filename=name, size=attachment.size)

    def _why_not(self, file: File) -> str | None:
        section = self.bot.settings.upload
        return uploads.why_not(
            file.filename, file.size, most=section.max_megabytes * 1_000_000, also=section.extensions
        )

    def _first(self, order: Order, file: File) -> ui.LayoutView:
        where = self.bot.following.where(order.server)
        return following.sending(file.filename, file.size, sent=0, order=order, where=where)

    def _order(self, interaction: BotInteraction, where: "Server", file: File) -> Order:
        return Order(
            server=where.name,
            purpose=Purpose.UPLOAD,
            task_type=TaskType.CONSUME_FILE.value,
            filename=file.filename,
            channel_id=interaction.channel_id or 0,
            user_id=interaction.user.id,
            user_name=interaction.user.display_name,
        )

    # --- suggestions: from memory, never an error

    def _known(self, interaction: BotInteraction) -> Labels | None:
        where = named_server(self.bot, interaction)
        return None if where is None else self._labels[where.name]

    @upload.autocomplete("tags")
    async def _tags(self, interaction: BotInteraction, current: str) -> list[app_commands.Choice[str]]:
        known = self._known(interaction)
        return _choices(await labels.suggest_more(known.tags, current) if known else [])

    @upload.autocomplete("correspondent")
    async def _correspondents(self, interaction: BotInteraction, current: str) -> list[app_commands.Choice[str]]:
        known = self._known(interaction)
        return _choices(await labels.suggest_one(known.correspondents, current) if known else [])

    @upload.autocomplete("document_type")
    async def _document_types(self, interaction: BotInteraction, current: str) -> list[app_commands.Choice[str]]:
        known = self._known(interaction)
        return _choices(await labels.suggest_one(known.document_types, current) if known else [])


def _choices(names: Sequence[str]) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=name, value=name) for name in names[:CHOICES]]


def _on(order: Order, message_id: int) -> Order:
    return replace(order, message_id=message_id)


async def setup(bot: "TaskBot") -> None:
    await bot.add_cog(Upload(bot))

"""A whole house for end-to-end tests: local Discord, local Paperless, and the bot between them on real sockets.

    async with House(tmp_path) as house, house.bot() as bot:
        house.paperless.burst(1)
        card = await house.card(lambda text: "failed" in text)

A second `house.bot()` after the first is a restart: same database, new process in all but name.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Self

from bot.app import TaskBot
from bot.config import Settings
from bot.drawing import Drawing
from bot.sandbox.discord import SandboxDiscord, ids
from bot.sandbox.paperless import Pace, SandboxPaperless
from bot.sandbox.paperless.row import Row
from bot.ui.charts import Chart
from tests import canary
from tests.discord_schema import check_all
from tests.ledgers import migrated

Json = dict[str, Any]
FAILED = "invoice-11.pdf"
POLL_SECONDS = 1  # the least that the configuration allows


async def polled(bot: TaskBot) -> None:
    for watcher in bot.desk.watchers.values():
        await watcher.poll_once()


def texts(message: Mapping[str, Any]) -> str:
    """Everything a message says: its content and the text of its components, in order, a line each."""

    def walk(component: Mapping[str, Any]) -> list[str]:
        own = [str(component[key]) for key in ("content", "label") if component.get(key)]
        inner = [component["accessory"]] if component.get("accessory") else []
        return own + [text for child in [*component.get("components", []), *inner] for text in walk(child)]

    content = [str(message["content"])] if message.get("content") else []
    return "\n".join(content + [text for component in message.get("components", []) for text in walk(component)])


def buttons(message: Mapping[str, Any]) -> dict[str, str]:
    """Label -> custom_id (or URL) of every button of a message."""

    def walk(component: Mapping[str, Any]) -> dict[str, str]:
        found: dict[str, str] = {}
        if component.get("type") == 2:
            found[str(component.get("label"))] = str(component.get("custom_id") or component.get("url"))
        inner = [component["accessory"]] if component.get("accessory") else []
        for child in [*component.get("components", []), *inner]:
            found |= walk(child)
        return found

    return {label: id_ for component in message.get("components", []) for label, id_ in walk(component).items()}


def nobody_is_pinged(requests: Iterable[Any]) -> int:
    """Every send and every edit says that nobody is mentioned, or one role by its id; how many there were."""
    found = 0
    for request in requests:
        body = request.json if isinstance(request.json, dict) else {}
        body = (body.get("data") or body) if "/interactions/" in request.path else body
        if not ("components" in body or "content" in body):
            continue
        found += 1
        allowed = body.get("allowed_mentions", {})
        assert allowed.get("parse") == [], request
        assert not allowed.get("users"), request
        assert len(allowed.get("roles", [])) <= 1, request
    return found


class Drawn(Drawing):
    """Has one picture for all numbers: to draw them costs a process and most of a second."""

    async def png(self, chart: Chart) -> bytes | None:
        return b"\x89PNG\r\n\x1a\n"


class House:
    """`servers`: names of the Paperless-ngx servers; `overrides`: sections of the configuration over the default;
    `draws`: pictures are drawn as in life."""

    discord: SandboxDiscord

    def __init__(
        self,
        folder: Path,
        *,
        servers: tuple[str, ...] = ("home",),
        version: str = "3.0.5",
        overrides: Mapping[str, Mapping[str, Any]] | None = None,
        draws: bool = False,
    ) -> None:
        self.folder = folder
        self.draws = draws
        self.all_paperless = {name: SandboxPaperless(version=version, pace=Pace()) for name in servers}
        self.overrides = overrides or {}
        self._stack = AsyncExitStack()

    @property
    def paperless(self) -> SandboxPaperless:
        return next(iter(self.all_paperless.values()))

    async def __aenter__(self) -> Self:
        self.discord = await self._stack.enter_async_context(SandboxDiscord())
        self.discord.gateway.identify_seconds = 0  # a bot in a test starts again sooner than any in life
        for paperless in self.all_paperless.values():
            await self._stack.enter_async_context(paperless)
        canary.watch(self._secrets())
        await migrated(self.folder / "bot.db")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        await self._stack.aclose()
        if kind is None:  # every end-to-end test holds what the bot sent against Discord's own document
            check_all(self.discord.requests)
            canary.watch(self._secrets())  # the token may be another by now
            canary.look_through_requests(self.discord.requests)
            canary.look_through_files(self.folder)
            nobody_is_pinged(self.discord.requests)

    def _secrets(self) -> list[str]:
        return [self.discord.token, *(token for one in self.all_paperless.values() for token in one.tokens.values())]

    def settings(self) -> Settings:
        return Settings(**self.values())

    def values(self) -> dict[str, Any]:
        """The configuration as it would stand in a file."""
        values: dict[str, Any] = {
            "discord": {"token": self.discord.token, "guild_id": ids.GUILD_ID},
            "paperless": {
                name: {"url": paperless.url, "token": paperless.tokens["admin"]}
                for name, paperless in self.all_paperless.items()
            },
            "failures": {"channel_id": ids.ALERTS_ID, "poll_seconds": POLL_SECONDS},
            "access": {action: [ids.ARCHIVISTS_ID] for action in ("acknowledge", "run", "upload")},
            "database": {"url": f"sqlite:///{self.folder / 'bot.db'}"},
            "health": {"listen": ""},
        }
        for section, keys in self.overrides.items():
            values[section] = {**values.get(section, {}), **keys}
        return values

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[TaskBot]:
        """A running bot, connected; drained and closed at the end."""
        stop = asyncio.Event()
        async with TaskBot(self.settings(), connector=self.discord.connector()) as bot:
            bot.drawing = bot.drawing if self.draws else Drawn()
            await bot.login(self.discord.token)
            serving = asyncio.create_task(bot.serve(stop))
            try:
                await self.discord.ready()
                yield bot
            finally:
                stop.set()
                await serving

    # --- what people see and do

    def posted(self, channel_id: int = ids.ALERTS_ID) -> list[Json]:
        """The bot's messages in a channel, oldest first."""
        return [one for one in self.discord.messages(channel_id) if one["author"]["id"] == str(ids.APPLICATION_ID)]

    async def card(self, says: Callable[[str], bool], *, timeout: float = 10, channel_id: int = ids.ALERTS_ID) -> Json:
        """The newest message of the bot whose text `says` so, as soon as there is one."""

        def found() -> list[Json]:
            return [message for message in self.posted(channel_id) if says(texts(message))]

        await self.discord.until(lambda: bool(found()), timeout=timeout)
        return found()[-1]

    async def failed_card(self, bot: TaskBot) -> tuple[Row, Json]:
        """A task that failed, and its card."""
        await polled(bot)  # what fails before the first poll is told as a number only
        row = self.paperless.fail(FAILED, owner="bob")
        await polled(bot)
        return row, await self.card(lambda text: FAILED in text)

    async def command(self, name: str, /, *, user_id: int = ids.BEN_ID, **options: Any) -> Json:
        """What the person reads in answer to a slash command."""
        interaction = await self.discord.command(user_id=user_id, channel_id=ids.ALERTS_ID, name=name, options=options)
        return await interaction.reply(timeout=10)

    async def with_picture(self, message: Json) -> Json:
        """The message once its picture has followed."""

        def now() -> Json:
            return self.discord.message(int(message["id"])) or {}

        await self.discord.until(lambda: bool(now().get("attachments")), timeout=30)
        return now()

    async def press(self, message: Json, label: str, *, user_id: int = ids.BEN_ID) -> Json:
        """What the person reads after a press (the message itself where that changes)."""
        interaction = await self.discord.press(
            user_id=user_id, message_id=int(message["id"]), custom_id=buttons(message)[label]
        )
        return await interaction.reply(timeout=10)


def everything_logged(caplog_records: list[logging.LogRecord]) -> str:
    return "\n".join(record.getMessage() for record in caplog_records)

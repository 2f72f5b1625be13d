"""`python -m bot demo`: the bot on a local Discord and a local Paperless-ngx, with a page to see and try them.

Everything lives in a temporary folder and on 127.0.0.1; nothing is left behind. With `--paperless` the bot works on an
administrator's own Paperless-ngx instead, see `own`.
"""

import asyncio
import errno
import logging
import os
import signal
import socket
import sys
import webbrowser
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from bot.app import Server, TaskBot
from bot.checks.finding import exit_of
from bot.config import Settings
from bot.exits import Exit
from bot.sandbox import opening
from bot.sandbox.discord import SandboxDiscord, ids
from bot.sandbox.local import LocalPaperless
from bot.sandbox.own import OwnPaperless, look_over
from bot.sandbox.paperless import SandboxPaperless
from bot.sandbox.paperless.users import ADD_DOCUMENT, CHANGE, VIEW, VIEW_DOCUMENT, VIEW_LABELS, VIEW_USER
from bot.sandbox.remembered import remembered
from bot.sandbox.stage import Stage
from bot.sandbox.web import serve_page
from bot.sections import AccessSection

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
PORTS_TRIED = 20
MAY = (ids.ARCHIVISTS_ID,)
ACCESS = AccessSection(acknowledge=MAY, run=MAY, upload=MAY)


class DemoSettings(Settings):
    """Without the environment: the settings of a real bot on this machine stay out of the demo."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


class StagedBot:
    """The bot on the local Discord. It can be stopped and started while the page stays.

    `join` is given each server of a bot before it is asked anything.
    """

    def __init__(
        self, settings: Settings, discord: SandboxDiscord, *, join: Callable[[Server], None] = lambda server: None
    ) -> None:
        self._settings = settings
        self._discord = discord
        self._join = join
        self._stop = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None
        self._bot: TaskBot | None = None
        self._reading = asyncio.Lock()

    @property
    def running(self) -> bool:
        return self._serving is not None and not self._serving.done()

    async def start(self) -> None:
        if not self.running:
            self._stop = asyncio.Event()
            self._serving = asyncio.create_task(self._serve(self._stop), name="bot")

    async def stop(self) -> None:
        self._stop.set()
        if self._serving is not None:
            await asyncio.wait({self._serving})

    async def _serve(self, stop: asyncio.Event) -> None:
        try:
            async with TaskBot(self._settings, connector=self._discord.connector(), now=self._discord.clock.now) as bot:
                for server in bot.servers.values():
                    self._join(server)
                await bot.login(self._discord.token)
                self._bot = bot
                try:
                    await bot.serve(stop)
                finally:
                    await self._let_go()
        except Exception:
            log.exception("the bot stopped; start it again from the page's panel")

    async def _let_go(self) -> None:
        """Before its database is closed, let who reads in it read to the end."""
        self._bot = None
        async with self._reading:
            pass

    async def remembered(self) -> dict[str, Any] | None:
        """See `remembered`; None while the bot is not at work."""
        async with self._reading:
            return None if self._bot is None else await remembered(self._bot.database)


@dataclass(frozen=True)
class Demo:
    stage: Stage
    url: str


def demo_settings(folder: Path, discord: SandboxDiscord, *, home: Mapping[str, Any], **failures: Any) -> Settings:
    """As a real bot is configured; `home` is its Paperless-ngx, `failures` what is not as by default."""
    values: dict[str, Any] = {
        "discord": {"token": discord.token, "guild_id": ids.GUILD_ID},
        "paperless": {"home": home},
        "failures": {"channel_id": ids.ALERTS_ID, **failures},
        "access": ACCESS,
        "database": {"url": f"sqlite:///{folder / 'bot.db'}"},
        "health": {"listen": ""},
    }
    return DemoSettings(**values)


def local_settings(folder: Path, *, discord: SandboxDiscord, paperless: SandboxPaperless, url: str) -> Settings:
    """With everything quicker."""
    paperless.users.add("bot", VIEW, CHANGE, ADD_DOCUMENT, VIEW_DOCUMENT, VIEW_USER, *VIEW_LABELS, is_staff=True)
    home = {
        "url": paperless.url,
        "public_url": f"{url}/paperless",
        "token": paperless.tokens["bot"],
        "run_token": paperless.tokens["admin"],
    }
    return demo_settings(
        folder,
        discord,
        home=home,
        poll_seconds=1,
        group_interval_seconds=60,
        unreachable_after_seconds=5,
        escalate_after_seconds=4 * 3600,
    )


@asynccontextmanager
async def open_demo(folder: Path, listening: socket.socket) -> AsyncIterator[Demo]:
    """Both servers, the page on `listening`, and the bot."""
    async with SandboxDiscord() as discord, SandboxPaperless() as paperless:
        opening.set_the_scene(paperless)
        settings = local_settings(folder, discord=discord, paperless=paperless, url=_url(listening))
        bot = StagedBot(settings, discord)
        async with _running(Stage(discord, LocalPaperless(paperless), bot), listening) as demo:
            yield demo


@asynccontextmanager
async def open_own_demo(
    folder: Path, listening: socket.socket, own: OwnPaperless, **failures: Any
) -> AsyncIterator[Demo]:
    """The local Discord, the page on `listening`, and the bot on somebody's own Paperless-ngx."""
    async with SandboxDiscord() as discord:
        settings = demo_settings(folder, discord, home=own.section.model_dump(), **failures)
        bot = StagedBot(settings, discord, join=own.join)
        async with _running(Stage(discord, own, bot), listening) as demo:
            yield demo


@asynccontextmanager
async def _running(stage: Stage, listening: socket.socket) -> AsyncIterator[Demo]:
    async with serve_page(stage, listening):
        await stage.bot.start()
        try:
            yield Demo(stage, _url(listening))
        finally:
            await stage.bot.stop()


def _url(listening: socket.socket) -> str:
    return f"http://{HOST}:{listening.getsockname()[1]}"


def listen_near(port: int) -> socket.socket:
    """A socket on this port of 127.0.0.1, or on the next that is free."""
    for candidate in [*range(port, min(port + PORTS_TRIED, 65536)), 0]:
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, candidate))
        except OSError as error:
            listening.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
        else:
            return listening
    raise OSError(errno.EADDRINUSE, "no port is free")


async def run_demo(*, port: int = 8765, open_browser: bool = True, own: OwnPaperless | None = None) -> Exit:
    """Until SIGINT or SIGTERM; answers the exit status."""
    if own is not None and (status := await _looked_over(own)) is not Exit.DONE:
        return status
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    listening = listen_near(port)
    if port and listening.getsockname()[1] != port:
        _say(f"Port {port} is taken, so the demo takes the next free one.")
    with TemporaryDirectory(prefix="paperless-demo-") as folder:
        place = Path(folder)
        async with open_demo(place, listening) if own is None else open_own_demo(place, listening, own) as demo:
            _say(f"\n  The demo is at  {demo.url}  (Ctrl+C ends it)\n")
            playing = asyncio.create_task(_open_scene(demo.stage), name="opening")
            if open_browser and _has_display():
                await asyncio.to_thread(webbrowser.open, demo.url)
            await stop.wait()
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)
    return Exit.DONE


async def _open_scene(stage: Stage) -> None:
    if stage.has_local:
        await opening.play_opening(stage)


async def _looked_over(own: OwnPaperless) -> Exit:
    """Said line by line, and what the demo will do there."""
    findings = await look_over(own, ACCESS)
    for finding in findings:
        _say(str(finding))
    status = exit_of(findings)
    if status is Exit.DONE:
        _say("")
        for sentence in own.place()["about"]:
            _say(f"  {sentence}")
    return status


def _has_display() -> bool:
    """Without one, `webbrowser` would put a text browser over the terminal."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()

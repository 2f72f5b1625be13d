"""`python -m bot demo`: the bot on a local Discord and a local Paperless-ngx, with a page to see and try them.

Everything lives in a temporary folder and on 127.0.0.1; nothing is left behind.
"""

import asyncio
import errno
import logging
import os
import signal
import socket
import sys
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from bot.app import TaskBot
from bot.config import Settings
from bot.exits import Exit
from bot.sandbox import opening
from bot.sandbox.discord import SandboxDiscord, ids
from bot.sandbox.paperless import SandboxPaperless
from bot.sandbox.paperless.users import ADD_DOCUMENT, CHANGE, VIEW, VIEW_DOCUMENT, VIEW_LABELS
from bot.sandbox.stage import Stage
from bot.sandbox.web import serve_page

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
PORTS_TRIED = 20


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
    """The bot on the local Discord. It can be stopped and started while the page stays."""

    def __init__(self, settings: Settings, discord: SandboxDiscord, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._discord = discord
        self._now = now
        self._stop = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None

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
            async with TaskBot(self._settings, connector=self._discord.connector(), now=self._now) as bot:
                await bot.login(self._discord.token)
                await bot.serve(stop)
        except Exception:
            log.exception("the bot stopped; start it again from the page's panel")


@dataclass(frozen=True)
class Demo:
    stage: Stage
    url: str


def demo_settings(folder: Path, *, discord: SandboxDiscord, paperless: SandboxPaperless, url: str) -> Settings:
    """As a real bot is configured, with everything quicker."""
    paperless.users.add("bot", VIEW, CHANGE, ADD_DOCUMENT, VIEW_DOCUMENT, *VIEW_LABELS, is_staff=True)
    may = [ids.ARCHIVISTS_ID]
    values: dict[str, Any] = {
        "discord": {"token": discord.token, "guild_id": ids.GUILD_ID},
        "paperless": {
            "home": {
                "url": paperless.url,
                "public_url": f"{url}/paperless",
                "token": paperless.tokens["bot"],
                "run_token": paperless.tokens["admin"],
            }
        },
        "failures": {
            "channel_id": ids.ALERTS_ID,
            "poll_seconds": 1,
            "group_interval_seconds": 60,
            "unreachable_after_seconds": 5,
            "escalate_after_seconds": 4 * 3600,
        },
        "access": {"acknowledge": may, "run": may, "upload": may},
        "database": {"url": f"sqlite:///{folder / 'bot.db'}"},
        "health": {"listen": ""},
    }
    return DemoSettings(**values)


@asynccontextmanager
async def open_demo(folder: Path, listening: socket.socket) -> AsyncIterator[Demo]:
    """Both servers, the page on `listening`, and the bot."""
    url = f"http://{HOST}:{listening.getsockname()[1]}"
    async with SandboxDiscord() as discord, SandboxPaperless() as paperless:
        opening.set_the_scene(paperless)
        settings = demo_settings(folder, discord=discord, paperless=paperless, url=url)
        bot = StagedBot(settings, discord, discord.clock.now)
        stage = Stage(discord, paperless, bot)
        async with serve_page(stage, listening):
            await bot.start()
            try:
                yield Demo(stage, url)
            finally:
                await bot.stop()


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


async def run_demo(*, port: int = 8765, open_browser: bool = True) -> int:
    """Until SIGINT or SIGTERM; answers the exit status."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    listening = listen_near(port)
    if port and listening.getsockname()[1] != port:
        _say(f"Port {port} is taken, so the demo takes the next free one.")
    with TemporaryDirectory(prefix="paperless-demo-") as folder:
        async with open_demo(Path(folder), listening) as demo:
            _say(f"\n  The demo is at  {demo.url}  (Ctrl+C ends it)\n")
            playing = asyncio.create_task(opening.play_opening(demo.stage), name="opening")
            if open_browser and _has_display():
                await asyncio.to_thread(webbrowser.open, demo.url)
            await stop.wait()
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)
    return Exit.DONE


def _has_display() -> bool:
    """Without one, `webbrowser` would put a text browser over the terminal."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()

"""No secret of the configuration is in anything the bot writes: logs at every level, errors, repr, health, crashes."""

import io
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import logs
from bot.config import Settings
from bot.sandbox.discord import ids
from tests.house import House

PROXY_SECRET = "hunter2-of-the-proxy"
PASSWORD = "pw-of-the-database"


class Guarded(House):
    """With every kind of secret that a configuration can hold."""

    def settings(self) -> Settings:
        tokens = self.paperless.tokens
        server = {
            "url": self.paperless.url,
            "token": tokens["staff"],
            "run_token": tokens["admin"],
            "headers": {"X-Proxy-Key": PROXY_SECRET},
        }
        self.overrides = {"paperless": {"home": server}, "health": {"listen": "127.0.0.1:0"}}
        return super().settings()

    def secrets(self) -> list[str]:
        return [self.discord.token, *self.paperless.tokens.values(), PROXY_SECRET]


class Everything(logging.Handler):
    """Each record as it is made, before any formatter of ours has redacted it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self._formatter = logging.Formatter("%(name)s %(message)s")

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self._formatter.format(record))


@pytest.fixture
def everything() -> Iterator[Everything]:
    handler, root = Everything(), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(before)


async def live(house: Guarded) -> None:
    """A bit of everything that can go well or wrong."""
    async with house.bot() as bot:
        await bot.desk.watchers["home"].poll_once()
        house.paperless.fail("invoice-11.pdf", owner="bob")
        card = await house.card(lambda text: "invoice-11.pdf" in text)
        await house.press(card, "Details")
        await house.press(card, "Acknowledge")
        await house.press(await house.command("tasks run", type="sanity_check"), "Run now")
        for status in (401, 403, 500):
            fault = house.paperless.faults.add("status", status=status)
            await house.command("tasks summary")
            house.paperless.faults.remove(fault)
        await house.paperless.down()
        await house.command("tasks active")
        await bot.desk.watchers["home"].poll_once()


async def test_no_log_record_at_any_level_holds_a_secret(tmp_path: Path, everything: Everything) -> None:
    async with Guarded(tmp_path) as house:
        await live(house)
        found = [line for line in everything.lines for secret in house.secrets() if secret in line]
    assert len(everything.lines) > 200
    assert any(line.startswith("discord.gateway") for line in everything.lines), "DEBUG was not on"
    assert not found


async def test_no_message_holds_a_secret(tmp_path: Path) -> None:
    async with Guarded(tmp_path) as house:
        await live(house)
        sent = [str(request.json) for request in house.discord.requests]
        assert not [body for body in sent for secret in house.secrets() if secret in body]


@pytest.mark.parametrize("log_format", ["text", "json"])
async def test_the_token_of_an_interaction_is_in_no_line_that_is_written(
    tmp_path: Path, log_format: logs.LogFormat
) -> None:
    """discord.py logs whole events at DEBUG, and addresses with it in them at WARNING."""
    stream, root = io.StringIO(), logging.getLogger()
    before, handlers = root.level, list(root.handlers)
    try:
        logs.set_up(log_format, level=logging.DEBUG, stream=stream)
        async with Guarded(tmp_path) as house:
            async with house.bot():
                asked = await house.discord.command(user_id=ids.BEN_ID, channel_id=ids.ALERTS_ID, name="tasks active")
                await asked.reply(timeout=10)
            written, token = stream.getvalue(), asked.token
    finally:
        root.handlers[:] = handlers
        root.setLevel(before)
    assert "INTERACTION_CREATE" in written
    assert token not in written


def test_the_settings_show_no_secret(tmp_path: Path) -> None:
    values = {
        "discord": {"token": "discord-secret", "guild_id": 1},
        "paperless": {
            "home": {"url": "http://x", "token": "main-secret", "run_token": "run-secret", "headers": {"A": "h-secret"}}
        },
        "failures": {"channel_id": 1},
        "database": {"url": f"postgresql://bot:{PASSWORD}-secret@db/bot"},
    }
    settings = Settings.model_validate(values)
    assert "secret" not in repr(settings)
    assert "secret" not in str(settings)
    assert "secret" not in repr(settings.database)


async def test_the_objects_that_hold_tokens_show_none(tmp_path: Path) -> None:
    async with Guarded(tmp_path) as house, house.bot() as bot:
        shown = " ".join(repr(one) for one in (bot, bot.http, bot.servers, bot.servers["home"].client, bot.settings))
        assert not [secret for secret in house.secrets() if secret in shown]


async def test_the_health_pages_show_none(tmp_path: Path) -> None:
    from bot.vitals import metrics_text, readiness

    async with Guarded(tmp_path) as house, house.bot() as bot:
        await house.paperless.down()
        await bot.desk.watchers["home"].poll_once()
        pages = str(await readiness(bot)) + str(await metrics_text(bot))
        assert not [secret for secret in house.secrets() if secret in pages]


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_crash_is_reported_without_secrets(tmp_path: Path, log_format: str) -> None:
    """A defect ends the process with status 1 and a traceback: in the log, redacted, and nowhere else."""
    program = (
        "import bot.__main__ as m, asyncio\n"
        "async def _broken(*_a, **_k): raise KeyError('postgresql://bot:" + PASSWORD + "@db/bot')\n"
        "import bot.run; bot.run.run_until_signalled = bot.run.run = _broken\n"
        f"import sys; sys.exit(m.main(['run', '--config', 'config.toml', '--log-format', '{log_format}']))\n"
    )
    (tmp_path / "config.toml").write_text(
        '[discord]\ntoken = "x"\nguild_id = 1\n[paperless.home]\nurl = "http://127.0.0.1:1"\ntoken = "y"\n'
        "[failures]\nchannel_id = 1\n"
    )
    root = Path(__file__).resolve().parents[2]
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env={"PYTHONPATH": str(root)}, capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert "KeyError" in ended.stderr
    assert PASSWORD not in ended.stdout + ended.stderr

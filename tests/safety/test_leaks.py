"""No secret of the configuration is in anything the bot writes: logs at every level, errors, repr, health, crashes."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from bot import logs
from bot.checks.finding import failure
from bot.config import ConfigError, Settings, load
from bot.sandbox.discord import ids
from bot.ui import redaction
from bot.ui.text import clean, code_block, escape, plain, redact
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
        _, card = await house.failed_card(bot)
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


ODD = "pä/ss w%rd+&\"'\\1"  # a header of a proxy may hold anything
VALUES = {
    "discord": {"token": "discord-canary", "guild_id": 1},
    "paperless": {
        "home": {
            "url": "https://inside.example.org",
            "token": "main-canary",
            "run_token": "run-canary",
            "headers": {"CF-Access": "proxy-canary", "X-Odd": ODD, "Host": "inside.example.org"},
        }
    },
    "failures": {"channel_id": 1},
    "database": {"url": "postgresql://bot:p%40ss%2Fcanary@db/bot"},
}
KNOWN = ["discord-canary", "main-canary", "run-canary", "proxy-canary", "p%40ss%2Fcanary", "p@ss/canary"]
FORMS = [*KNOWN, ODD, quote(ODD), quote(ODD, safe=""), quote_plus(ODD), json.dumps(ODD), repr(ODD)]


@pytest.fixture
def configured() -> Iterator[Settings]:
    yield Settings.model_validate(VALUES)
    redaction.remember([])


class TestKnownByTheirValue:
    """A secret that looks like nothing, in a place where nothing says that it is one."""

    @pytest.mark.parametrize("form", FORMS)
    def test_in_no_text_that_is_shown(self, configured: Settings, form: str) -> None:
        said = f"See{form}here"
        shown = [redact(said), clean(said), escape(said), plain(said, 100), code_block(said, 200)]
        assert not [text for text in shown if form in text or "canary" in text or "rd+" in text]
        assert all("See" in text and "here" in text for text in shown)

    @pytest.mark.parametrize("log_format", ["text", "json"])
    @pytest.mark.parametrize("secret", [*KNOWN, ODD])
    def test_in_no_line_of_a_log(self, configured: Settings, secret: str, log_format: logs.LogFormat) -> None:
        stream, root = io.StringIO(), logging.getLogger()
        handlers, level = root.handlers[:], root.level
        try:
            logs.set_up(log_format, level=logging.DEBUG, stream=stream)
            for name in ("bot", "aiohttp.client", "sqlalchemy.engine.Engine", "asyncio", "discord.http"):
                logging.getLogger(name).warning("sent %r with %s", {"X": secret}, secret)
                try:
                    raise KeyError(secret)
                except KeyError:
                    logging.getLogger(name).exception("lost")
        finally:
            root.handlers[:] = handlers
            root.setLevel(level)
        written = stream.getvalue()
        assert len(written.splitlines()) == 10
        assert "canary" not in written
        assert "rd+" not in written


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_log_tells_a_terminal_nothing(log_format: logs.LogFormat) -> None:
    """A filename may hold what moves the cursor, colours a line, or turns its direction."""
    record = logging.LogRecord(
        "x", logging.INFO, __file__, 1, "\x1b[2J\x07\x9b\u202e\u2066\ud800 %s", ("a\nb\rc",), None
    )
    line = (logs.JsonFormatter() if log_format == "json" else logs.TextFormatter()).format(record)
    assert line.isprintable()
    assert "u001b[2J" in line


def test_something_invisible_in_a_secret_does_not_hide_it(configured: Settings) -> None:
    assert "canary" not in clean("main-\u200bcan\u200dary")
    assert "canary" not in code_block("x\nmain-\u200bcanary", 100)


def test_what_an_address_says_anyway_is_no_secret(configured: Settings) -> None:
    """A proxy may want a Host header, which stands among the secrets."""
    assert "inside.example.org" in redact("there is no host inside.example.org")


@pytest.mark.parametrize("password", ["paperless", "paperless-ngx", "postgres", "x"])
def test_a_password_that_is_a_word_of_ours_does_not_cut_up_every_sentence(password: str) -> None:
    Settings.model_validate(VALUES | {"database": {"url": f"postgresql://bot:{password}@db/bot"}})
    try:
        assert "Paperless-ngx does not answer: x" in redact("Paperless-ngx does not answer: x")
        assert f":{password}@" not in redact(f"at postgresql://bot:{password}@db/bot")
    finally:
        redaction.remember([])


def test_a_secret_from_a_file_is_known_too(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-a-file\n", encoding="utf-8")
    server = {"url": "http://x", "token_file": str(tmp_path / "token")}
    Settings.model_validate(VALUES | {"paperless": {"home": server}})
    try:
        assert redact("got from-a-file back") == f"got {redaction.REDACTED} back"
    finally:
        redaction.remember([])


def test_a_mistake_in_the_configuration_is_told_without_the_password_in_it(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[paperless.home]\nurl = "ftp://bot:hunter2@host/"\n', encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load(tmp_path / "config.toml")
    assert "paperless.home.url" in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_what_check_finds_is_told_without_secrets(configured: Settings) -> None:
    assert "canary" not in str(failure("paperless.home", "rejected: main-canary"))


ESCAPES = {
    "a record whose arguments do not fit": "logging.getLogger('x').error('%d', {secret!r})",
    "a thread": "t = threading.Thread(target=lambda: 1 / int({secret!r})); t.start(); t.join()",
    "a destructor": "type('T', (), {{'__del__': lambda self: 1 / int({secret!r})}})()",
    "a warning": "warnings.warn({secret!r}, UserWarning)",
    "a task that nobody awaits": "asyncio.ensure_future(asyncio.to_thread(int, {secret!r})); await asyncio.sleep(.1)",
    "an error": "raise KeyError('postgresql://bot:" + PASSWORD + "@db/bot', {secret!r})",
}


@pytest.mark.thorough
@pytest.mark.parametrize("log_format", ["text", "json"])
def test_whatever_escapes_is_told_in_the_log_and_without_secrets(tmp_path: Path, log_format: str) -> None:
    """Python tells of these by itself, on stderr and as they are. The last one ends the process with status 1."""
    token = "canary-of-the-configuration"
    program = (
        "import bot.__main__ as m, asyncio, bot.run, logging, sys, threading, warnings\n"
        "async def broken(*_a, **_k):\n"
        + "".join(f"    {line.format(secret=token)}\n" for line in ESCAPES.values())
        + "bot.run.run_until_signalled = broken\n"
        f"sys.exit(m.main(['run', '--config', 'config.toml', '--log-format', '{log_format}']))\n"
    )
    (tmp_path / "config.toml").write_text(
        f'[discord]\ntoken = "{token}"\nguild_id = 1\n[paperless.home]\nurl = "http://127.0.0.1:1"\ntoken = "y"\n'
        "[failures]\nchannel_id = 1\n"
    )
    root = Path(__file__).resolve().parents[2]
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env={"PYTHONPATH": str(root)}, capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert "KeyError" in ended.stderr
    assert len(ended.stderr.splitlines()) == len(ESCAPES)
    assert PASSWORD not in ended.stdout + ended.stderr
    assert token not in ended.stdout + ended.stderr

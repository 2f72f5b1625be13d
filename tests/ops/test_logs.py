"""Logs: a line each, a name for each that stays, and no secret."""

import ast
import io
import json
import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import logs
from bot.app import TaskBot, utc_now
from tests.house import House, polled

ROOT = Path(__file__).resolve().parents[2]
AGAIN = "poll_answered_again"
METHODS = {"debug", "info", "warning", "error", "critical", "exception", "log"}


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call that logs, with where it stands. The sandbox is no part of a bot; the client is used on its own."""
    for path in [*(ROOT / "bot").rglob("*.py"), *(ROOT / "cogs").rglob("*.py")]:
        if {"sandbox", "paperless"} & set(path.relative_to(ROOT).parts):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "log"
                and node.func.attr in METHODS
            ):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def events() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for where, call in calls():
        extra = next((keyword.value for keyword in call.keywords if keyword.arg == "extra"), None)
        name = ast.literal_eval(extra).get("event", "") if isinstance(extra, ast.Dict) else ""
        found.setdefault(name, []).append(where)
    return found


def test_everything_that_is_logged_has_a_name_of_its_own() -> None:
    found = events()

    assert len(found) > 40
    assert found.get("", []) == []
    assert [name for name in found if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name)] == []
    assert {name: where for name, where in found.items() if len(where) > 1} == {}


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)


def test_json_is_an_object_a_line(stream: io.StringIO) -> None:
    logs.set_up("json", stream=stream)
    logging.getLogger("bot.x").warning("two\nlines of %s", "a.pdf", extra={"event": "tried"})

    (line,) = stream.getvalue().splitlines()

    entry = json.loads(line)
    assert entry.pop("time").endswith("Z")
    assert entry == {"level": "WARNING", "logger": "bot.x", "event": "tried", "message": "two\nlines of a.pdf"}


def test_what_a_library_logs_has_a_name_that_stays_the_same_too(stream: io.StringIO) -> None:
    logs.set_up("json", stream=stream)
    logging.getLogger("discord.client").info("logging in using static token")

    assert json.loads(stream.getvalue())["event"] == "discord.client"


def test_text_is_one_line_even_with_a_traceback(stream: io.StringIO) -> None:
    logs.set_up("text", stream=stream)
    try:
        raise ValueError("first\nsecond")
    except ValueError:
        logging.getLogger("bot.x").exception("went wrong", extra={"event": "tried"})

    (line,) = stream.getvalue().splitlines()

    assert "ERROR bot.x tried: went wrong | Traceback" in line
    assert line.endswith("ValueError: first | second")


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_no_secret_gets_into_a_log(stream: io.StringIO, log_format: logs.LogFormat) -> None:
    logs.set_up(log_format, stream=stream)
    token = "0123456789abcdef" * 2 + "01234567"
    logging.getLogger("bot.x").warning("sent Authorization: Token %s to postgresql://bot:hunter2@host/x", token)

    assert token not in stream.getvalue()
    assert "hunter2" not in stream.getvalue()


def test_what_discord_py_says_about_voice_is_not_repeated(stream: io.StringIO) -> None:
    logs.set_up("text", stream=stream)
    logging.getLogger("discord.client").warning("PyNaCl is not installed, voice will NOT be supported")

    assert stream.getvalue() == ""


async def test_a_server_that_is_away_for_long_is_a_line_an_hour(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """It is asked every few seconds, and may be away for weeks. Another reason is told at once."""
    ahead = timedelta()
    async with TaskBot(house.settings(), connector=house.discord.connector(), now=lambda: utc_now() + ahead) as bot:
        await bot.login(house.discord.token)
        await polled(bot)
        caplog.set_level(logging.INFO)
        await house.paperless.down()
        await polled(bot)
        await house.paperless.up()
        house.paperless.faults.add("html")
        await polled(bot)
        await polled(bot)
        ahead = timedelta(hours=1)
        await polled(bot)
        house.paperless.faults.clear()
        await polled(bot)
        await polled(bot)

    said = [one.getMessage() for one in caplog.records if getattr(one, "event", "") in ("poll_unanswered", AGAIN)]
    assert said[0] == "home: Paperless-ngx cannot be reached: Connection refused (GET /api/tasks/)"
    assert said[0] != said[1] == said[2]
    assert said[3:] == ["home answers again"]

"""`demo --paperless`: the bot on somebody's own Paperless-ngx. A local one, reached over TCP, stands for it here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.config import ConfigError
from bot.exits import Exit
from bot.sandbox.demo import Demo, listen_near, open_own_demo, run_demo
from bot.sandbox.discord import Upload, ids
from bot.sandbox.own import CHANGES, CHANGES_NOTHING, OwnPaperless, own_paperless
from bot.sandbox.paperless import SandboxPaperless
from tests.house import buttons, texts

OWN = {"X-Sandbox-Page": "1"}
VERSIONS = pytest.mark.parametrize("version", ["3.0.5", "2.20.15"])
PDF = b"%PDF-1.7 a letter %%EOF"


@pytest.fixture
async def theirs(version: str) -> AsyncIterator[SandboxPaperless]:
    async with SandboxPaperless(version=version) as paperless:
        yield paperless


def own(url: str, token: str, monkeypatch: pytest.MonkeyPatch, *, read_only: bool = False) -> OwnPaperless:
    monkeypatch.setenv("PAPERLESS_TOKEN", token)
    return own_paperless(url, token_file=None, ca_file=None, read_only=read_only)


@asynccontextmanager
async def opened(folder: Path, server: OwnPaperless) -> AsyncIterator[Demo]:
    """Once the bot has looked for the first time."""
    async with open_own_demo(folder, listen_near(0), server, poll_seconds=1) as demo:
        await demo.stage.discord.until(lambda: bool(posted(demo)), timeout=10)
        yield demo


def posted(demo: Demo) -> list[dict[str, Any]]:
    messages = demo.stage.discord.messages(ids.ALERTS_ID)
    return [one for one in messages if one["author"]["id"] == str(ids.APPLICATION_ID)]


async def card_about(demo: Demo, words: str) -> dict[str, Any]:
    def found() -> list[dict[str, Any]]:
        return [message for message in posted(demo) if words in texts(message)]

    await demo.stage.discord.until(lambda: bool(found()), timeout=10)
    return found()[-1]


async def press(demo: Demo, message: dict[str, Any], label: str) -> dict[str, Any]:
    pressed = await demo.stage.discord.press(
        user_id=ids.BEN_ID, message_id=int(message["id"]), custom_id=buttons(message)[label]
    )
    return await pressed.reply(timeout=10)


async def said(demo: Demo, name: str, **options: Any) -> str:
    asked = await demo.stage.discord.command(user_id=ids.BEN_ID, channel_id=ids.ALERTS_ID, name=name, options=options)
    return texts(await asked.reply(timeout=10))


@VERSIONS
async def test_it_tells_what_fails_there_and_acknowledges_there(
    tmp_path: Path, theirs: SandboxPaperless, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = theirs.fail("last-year.pdf", ago=3600)
    async with opened(tmp_path, own(theirs.url, theirs.tokens["admin"], monkeypatch)) as demo:
        assert "1 task in Paperless had failed before the bot came" in texts(posted(demo)[0])
        row = theirs.fail("invoice-11.pdf")
        card = await card_about(demo, "invoice-11.pdf")
        assert buttons(card)["Open in Paperless"].startswith(theirs.url)
        await press(demo, card, "Acknowledge")
        assert (row.acknowledged, before.acknowledged) == (True, False)
        said_to = {asked["to"] for asked in demo.stage.activity.snapshot()["requests"]}
        assert said_to == {"discord", "paperless"}
        assert demo.stage.status()["lamps"][1] == {
            "label": "Paperless-ngx",
            "text": f"{theirs.version.value} answers",
            "state": "good",
        }


@pytest.mark.parametrize("version", ["3.0.5"])
async def test_where_discord_takes_no_link_to_the_server_it_says_why_cards_have_none(
    tmp_path: Path, theirs: SandboxPaperless, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = own(theirs.url.replace("127.0.0.1", "localhost"), theirs.tokens["admin"], monkeypatch)
    theirs.fail("last-year.pdf", ago=3600)
    async with opened(tmp_path, server) as demo:
        theirs.fail("invoice-11.pdf")
        assert "Open in Paperless" not in buttons(await card_about(demo, "invoice-11.pdf"))
    why = server.place()["about"][-1]
    assert "Discord takes no link to localhost" in why
    assert f"--paperless {theirs.url}" in why
    assert not any("takes no link" in one for one in own(theirs.url, "token", monkeypatch).place()["about"])


@VERSIONS
async def test_read_only_nothing_but_questions_reaches_the_server(
    tmp_path: Path, theirs: SandboxPaperless, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = own(theirs.url, theirs.tokens["admin"], monkeypatch, read_only=True)
    theirs.fail("last-year.pdf", ago=3600)
    async with opened(tmp_path, server) as demo:
        row = theirs.fail("invoice-11.pdf")
        card = await card_about(demo, "invoice-11.pdf")
        refused = "This demo only reads (--read-only): nothing was changed in Paperless-ngx"
        assert refused in texts(await press(demo, card, "Acknowledge"))
        await said(demo, "upload", file=Upload(filename="letter.pdf", data=PDF))
        assert "letter.pdf" in texts(await card_about(demo, refused))
        assert "invoice-11.pdf" in await said(demo, "tasks failures")
        assert not row.acknowledged
    assert {request.method for request in theirs.requests} == {"GET"}


@pytest.mark.parametrize("version", ["3.0.5"])
@pytest.mark.parametrize(("read_only", "sentence"), [(False, CHANGES), (True, CHANGES_NOTHING)])
async def test_the_page_says_what_it_does_there_and_plays_only_what_is_its_own(
    tmp_path: Path, theirs: SandboxPaperless, monkeypatch: pytest.MonkeyPatch, read_only: bool, sentence: str
) -> None:
    server = own(theirs.url, theirs.tokens["admin"], monkeypatch, read_only=read_only)
    theirs.fail("last-year.pdf", ago=3600)
    async with opened(tmp_path, server) as demo, aiohttp.ClientSession(demo.url, headers=OWN) as http:
        async with http.get("/api/state") as answer:
            state = await answer.json()
        assert sentence in state["place"]["about"]
        offered = {action["name"] for group in state["world"] for action in group["actions"]}
        assert offered == {
            *("delete_card", "cut_gateway", "rate_limit", "refuse_posts", "lose_answers", "stop_bot", "start_bot")
        }
        for name in ("down", "burst", "pass_time", "up", "acknowledge_everything"):
            async with http.post(f"/api/world/{name}", json={}) as answer:
                assert answer.status == 400, name
                assert "the demo was started on your own" in (await answer.json())["message"]
        async with http.get("/paperless/tasks") as answer:
            assert answer.status == 404
        for name in ("stop_bot", "start_bot", "cut_gateway"):
            async with http.post(f"/api/world/{name}", json={}) as answer:
                assert answer.status == 200, name


@pytest.mark.parametrize("version", ["3.0.5"])
async def test_a_server_that_goes_away_shows_on_the_page(
    tmp_path: Path, theirs: SandboxPaperless, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs.fail("last-year.pdf", ago=3600)
    server = own(theirs.url, theirs.tokens["admin"], monkeypatch)
    async with opened(tmp_path, server) as demo, demo.stage.follow(ids.BEN_ID) as told:
        await theirs.down()
        lamps: list[dict[str, str]] = []
        while not any(lamp["text"] == "does not answer" for lamp in lamps):
            event = await told.get()
            lamps = event[1]["lamps"] if event and event[0] == "status" else []


@VERSIONS
async def test_a_token_that_it_does_not_know_ends_with_a_sentence(
    theirs: SandboxPaperless, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status = await run_demo(port=0, open_browser=False, own=own(theirs.url, "wrong", monkeypatch))
    assert status == Exit.CONFIG
    assert "Paperless-ngx does not accept the token" in capsys.readouterr().out


async def test_an_address_where_nobody_answers_ends_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with listen_near(0) as bound:  # and not listening
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        status = await run_demo(port=0, open_browser=False, own=own(url, "any", monkeypatch))
    assert status == Exit.UNAVAILABLE
    assert "cannot be reached: Connection refused" in capsys.readouterr().out


@pytest.mark.parametrize("version", ["3.0.5"])
def test_certificates_that_cannot_be_read_end_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setenv("PAPERLESS_TOKEN", "token")
    with pytest.raises(ConfigError, match=r"ca_file: .* holds no readable certificates"):
        own_paperless("http://host", token_file=None, ca_file=tmp_path / "none.pem", read_only=True)


def test_a_token_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^token_file: .*/none cannot be read: No such file or directory$"):
        own_paperless("http://host", token_file=tmp_path / "none", ca_file=None, read_only=True)


def test_the_token_is_read_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPERLESS_TOKEN", "of-the-environment")
    (tmp_path / "token").write_text("of-the-file\n")
    server = own_paperless("http://host", token_file=tmp_path / "token", ca_file=None, read_only=False)
    assert server.section.token.get_secret_value() == "of-the-file"


@pytest.mark.parametrize(
    ("url", "token", "sentence"),
    [
        ("http://host", "", "token: missing; set PAPERLESS_TOKEN"),
        ("http://host", "Token abc", "token: contains a space"),
        ("host:8000", "abc", "is not a URL that starts with http"),
        ("http://user:secret@host", "abc", "url: must hold no user name, password"),
    ],
)
def test_what_is_wrong_in_what_was_given_is_said(
    url: str, token: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigError) as raised:
        own(url, token, monkeypatch)
    (mistake,) = raised.value.mistakes
    assert sentence in mistake
    assert "secret" not in mistake

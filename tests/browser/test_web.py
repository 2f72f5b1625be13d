"""The page's server: who may speak to it, and what it refuses. No browser needed."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from bot.sandbox.demo import listen_near
from bot.sandbox.discord import Upload, ids
from bot.sandbox.panel import ACTIONS
from bot.sandbox.stage import Stage
from bot.sandbox.web import PAGE, serve_page

pytestmark = pytest.mark.asyncio(loop_scope="session")

OWN = {"X-Sandbox-Page": "1"}
MESSAGES = f"/api/channels/{ids.ALERTS_ID}/messages"


@pytest_asyncio.fixture(loop_scope="session")
async def url(stage: Stage, listening: socket.socket) -> AsyncIterator[str]:
    async with serve_page(stage, listening):
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest_asyncio.fixture(loop_scope="session")
async def http(url: str) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(url) as session:
        yield session


async def test_the_page_and_its_modules_are_served_under_a_strict_policy(http: aiohttp.ClientSession) -> None:
    for path, kind in (("/", "text/html"), ("/main.js", "text/javascript"), ("/base.css", "text/css")):
        async with http.get(path) as answer:
            assert answer.status == 200
            assert answer.content_type == kind
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Host": "evil.example:{port}"}, id="another host: a name rebound to this machine"),
        pytest.param({"Host": "evil.example"}, id="another host without a port"),
        pytest.param({"Host": "127.0.0.1:1"}, id="another port"),
        pytest.param({"Origin": "http://evil.example"}, id="another origin"),
        pytest.param({"Origin": "null"}, id="an origin without a name, as of a sandboxed frame"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, id="the browser says: another site"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, id="the browser says: another port of this machine"),
    ],
)
async def test_a_foreign_page_reads_nothing(http: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> None:
    sent = {name: value.format(port=url.rpartition(":")[2]) for name, value in headers.items()}
    async with http.get("/api/state", headers=OWN | sent) as answer:
        assert answer.status == 403
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_a_foreign_page_changes_nothing(stage: Stage, http: aiohttp.ClientSession) -> None:
    body = json.dumps({"user": str(ids.ADA_ID)})
    plain = {"Content-Type": "text/plain"}  # what a form or fetch can send across origins without asking first
    async with http.post("/api/world/down", data=body, headers=plain) as answer:
        assert answer.status == 403
    async with http.post("/api/world/down", data=body, headers=OWN | {"Origin": "http://localhost:1"}) as answer:
        assert answer.status == 403
    assert stage.paperless.is_up
    async with http.post("/api/world/down", data=body, headers=OWN) as answer:
        assert answer.status == 200
    assert not stage.paperless.is_up


async def test_nothing_outside_the_page_folder_is_served(http: aiohttp.ClientSession) -> None:
    for path in ("/../web.py", "/%2e%2e/web.py", "/..%2fweb.py", "/web.py", "/cdn/..%2fmain.js"):
        async with http.get(path, headers=OWN) as answer:
            assert answer.status in (403, 404), path


async def test_what_cannot_be_done_is_said(http: aiohttp.ClientSession) -> None:
    press = {"kind": "press", "user": str(ids.BEN_ID), "message_id": "1", "custom_id": "x", "channel_id": "1"}
    async with http.post("/api/interactions", json=press, headers=OWN) as answer:
        assert answer.status == 400
        assert "message 1" in (await answer.json())["message"]
    async with http.post("/api/world/nothing", json={}, headers=OWN) as answer:
        assert answer.status == 404


NEEDS_A_BOT = {"start_bot", "stop_bot", "delete_card", "delete_message"}


@pytest.mark.parametrize("action", sorted(set(ACTIONS) - NEEDS_A_BOT))
async def test_each_action_of_the_panel_answers_a_sentence(
    stage: Stage, http: aiohttp.ClientSession, action: str
) -> None:
    row = stage.paperless.fail("a.pdf")
    form = {"user": str(ids.BEN_ID), "id": str(row.id), "count": "10", "span": "a day"}
    async with http.post(f"/api/world/{action}", json=form, headers=OWN) as answer:
        said = await answer.json()
        assert answer.status == 200, said
        assert said["message"].endswith(".")
    async with http.get("/api/paperless", headers=OWN) as answer:
        assert answer.status == 200


async def test_the_panel_describes_every_action_it_offers(http: aiohttp.ClientSession) -> None:
    async with http.get(f"/api/state?user={ids.BEN_ID}", headers=OWN) as answer:
        state = await answer.json()
    offered = [action["name"] for group in state["world"] for action in group["actions"]]
    assert len(offered) == len(set(offered))
    assert set(offered) == set(ACTIONS) - {"delete_message", "acknowledge"}
    assert [lamp["state"] for lamp in state["status"]["lamps"]] == ["bad", "good", "good"]


async def test_a_number_out_of_range_is_brought_into_it(stage: Stage, http: aiohttp.ClientSession) -> None:
    async with http.post("/api/world/burst", json={"count": "-5"}, headers=OWN) as answer:
        assert answer.status == 200
    assert len(stage.paperless.table) == 1
    async with http.post("/api/world/burst", json={"count": "many"}, headers=OWN) as answer:
        assert answer.status == 400


async def test_a_message_with_a_file_is_told_and_the_file_is_a_download(
    stage: Stage, http: aiohttp.ClientSession
) -> None:
    form = aiohttp.FormData()
    form.add_field("payload_json", json.dumps({"user": str(ids.BEN_ID), "content": "look"}))
    form.add_field("files[0]", b"<script>alert(1)</script>", filename="page.html", content_type="text/html")
    async with http.post(MESSAGES, data=form, headers=OWN) as answer:
        assert answer.status == 200
    async with http.get(f"{MESSAGES}?user={ids.CLEO_ID}", headers=OWN) as answer:
        (message,) = await answer.json()
    link = message["attachments"][0]["url"]
    assert link.startswith("/cdn/attachments/")
    async with http.get(link, headers=OWN) as answer:
        assert await answer.read() == b"<script>alert(1)</script>"
        assert answer.content_type == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == "attachment"
        assert "sandbox" in answer.headers["Content-Security-Policy"]


async def test_events_reach_those_who_may_see_them(stage: Stage, http: aiohttp.ClientSession) -> None:
    async with http.get(f"/api/events?user={ids.BEN_ID}", headers=OWN) as stream:
        assert stream.content_type == "text/event-stream"
        await stream.content.readuntil(b"\n\n")
        picture = Upload(filename="a.png", data=b"\x89PNG")
        await stage.discord.post_message(ids.CLEO_ID, "hello", [picture], channel_id=ids.GENERAL_ID)
        name, data = (await stream.content.readuntil(b"\n\n")).decode().split("\n", 1)
    assert name == "event: message"
    told = json.loads(data.removeprefix("data: "))
    assert told["op"] == "create"
    assert told["message"]["content"] == "hello"
    assert told["message"]["attachments"][0]["url"].startswith("/cdn/")


async def test_open_streams_do_not_hold_up_the_end(stage: Stage, listening: socket.socket) -> None:
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    async with asyncio.timeout(5), aiohttp.ClientSession(url) as session:
        async with serve_page(stage, listening):
            stream = await session.get(f"/api/events?user={ids.BEN_ID}", headers=OWN)
            await stream.content.readuntil(b"\n\n")
        assert await stream.content.read() == b""


async def test_no_module_of_the_page_makes_markup_of_text_or_asks_another_host() -> None:
    markup = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc\s*=")
    elsewhere = re.compile(r"""(?:src|href|from|fetch\(|import\(|url\()[\s=("']*(?:https?:)?//""")
    for path in PAGE.glob("*"):
        lines = [line for line in path.read_text().splitlines() if not line.lstrip().startswith(("//", "/*"))]
        assert not [line for line in lines if markup.search(line) and "REFUSED" not in line], path.name
        assert not [line for line in lines if elsewhere.search(line)], path.name
        assert len(lines) < 300, path.name


async def test_a_taken_port_leads_to_the_next_free_one() -> None:
    with listen_near(0) as first:
        first.listen()
        port = first.getsockname()[1]
        with listen_near(port) as second:
            assert second.getsockname()[0] == "127.0.0.1"
            assert second.getsockname()[1] != port

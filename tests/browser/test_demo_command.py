"""`python -m bot demo` as a person starts and ends it. No browser needed."""

import asyncio
import os
import re
import signal
import sys
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox.demo import listen_near
from bot.sandbox.own import CHANGES_NOTHING
from bot.sandbox.paperless import SandboxPaperless

pytestmark = pytest.mark.thorough  # each starts one
ROOT = Path(__file__).parents[2]
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
async def test_it_says_where_it_is_serves_and_leaves_nothing_behind(tmp_path: Path, ending: signal.Signals) -> None:
    with listen_near(0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        # A real bot's settings in the environment stay out of the demo, even wrong ones.
        environment = os.environ | {"TMPDIR": str(tmp_path), "BOT_DISCORD__TOKEN": "", "BOT_NONSENSE": "1"}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "demo", "--no-browser", "--port", str(port)),
            cwd=ROOT,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        first = (await process.stdout.readline()).decode()
        assert f"Port {port} is taken" in first
        found = None
        while found is None:
            found = ADDRESS.search((await process.stdout.readline()).decode())
        assert found[1] != str(port)
        async with aiohttp.ClientSession() as session, session.get(found[0]) as answer:
            assert answer.status == 200
        process.send_signal(ending)
        _, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    assert b"Traceback" not in errors, errors.decode()
    assert os.listdir(tmp_path) == []


async def test_on_ones_own_paperless_it_says_first_what_it_finds_and_does(tmp_path: Path) -> None:
    async with SandboxPaperless() as theirs:
        theirs.fail("invoice-11.pdf")
        process = await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-m",
                "bot",
                "demo",
                "--no-browser",
                "--port",
                "0",
                "--paperless",
                theirs.url,
                "--read-only",
            ),
            cwd=ROOT,
            env=os.environ | {"TMPDIR": str(tmp_path), "PAPERLESS_TOKEN": theirs.tokens["viewer"]},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        said = ""
        while (found := ADDRESS.search(said.partition("The demo is at")[2])) is None:
            line = (await process.stdout.readline()).decode()
            assert line, said
            said += line
        async with aiohttp.ClientSession() as session, session.get(f"{found[0]}/api/state") as answer:
            assert (await answer.json())["place"]["tag"] == f"{theirs.url}, read-only"
        process.send_signal(signal.SIGINT)
        _, errors = await process.communicate()
        asked = {request.method for request in theirs.requests}
    assert process.returncode == 0, errors.decode()
    assert "1 failed task that nobody has acknowledged" in said
    assert CHANGES_NOTHING in said
    assert theirs.tokens["viewer"] not in said + errors.decode()
    assert asked == {"GET"}
    assert os.listdir(tmp_path) == []

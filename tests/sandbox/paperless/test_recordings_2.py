"""Every recorded answer of Paperless-ngx 2.20.15, request by request, against the sandbox.

The table of that server is seen in parts only: where a list was longer than what is kept of it, the rows that are kept
are compared, and not the length.
"""

import aiohttp
import pytest

from bot.sandbox.paperless import SandboxPaperless
from tests.shared import PAPERLESS_2, needs_shared

from .recorded_world import recordings, server
from .recorded_world_2 import seed_v2
from .replay import differences, replay

pytestmark = needs_shared

SYSTEM = frozenset({"install_type", "redis_url", "celery_url", "index_last_modified", "total", "available"})


def make_weather(paperless: SandboxPaperless, name: str) -> None:
    weather = paperless.weather
    weather.broker_down = name.startswith("redis_down")
    weather.broker_delay = 0
    weather.database_locked = "database_locked" in name
    weather.index_broken = "index_optimize_failing" in name
    weather.training_broken = "train_classifier_failing" in name
    weather.library_damaged = "errors" in name or "slow" in name
    if "worker_dead" in name:
        paperless.worker.stop()


@pytest.mark.parametrize("name", sorted(recordings(PAPERLESS_2)))
async def test_the_sandbox_answers_as_paperless_2_20_did(name: str) -> None:
    recording = recordings(PAPERLESS_2)[name]
    async with server(PAPERLESS_2, recording.at) as paperless, aiohttp.ClientSession() as session:
        seed_v2(paperless, recording)
        make_weather(paperless, name)
        got = await replay(session, paperless, recording)
    any_of = frozenset({"body"}) if name.startswith("upload_") and got.status == 200 else frozenset[str]()
    assert differences(recording, got, any_of=any_of, whole_table=False) == []

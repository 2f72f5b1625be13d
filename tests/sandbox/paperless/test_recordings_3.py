"""Every recorded answer of Paperless-ngx 3.0.5, request by request, against the sandbox, key by key."""

import aiohttp
import pytest

from bot.sandbox.paperless import SandboxPaperless
from tests.shared import PAPERLESS_3, needs_shared

from .recorded_world import Recording, recordings, seed_v3, server
from .replay import differences, replay

pytestmark = needs_shared

# Of the answers of one kind, the values that are others each time or on each machine; their types are compared.
SYSTEM = frozenset({"install_type", "redis_url", "celery_url", "index_last_modified", "total", "available"})
VARYING = {
    "run_ok": frozenset({"task_id"}),
    "run_while": frozenset({"task_id"}),
    "token_create_ok": frozenset({"token"}),
    "upload_": frozenset({"body"}),
    "system_status": SYSTEM,
    "status_endpoint": SYSTEM,
    "redis_down_status_endpoint": SYSTEM,
    # Operator had acknowledged an unknown number of the rows after the 62nd.
    "acknowledge_all_true_hits_pending_and_started_too": frozenset({"result"}),
}


def varying(recording: Recording) -> frozenset[str]:
    if recording.response["status"] != 200:
        return frozenset()
    return next((keys for start, keys in VARYING.items() if recording.name.startswith(start)), frozenset())


def make_weather(paperless: SandboxPaperless, name: str) -> None:
    paperless.weather.broker_down = name.startswith("redis_down")
    paperless.weather.broker_delay = 0
    paperless.weather.database_locked = "database_locked" in name
    if "worker_dead" in name:
        paperless.worker.stop()


@pytest.mark.parametrize("name", sorted(recordings(PAPERLESS_3)))
async def test_the_sandbox_answers_as_paperless_3_did(name: str) -> None:
    recording = recordings(PAPERLESS_3)[name]
    async with server(PAPERLESS_3, recording.at) as paperless, aiohttp.ClientSession() as session:
        seed_v3(paperless, recording)
        make_weather(paperless, name)
        got = await replay(session, paperless, recording)
    assert differences(recording, got, any_of=varying(recording)) == []

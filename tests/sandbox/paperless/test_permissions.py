"""Who gets what: the recorded matrices of users and requests."""

import json
from datetime import UTC, datetime
from typing import Any

import aiohttp

from bot.sandbox.paperless import SandboxPaperless
from tests.shared import PAPERLESS_2, PAPERLESS_3, needs_shared

from .recorded_world import document, seed_v3_at, server
from .recorded_world_2 import seed_v2_at

pytestmark = needs_shared

AT_3 = datetime(2026, 11, 23, 12, 28, 30, tzinfo=UTC)
AT_2 = datetime(2026, 11, 23, 13, 25, 30, tzinfo=UTC)
REQUESTS_3: dict[str, tuple[str, str, Any]] = {
    "list": ("GET", "/api/tasks/", None),
    "by_task_id": ("GET", "/api/tasks/?task_id={5}", None),
    "retrieve_own_operator_pk5": ("GET", "/api/tasks/5/", None),
    "retrieve_bob_pk6": ("GET", "/api/tasks/6/", None),
    "retrieve_unowned_pk14": ("GET", "/api/tasks/14/", None),
    "active": ("GET", "/api/tasks/active/", None),
    "summary": ("GET", "/api/tasks/summary/", None),
    "status_counts": ("GET", "/api/tasks/status_counts/", None),
    "ack_empty": ("POST", "/api/tasks/acknowledge/", {"tasks": []}),
    "run_bogus": ("POST", "/api/tasks/run/", {"task_type": "make_coffee"}),
    "system_status": ("GET", "/api/status/", None),
    "upload_nothing": ("POST", "/api/documents/post_document/", "multipart"),
    "documents": ("GET", "/api/documents/1/", None),
    "profile": ("GET", "/api/profile/", None),
    "ui_settings": ("GET", "/api/ui_settings/", None),
    "schema": ("GET", "/api/schema/", None),
}
REQUESTS_2: dict[str, tuple[str, str, Any]] = {
    "list": ("GET", "/api/tasks/", None),
    "by_task_id_of_operator": ("GET", "/api/tasks/?task_id={28}", None),
    "retrieve_operators_pk28": ("GET", "/api/tasks/28/", None),
    "retrieve_bobs_pk24": ("GET", "/api/tasks/24/", None),
    "retrieve_unowned_pk34": ("GET", "/api/tasks/34/", None),
    "ack_empty": ("POST", "/api/tasks/acknowledge/", {"tasks": []}),
    "ack_bobs": ("POST", "/api/tasks/acknowledge/", {"tasks": [24]}),
    "run_bogus": ("POST", "/api/tasks/run/", {"task_name": "make_coffee"}),
    "run_index_optimize": ("POST", "/api/tasks/run/", {"task_name": "index_optimize"}),
    "system_status": ("GET", "/api/status/", None),
    "upload_nothing": ("POST", "/api/documents/post_document/", "multipart"),
    "documents_1": ("GET", "/api/documents/1/", None),
    "profile": ("GET", "/api/profile/", None),
    "ui_settings": ("GET", "/api/ui_settings/", None),
}
# Of these only the keys at the beginning are alike: the values are the machine's, or a document's.
BEGINNING = {"system_status": 24, "documents": 9, "documents_1": 9, "ui_settings": 9, "schema": 40, "profile": 40}


def add_note(paperless: SandboxPaperless) -> None:
    """Document 1, an upload of operator."""
    paperless.documents.add(
        title="note",
        original_file_name="note.txt",
        mime_type="text/plain",
        checksum="0",
        added=paperless.clock.now(),
        created="2026-11-23",
        owner=paperless.users["operator"].id,
    )


async def answer(
    session: aiohttp.ClientSession, paperless: SandboxPaperless, user: str, request: tuple[str, str, Any]
) -> str:
    """As the matrices note it: status, content type, and how long the list is or how the body begins."""
    method, path, body = request
    headers = {"Accept": f"application/json; version={paperless.version.api}"}
    if user != "None":
        headers["Authorization"] = f"Token {paperless.tokens[user]}"
    options: dict[str, Any] = {} if body is None else {"json": body}
    if body == "multipart":
        form = aiohttp.FormData(default_to_multipart=True)
        form.add_field("title", "x")
        options = {"data": form}
    for row in paperless.table:
        path = path.replace(f"{{{row.id}}}", row.task_id)
    async with session.request(method, paperless.url + path, headers=headers, **options) as response:
        text = await response.text()
        kind = response.content_type
        if kind == "application/json":
            value = json.loads(text)
            text = json.dumps(value)
            if isinstance(value, list):
                text = f"list[{len(value)}]"
            elif "results" in value:
                text = f"count={value['count']}"
        return f"{response.status} {kind} {text}"


async def disagreements(
    paperless: SandboxPaperless, matrix: dict[str, dict[str, str]], requests: dict[str, tuple[str, str, Any]]
) -> list[str]:
    found = []
    async with aiohttp.ClientSession() as session:
        for user, answers in matrix.items():
            assert set(answers) == set(requests)
            for name, expected in answers.items():
                got = await answer(session, paperless, user, requests[name])
                if expected.startswith("200"):
                    length = len("200 application/json ") + BEGINNING.get(name, 1000)
                    got, expected = got[:length], expected[:length]
                if "list[" in expected and paperless.version.api == 9:
                    got, expected = got[:20], expected[:20]  # the recordings do not show that table whole
                if not got.startswith(expected):
                    found.append(f"{user} {name}: {got}, recorded {expected}")
    return found


async def test_each_user_gets_of_3_0_5_what_was_recorded() -> None:
    async with server(PAPERLESS_3, AT_3) as paperless:
        seed_v3_at(paperless, AT_3)
        add_note(paperless)
        assert await disagreements(paperless, document("permission_matrix")["matrix"], REQUESTS_3) == []


async def test_each_user_gets_of_2_20_15_what_was_recorded() -> None:
    recorded = document("permission_matrix", PAPERLESS_2)
    async with server(PAPERLESS_2, AT_2) as paperless:
        seed_v2_at(paperless, AT_2)
        add_note(paperless)
        assert await disagreements(paperless, recorded["matrix"], REQUESTS_2) == []


def test_the_users_of_2_20_15_have_the_recorded_numbers_and_rights() -> None:
    recorded = document("permission_matrix", PAPERLESS_2)["users"]
    paperless = SandboxPaperless(version="2.20.15")
    for name, user in recorded.items():
        ours = paperless.users[name]
        assert ours.id == user["id"]
        if name != "inactive":
            assert (ours.is_staff, ours.is_superuser) == (user["is_staff"], user["is_superuser"])
            assert ours.permissions == frozenset(user["permissions"])

"""What a token may do, asked in a way that changes nothing. The matrices of the real servers say what is right."""

import json
from typing import Any

import pytest

from bot.paperless import BadToken, PaperlessClient
from bot.paperless.rights import Rights
from bot.sandbox.paperless import SandboxPaperless
from tests.shared import PAPERLESS_2, PAPERLESS_3, needs_shared

SEE, ACKNOWLEDGE = "see", "acknowledge"
SUPERUSER = Rights(see=True, acknowledge=True, superuser=True, all_owners=True)


def ordinary(*can: str, all_owners: bool | None = False) -> Rights:
    return Rights(see=SEE in can, acknowledge=ACKNOWLEDGE in can, superuser=False, all_owners=all_owners)


RIGHTS = {
    "3.0.5": {
        "admin": SUPERUSER,
        "staff": ordinary(SEE, ACKNOWLEDGE, all_owners=None),
        "operator": ordinary(SEE, ACKNOWLEDGE),
        "viewer": ordinary(SEE),
        "nobody": ordinary(),
        "runner": ordinary(SEE, ACKNOWLEDGE),
        "acker": ordinary(ACKNOWLEDGE),
        "staffnp": ordinary(all_owners=None),
    },
    "2.20.15": {
        "admin": SUPERUSER,
        "staff": ordinary(SEE, ACKNOWLEDGE),
        "operator": ordinary(SEE, ACKNOWLEDGE),
        "viewer": ordinary(SEE),
        "nobody": ordinary(),
        "runner": ordinary(SEE, ACKNOWLEDGE),
        "acker": ordinary(ACKNOWLEDGE),
        "staffnp": ordinary(),
    },
}
CASES = [(version, user) for version, users in RIGHTS.items() for user in users]


@pytest.mark.parametrize(("version", "user"), CASES)
async def test_a_token_is_told_to_be_able_to_do_what_its_user_can(version: str, user: str) -> None:
    async with SandboxPaperless(version=version) as server, PaperlessClient(server.url, server.tokens[user]) as client:
        assert await client.rights() == RIGHTS[version][user]


async def test_a_staff_user_who_may_read_the_settings_is_known_to_see_all_owners() -> None:
    async with SandboxPaperless() as server:
        server.users.add("secretary", "view_paperlesstask", "view_uisettings", is_staff=True)
        async with PaperlessClient(server.url, server.tokens["secretary"]) as client:
            assert await client.rights() == ordinary(SEE, all_owners=True)


@pytest.mark.parametrize("version", RIGHTS)
async def test_asking_changes_nothing_and_starts_nothing(version: str) -> None:
    async with SandboxPaperless(version=version) as server:
        server.burst(3)
        before = [(row.id, row.acknowledged) for row in server.table.newest()]
        async with PaperlessClient(server.url, server.tokens["admin"]) as client:
            await client.rights()

        assert [(row.id, row.acknowledged) for row in server.table.newest()] == before
        assert not [request for request in server.requests if request.path.endswith("/run/")]


async def test_a_token_that_is_refused_is_an_error_and_not_a_lack_of_rights() -> None:
    async with SandboxPaperless() as server, PaperlessClient(server.url, "0" * 40) as client:
        with pytest.raises(BadToken):
            await client.rights()


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("/api/ui_settings/", {"status": 404, "body": b'{"detail": "Not found."}'}),
        ("/api/ui_settings/", {"status": 200, "body": b'{"user": {"id": 3}}'}),
        ("/api/tasks/acknowledge/", {"status": 400, "body": b'{"tasks": ["This list may not be empty."]}'}),
    ],
)
async def test_a_server_that_answers_otherwise_than_known_is_no_trouble(path: str, fault: dict[str, Any]) -> None:
    async with SandboxPaperless() as server, PaperlessClient(server.url, server.tokens["operator"]) as client:
        server.faults.add("status", path=path, content_type="application/json", **fault)
        assert await client.rights() == RIGHTS["3.0.5"]["operator"]


def _as_recorded(rows: dict[str, Any], *, version: str) -> Rights:
    def answered(name: str) -> bool:
        return str(rows[name]).startswith("200")

    superuser = '"is_superuser": true' in str(rows["ui_settings"])
    unknown = version == "3.0.5" and answered("system_status")
    return Rights(
        see=answered("list"),
        acknowledge=answered("ack_empty"),
        superuser=superuser,
        all_owners=True if superuser else None if unknown else False,
    )


@needs_shared
@pytest.mark.parametrize(("version", "user"), CASES)
def test_the_table_is_what_the_real_servers_answered(version: str, user: str) -> None:
    folder = PAPERLESS_3 if version == "3.0.5" else PAPERLESS_2
    matrix = json.loads((folder / "permission_matrix.json").read_text(encoding="utf-8"))["matrix"]

    assert _as_recorded(matrix[user], version=version) == RIGHTS[version][user]

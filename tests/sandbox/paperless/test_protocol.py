"""What comes before a list of tasks: paths, Accept, credentials, languages, and the pages beside the tasks."""

import pytest

from bot.sandbox.paperless import SandboxPaperless

from .conftest import Asker


@pytest.mark.parametrize(
    ("path", "method", "status", "location"),
    [
        ("nope/", "GET", 302, "/accounts/login/?next=/api/nope/"),
        ("tasks", "GET", 302, "/accounts/login/?next=/api/tasks"),
        ("tasks/1", "GET", 302, "/accounts/login/?next=/api/tasks/1"),
        ("", "GET", 302, "schema/view/"),
        ("tasks/", "POST", 405, None),
        ("tasks/1/", "DELETE", 405, None),
        ("tasks/run/", "GET", 405, None),
        ("tasks/acknowledge/", "GET", 405, None),
    ],
)
async def test_paths_and_methods_that_are_not_there(
    ask: Asker, path: str, method: str, status: int, location: str | None
) -> None:
    answer = await ask(path, method=method)
    assert (answer.status, answer.headers.get("Location")) == (status, location)


@pytest.mark.parametrize(
    ("accept", "status", "kind"),
    [
        ("application/json; version=10", 200, "application/json"),
        ("application/json; version=9", 200, "application/json"),
        ("application/json", 200, "application/json"),
        ("*/*; version=10", 200, "application/json"),
        ("text/html", 200, "text/html; charset=utf-8"),
        ("application/json; version=8", 406, "application/json"),
        ("application/json; version=99", 406, "application/json"),
        ("application/xml", 406, "application/json"),
    ],
)
async def test_the_accept_header_chooses_version_and_form(ask: Asker, accept: str, status: int, kind: str) -> None:
    answer = await ask("tasks/", accept=accept)
    assert (answer.status, answer.headers["Content-Type"]) == (status, kind)
    assert ("X-Version" in answer.headers) == (status == 200)


@pytest.mark.parametrize(
    ("authorization", "text"),
    [
        (None, "Authentication credentials were not provided."),
        ("Token 0000", "Invalid token."),
        ("Token", "Invalid token header. No credentials provided."),
        ("Token a b", "Invalid token header. Token string should not contain spaces."),
        ("Bearer x", "Authentication credentials were not provided."),
        ("Basic YWRtaW46d3Jvbmc=", "Invalid username/password."),
        ("Basic ???", "Invalid basic header. Credentials not correctly base64 encoded."),
    ],
)
async def test_without_good_credentials_it_is_401_and_no_version_is_told(
    ask: Asker, authorization: str | None, text: str
) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    answer = await ask("tasks/", user=None, headers=headers)
    assert (answer.status, answer.json) == (401, {"detail": text})
    assert "X-Api-Version" not in answer.headers


async def test_an_inactive_user_and_a_replaced_token_are_refused(ask: Asker, paperless: SandboxPaperless) -> None:
    assert (await ask("tasks/", user="inactive")).json == {"detail": "User inactive or deleted."}
    old = {"Authorization": f"Token {paperless.tokens['admin']}"}
    paperless.users.new_token("admin")
    assert (await ask("tasks/", user=None, headers=old)).status == 401
    assert (await ask("tasks/")).status == 200


def test_tokens_are_others_in_every_sandbox() -> None:
    first, second = SandboxPaperless().tokens, SandboxPaperless().tokens
    assert first.keys() == second.keys()
    assert not set(first.values()) & set(second.values())


async def test_errors_come_in_german_where_german_is_asked_for(ask: Asker) -> None:
    german = {"Accept-Language": "de-DE,de;q=0.9"}
    answer = await ask("tasks/?status=bogus", headers=german)
    assert answer.json == {"status": ["Bitte eine gültige Auswahl treffen. bogus ist keine gültige Auswahl."]}
    assert answer.headers["Content-Language"] == "de-de"


async def test_a_token_is_given_for_a_password(ask: Asker, paperless: SandboxPaperless) -> None:
    good = {"username": "viewer", "password": paperless.users["viewer"].password}
    assert (await ask.post("token/", good)).json == {"token": paperless.tokens["viewer"]}
    answer = await ask.post("token/", {"username": "viewer", "password": "x"})
    assert answer.json == {"non_field_errors": ["Unable to log in with provided credentials."]}
    assert set((await ask.post("token/", {})).json) == {"username", "password"}


async def test_the_system_status_is_for_staff_and_monitors(ask: Asker, paperless: SandboxPaperless) -> None:
    paperless.worker.stop()
    answer = await ask("status/", user="monitor")
    assert answer.json["pngx_version"] == "3.0.5"
    assert answer.json["tasks"]["celery_status"] == "WARNING"
    refused = await ask("status/", user="operator")
    assert (refused.status, refused.text) == (403, "Insufficient permissions")
    assert refused.headers["Content-Type"] == "text/html; charset=utf-8"


async def test_labels_are_listed_with_all_their_numbers(ask: Asker) -> None:
    for path in ("tags/", "correspondents/", "document_types/"):
        answer = await ask(path)
        assert list(answer.json) == ["count", "next", "previous", "all", "results"]
        assert answer.json["all"] == [label["id"] for label in answer.json["results"]]
        assert (await ask(path, user="viewer")).status == 403


async def test_large_answers_are_compressed_where_that_is_accepted(ask: Asker, paperless: SandboxPaperless) -> None:
    paperless.burst(3)
    answer = await ask("tasks/", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in (await ask("tasks/", headers={"Accept-Encoding": "identity"})).headers
    assert "Content-Encoding" not in (await ask("tasks/status_counts/", headers={"Accept-Encoding": "gzip"})).headers


async def test_the_date_header_is_the_servers_own_clock(ask: Asker) -> None:
    assert (await ask("tasks/")).headers["Date"] == "Mon, 23 Nov 2026 12:41:00 GMT"

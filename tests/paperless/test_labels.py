"""Tags, correspondents and document types, over a real socket."""

from typing import Any

import pytest

from bot.paperless import BadToken, Forbidden, Label, NotPaperless, PaperlessClient
from bot.sandbox.paperless import SandboxPaperless
from tests.paperless.conftest import Connect
from tests.paperless.server import Reply, Server, json_reply, scripted

LISTS = {"tags": "/api/tags/", "correspondents": "/api/correspondents/", "document_types": "/api/document_types/"}


def page(*names: str, first: int = 1, more: bool = False) -> Reply:
    rows = [{"id": number, "name": name, "slug": "x", "children": []} for number, name in enumerate(names, first)]
    following = "http://192.0.2.1/api/tags/?page=2" if more else None
    return json_reply({"count": 99, "next": following, "previous": None, "all": [], "results": rows})


@pytest.mark.parametrize(("name", "path"), LISTS.items())
async def test_each_list_is_asked_for_at_its_own_path(connect: Connect, name: str, path: str) -> None:
    async with Server(scripted(page("Inbox", "Taxes"))) as server:
        found = await getattr(connect(server), name)()
    assert found == (Label(id=1, name="Inbox"), Label(id=2, name="Taxes"))
    (request,) = server.requests
    assert request.path == path
    assert request.query == [("page", "1"), ("page_size", "1000")]


async def test_pages_are_followed_by_number_and_never_by_the_servers_link(connect: Connect) -> None:
    async with Server(scripted(page("Inbox", more=True), page("Taxes", first=2))) as server:
        found = await connect(server).tags()
    assert [label.id for label in found] == [1, 2]
    assert [dict(request.query)["page"] for request in server.requests] == ["1", "2"]


@pytest.mark.parametrize("rows", [[{"id": 1, "name": "Inbox", "color": None}], [{"id": "1", "name": "Inbox"}]])
async def test_a_row_with_odd_fields_is_read_all_the_same(connect: Connect, rows: list[Any]) -> None:
    async with Server(scripted(json_reply({"results": rows, "next": None}))) as server:
        assert await connect(server).tags() == (Label(id=1, name="Inbox"),)


@pytest.mark.parametrize("answer", [[], {"results": "none"}, {"results": [{"id": 1}]}])
async def test_what_is_no_list_is_not_paperless(connect: Connect, answer: Any) -> None:
    async with Server(scripted(json_reply(answer))) as server:
        with pytest.raises(NotPaperless):
            await connect(server).tags()


async def test_a_missing_permission_is_named(connect: Connect) -> None:
    async with Server(scripted(json_reply({"detail": "no"}, status=403))) as server:
        with pytest.raises(Forbidden, match="view_documenttype"):
            await connect(server).document_types()


async def test_a_refused_token_is_named(connect: Connect) -> None:
    async with Server(scripted(json_reply({"detail": "no"}, status=401))) as server:
        with pytest.raises(BadToken):
            await connect(server).correspondents()


@pytest.mark.parametrize("version", ["3.0.5", "2.20.15"])
async def test_both_versions_of_the_server_list_them(version: str) -> None:
    async with (
        SandboxPaperless(version=version) as server,
        PaperlessClient(server.url, server.tokens["admin"]) as paperless,
    ):
        assert [label.name for label in await paperless.tags()] == ["Inbox", "Taxes"]
        assert [label.name for label in await paperless.correspondents()] == ["ACME GmbH"]
        assert [label.name for label in await paperless.document_types()] == ["Invoice"]

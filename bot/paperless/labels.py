"""paperless.tags, .correspondents, .document_types: a person's words for documents, which an upload can carry; and
paperless.users, whose names stand for the numbers in `Task.owner`."""

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from bot.paperless.rows import NOT_EXACT, ShapeError, loads, tolerant
from bot.paperless.wire import Endpoint, JsonText

if TYPE_CHECKING:
    from bot.paperless.client import PaperlessClient

TAGS = Endpoint("GET", "/api/tags/", "see tags", "view_tag")
CORRESPONDENTS = Endpoint("GET", "/api/correspondents/", "see correspondents", "view_correspondent")
DOCUMENT_TYPES = Endpoint("GET", "/api/document_types/", "see document types", "view_documenttype")
USERS = Endpoint("GET", "/api/users/", "see users", "view_user")
PAGE = 1000  # rows a page; 1,000 tags are 0.3 MB


class Label(Struct, frozen=True, kw_only=True):
    """One tag, correspondent or document type; `id` is what a `DocumentDraft` takes. Of a user the username."""

    id: int
    name: str


class _User(Struct):
    id: int
    username: str


class _Page(Struct):
    results: tuple[Label, ...]
    next: str | None = None


class _Users(Struct):
    results: tuple[_User, ...]
    next: str | None = None


_DECODER = msgspec.json.Decoder(_Page)
Page = tuple[tuple[Label, ...], bool]


class Labels:
    """One of the lists: await it for all at once, or iterate it. By name, as the server sorts them."""

    def __init__(
        self, client: "PaperlessClient", endpoint: Endpoint, *, read: "Callable[[JsonText], Page] | None" = None
    ) -> None:
        self._client = client
        self._endpoint = endpoint
        self._read = read or labels_page

    async def __call__(self) -> tuple[Label, ...]:
        """Every one that the token's user may see. Forbidden: it lacks the permission to see any."""
        return tuple([label async for label in self])

    async def __aiter__(self) -> AsyncIterator[Label]:
        number, more = 1, True
        while more:
            labels, more = await self._page(number)
            number += 1
            for label in labels:
                yield label

    async def _page(self, number: int) -> Page:
        parameters = [("page", str(number)), ("page_size", str(PAGE))]
        return await self._client.speak(
            lambda version: self._client.request(
                self._endpoint, self._read, parameters=parameters, version=version.number
            )
        )


def users_page(body: JsonText) -> Page:
    """As `labels_page`, of users."""
    try:
        found = msgspec.json.decode(body, type=_Users)
    except NOT_EXACT:
        raise ShapeError("no page of users") from None
    return tuple(Label(id=one.id, name=one.username) for one in found.results), bool(found.next and found.results)


def labels_page(body: JsonText) -> Page:
    """The labels of a page, and whether there is another; the `next` link tells that, and is not read further."""
    try:
        found = _DECODER.decode(body)
    except NOT_EXACT:
        data = loads(body)
        rows = data.get("results") if isinstance(data, dict) else None
        if not isinstance(rows, list):
            raise ShapeError("no page of labels") from None
        return tuple(tolerant(Label, row) for row in rows), bool(data.get("next") and rows)
    return found.results, bool(found.next and found.results)

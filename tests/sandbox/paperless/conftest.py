"""A sandbox, and a client that asks it as one of its users."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from yarl import URL

from bot.sandbox.paperless import Clock, Pace, SandboxPaperless

from .scenes import START


@dataclass(frozen=True)
class Answered:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class Asker:
    def __init__(self, session: aiohttp.ClientSession, paperless: SandboxPaperless) -> None:
        self.session = session
        self.paperless = paperless

    async def __call__(
        self, path: str, *, user: str | None = "admin", method: str = "GET", accept: str | None = None, **options: Any
    ) -> Answered:
        """`path` begins after /api/."""
        headers = {"Accept": accept or f"application/json; version={self.paperless.version.api}"}
        if user is not None:
            headers["Authorization"] = f"Token {self.paperless.tokens[user]}"
        headers |= options.pop("headers", {})
        url = URL(f"{self.paperless.url}/api/{path}", encoded=True)
        async with self.session.request(method, url, headers=headers, allow_redirects=False, **options) as response:
            return Answered(response.status, dict(response.headers), await response.text())

    async def post(self, path: str, body: Any = None, *, user: str = "admin", **options: Any) -> Answered:
        return await self(path, user=user, method="POST", json=body, **options)

    async def upload(self, content: bytes, filename: str, *, user: str = "operator", **fields: str) -> Answered:
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("document", content, filename=filename)
        for name, value in fields.items():
            form.add_field(name, value)
        return await self("documents/post_document/", user=user, method="POST", data=form)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def paperless() -> AsyncIterator[SandboxPaperless]:
    clock = Clock.stepped(START)
    async with SandboxPaperless(clock=clock, pace=Pace(queue=0.01, work=1)) as paperless:
        yield paperless


@pytest.fixture
async def old_paperless() -> AsyncIterator[SandboxPaperless]:
    clock = Clock.stepped(START)
    async with SandboxPaperless(version="2.20.15", clock=clock, pace=Pace(queue=0, work=0)) as paperless:
        yield paperless


@pytest.fixture
def ask(session: aiohttp.ClientSession, paperless: SandboxPaperless) -> Asker:
    return Asker(session, paperless)


@pytest.fixture
def ask_old(session: aiohttp.ClientSession, old_paperless: SandboxPaperless) -> Asker:
    return Asker(session, old_paperless)

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from bot.paperless import PaperlessClient
from bot.sandbox.paperless import Pace, SandboxPaperless
from tests.paperless.server import Server

TOKEN = "tok-0123456789abcdef"


class Sleeps(list[float]):
    """Instead of asyncio.sleep: keeps how long, and returns at once. Its clock has moved on by that much."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = 1000.0

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)
        self.clock += seconds

    def now(self) -> float:
        return self.clock


@pytest.fixture
def sleeps() -> Sleeps:
    return Sleeps()


Connect = Callable[..., PaperlessClient]


@pytest.fixture
async def connect(sleeps: Sleeps) -> AsyncIterator[Connect]:
    """A client for a server (or a URL), without real pauses, closed in the end."""
    async with AsyncExitStack() as stack:
        made: list[PaperlessClient] = []

        def client(server: Server | str, token: str = TOKEN, **options: Any) -> PaperlessClient:
            url = server if isinstance(server, str) else server.url
            defaults: dict[str, Any] = {"sleep": sleeps, "random": lambda: 1.0, "monotonic": sleeps.now}
            made.append(PaperlessClient(url, token, **(defaults | options)))
            return made[-1]

        yield client
        for one in made:
            await stack.enter_async_context(one)


@pytest.fixture(params=["3.0.5", "2.20.15"])
async def server(request: pytest.FixtureRequest) -> AsyncIterator[SandboxPaperless]:
    async with SandboxPaperless(version=request.param, pace=Pace(queue=0.01, work=0.01)) as server:
        yield server


@pytest.fixture
async def paperless(server: SandboxPaperless) -> AsyncIterator[PaperlessClient]:
    async with PaperlessClient(server.url, server.tokens["admin"]) as client:
        yield client

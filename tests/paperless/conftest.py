from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from bot.paperless import PaperlessClient
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

"""A server with tasks that end after so many looks at them."""

import asyncio
from collections import Counter
from typing import Any

from tests.paperless.server import Reply, Request, Server, json_reply, row9, task_row


def uuid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012x}"


class World:
    """Tasks that end after so many looks at them; None: never. Answers as 3.x does, or as 2.20."""

    def __init__(self, ends_after: dict[int, int | None], *, status: str = "success", release: int = 3) -> None:
        self.ends_after = ends_after
        self.status = status
        self.release = release
        self.looks: Counter[int] = Counter()
        self.requests: list[Request] = []
        self.failing: list[Reply] = []
        self.newer = 0  # tasks of other people, made later
        self._more = asyncio.Event()

    async def asked(self, times: int) -> None:
        while len(self.requests) < times:
            self._more.clear()
            await self._more.wait()

    def row(self, number: int) -> dict[str, Any]:
        end = self.ends_after[number]
        ended = end is not None and self.looks[number] >= end
        if self.release == 2:
            return row9(number, status=self.status.upper() if ended else "STARTED")
        return task_row(number, status=self.status if ended else "started", date_done=None)

    def __call__(self, request: Request) -> Reply:
        if self.release == 2 and request.version == 10:
            return json_reply({}, status=406, api=None)
        if ("task_id", "probe") in request.query:
            return self.answer([])
        self.requests.append(request)
        self._more.set()
        if self.failing:
            return self.failing.pop(0)
        return self.answer(self.found(dict(request.query)))

    def found(self, query: dict[str, str]) -> list[dict[str, Any]]:
        if "task_id" in query:
            numbers = [number for number in self.ends_after if uuid(number) == query["task_id"]]
        else:
            numbers = sorted(self.ends_after, reverse=True)
        self.looks.update(numbers)
        rows = [self.row(number) for number in numbers]
        if self.release == 2:
            return [row for row in rows if query.get("status", row["status"]) == row["status"]]
        others = [task_row(10_000 + number) for number in range(self.newer)] if "task_id" not in query else []
        return (others + rows)[: int(query.get("page_size", 25))]

    def answer(self, rows: list[dict[str, Any]]) -> Reply:
        if self.release == 2:
            return json_reply(rows, api=9)
        return json_reply({"count": len(rows), "next": None, "previous": None, "results": rows})


def serve(world: World) -> Server:
    return Server(world, probe=False)

"""The demo's own Paperless-ngx, which the side panel plays on."""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from bot.sandbox.activity import Asked, asked_paperless
from bot.sandbox.paperless import Event, Row, SandboxPaperless

TASKS_LISTED = 50
FAILED_STATES = ("failure", "revoked")


class LocalPaperless:
    """`trouble` says what is wrong with it while it still answers; `last_failure` is (filename, outcome)."""

    def __init__(self, paperless: SandboxPaperless) -> None:
        self.paperless = paperless
        self.trouble: str | None = None
        self.last_failure = ("payslip-november.pdf", "encrypted")
        self.bursts = 0

    def place(self) -> Mapping[str, Any]:
        return {"own": False, "tag": "a local Discord, nothing leaves this machine", "about": []}

    def lamps(self) -> list[dict[str, str]]:
        return [self._server_lamp(), lamp("Worker", self._worker_text(), good=self.paperless.worker.alive)]

    def _server_lamp(self) -> dict[str, str]:
        if not self.paperless.is_up:
            return lamp("Paperless-ngx", "does not answer", good=False)
        return lamp("Paperless-ngx", self.trouble or "answers", good=self.trouble is None)

    def _worker_text(self) -> str:
        waiting = self.paperless.table.of_status(("pending", "started"))
        if not self.paperless.worker.alive:
            return f"stopped, {waiting} tasks wait" if waiting else "stopped"
        return f"{waiting} at work or waiting" if waiting else "idle"

    async def listen(self, record: Callable[[Asked], None], changed: Callable[[], None]) -> None:
        async with self.paperless.events.subscribe() as events:
            while True:
                event = await events.get()
                if event.kind == "request":
                    record(_asked(event))
                else:
                    changed()

    def newest_failure(self, *, acknowledged: bool | None = None) -> Row:
        rows = self.paperless.table.latest_done(FAILED_STATES, len(self.paperless.table))
        for row in rows:
            if acknowledged is None or row.acknowledged is acknowledged:
                return row
        raise LookupError("nothing has failed" if acknowledged is None else "every failure is dismissed already")

    def tasks(self) -> dict[str, Any]:
        """The newest tasks, as the stand-in for Paperless's web interface lists them."""
        table = self.paperless.table
        failed = table.latest_done(FAILED_STATES, len(table))
        return {
            "tasks": [_task(row) for row in islice(table.newest(), TASKS_LISTED)],
            "total": len(table) + len(table.history or ()),
            "open": sum(not row.acknowledged for row in failed),
            "up": self.paperless.is_up,
            "now": self.paperless.clock.now().timestamp(),
        }


def _asked(event: Event) -> Asked:
    told = event.data
    return asked_paperless(
        method=told["method"],
        path=told["path"],
        query=told["query"],
        status=told["status"] or None,
        at=told["at"].timestamp(),
        size=told["bytes_sent"],
    )


def lamp(label: str, text: str, *, good: bool) -> dict[str, str]:
    return {"label": label, "text": text, "state": "good" if good else "bad"}


def _task(row: Row) -> dict[str, Any]:
    result = row.result_data or {}
    return {
        "id": row.id,
        "name": row.filename or row.task_type,
        "status": row.status,
        "acknowledged": row.acknowledged,
        "at": (row.date_done or row.date_created).timestamp(),
        "result": str(result.get("error_message") or result.get("reason") or ""),
    }

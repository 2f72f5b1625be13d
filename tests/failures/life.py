"""One life of the desk in a process of its own, to be killed at any moment.

It polls the local Paperless, sends cards to the test over a unix socket, and acknowledges what it has posted; with
`until_quiet` it ends by itself once nothing is due any more.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any

import aiohttp

from bot.database import Database
from bot.failures.card import Card, DigestCard, IncidentCard
from bot.failures.desk import Desk, WatchedServer, links_of
from bot.failures.ledger import Ledger
from bot.failures.notifier import NotifierError, Post
from bot.paperless import PaperlessClient
from bot.sections import FailuresSection
from tests.failures.channels import ALERTS

ADA = 5000000000000000001


def shown(card: Card) -> dict[str, Any]:
    match card:
        case IncidentCard():
            return {"filename": card.filename, "count": card.count, "open": card.open_count}
        case DigestCard():
            return {"count": card.total, "open": card.open_total}
    return {"count": 0, "open": 0}


@dataclass
class Remote:
    """A Notifier whose channel is in the test's process."""

    session: aiohttp.ClientSession

    async def _call(self, name: str, **values: Any) -> Any:
        try:
            async with self.session.post(f"http://discord/{name}", json=values) as answer:
                return await answer.json()
        except aiohttp.ClientError as error:
            raise NotifierError(str(error)) from error

    async def post(self, post: Post, /) -> int:
        found = await self._call("post", nonce=post.nonce, card_id=post.card.card_id, shown=shown(post.card))
        return int(found)

    async def edit(self, *, channel_id: int, message_id: int, card: Card, is_first: bool) -> None:
        await self._call("edit", message_id=message_id, shown=shown(card))

    async def find(self, *, channel_id: int, card_id: int, not_before: datetime) -> int | None:
        found = await self._call("find", card_id=card_id)
        return None if found is None else int(found)


async def live(wanted: dict[str, Any], said: Connection) -> None:
    def now() -> datetime:
        return datetime.now(UTC)

    connector = aiohttp.UnixConnector(path=wanted["socket"])
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        PaperlessClient(wanted["url"], wanted["token"]) as client,
        await Database.open(f"sqlite:///{wanted['database']}") as database,
    ):
        servers = {"home": WatchedServer(client=client, link_base="https://home.example")}
        ledger = await Ledger.open(database, links=links_of(servers), now=now)
        section = FailuresSection(channel_id=ALERTS, single_cards=2)
        section = section.model_copy(update={"group_interval_seconds": 0.05})  # a life is a new window: it posts
        desk = Desk(
            ledger=ledger, servers=servers, notifier=Remote(session), section=section, now=now, sleep=asyncio.sleep
        )
        said.send("ready")
        await desk.start()
        quiet = 0
        while quiet < 5 or not wanted["until_quiet"]:
            await desk.watchers["home"].poll_once()
            report = await desk.deliver_once()
            quiet = quiet + 1 if not report.waiting else 0
            if not wanted["until_quiet"]:
                await press_one(desk)
            await asyncio.sleep(0.02)
        await desk.close()


async def press_one(desk: Desk) -> None:
    page = await desk.ledger.open_rows(limit=50)
    if page.total > 5:
        row = page.rows[-1]
        if row.card_id is not None:
            await desk.acknowledge(card_id=row.card_id, through=row.number, user_id=ADA, user_name="ada")


def begin(wanted: dict[str, Any], said: Connection) -> None:
    """The process's whole work. Says "ready" once the database is open."""
    asyncio.run(live(wanted, said))

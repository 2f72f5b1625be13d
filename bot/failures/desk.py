"""The desk: everything about failures, put together once by the composition root."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.failures.acknowledging import Acknowledging
from bot.failures.card import Mute
from bot.failures.courier import Courier
from bot.failures.ledger import Ledger
from bot.failures.notifier import Notifier
from bot.failures.outcome import AcknowledgeOutcome, DeliveryReport
from bot.failures.routing import policy_of
from bot.failures.watcher import Watcher
from bot.paperless import PaperlessClient
from bot.sections import FailuresSection


@dataclass(frozen=True, kw_only=True)
class WatchedServer:
    client: PaperlessClient
    link_base: str


def links_of(servers: Mapping[str, WatchedServer]) -> dict[str, str]:
    return {name: each.link_base for name, each in servers.items()}


class Desk:
    def __init__(
        self,
        *,
        ledger: Ledger,
        servers: Mapping[str, WatchedServer],
        notifier: Notifier,
        section: FailuresSection,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self.ledger = ledger
        self.policy = policy_of(section)
        self.courier = Courier(ledger.outbox, notifier, now=now)
        clients = {name: each.client for name, each in servers.items()}
        self._acknowledging = Acknowledging(ledger.claims, ledger.findings, clients)
        self.watchers: Mapping[str, Watcher] = {
            name: Watcher(
                name,
                client,
                ledger.findings,
                self.courier,
                self._acknowledging,
                policy=self.policy,
                now=now,
                sleep=sleep,
            )
            for name, client in clients.items()
        }

    async def start(self) -> None:
        """Before the first poll and the first press: takes up what an earlier life left unfinished, edits of cards and
        acknowledgements."""
        await self.ledger.outbox.take_up()
        await self._acknowledging.take_up_left()

    async def last_answer(self, server: str) -> datetime | None:
        """When a server last answered a poll, of an earlier life too. None: it never has."""
        if (seen := self.watchers[server].last_good_at) is not None:
            return seen
        memory = await self.ledger.findings.memory(server)
        return None if memory is None else memory.heard_at

    async def deliver_once(self) -> DeliveryReport:
        return await self.courier.deliver_once()

    async def acknowledge(
        self, *, card_id: int, through: int | None, user_id: int, user_name: str
    ) -> AcknowledgeOutcome:
        """A press on a card. `through`: what the pressed card showed, see `IncidentCard.through`; None: all of it now.

        When this returns the card is edited, or due to be.
        """
        outcome = await self._acknowledging.card(card_id, through=through, user_id=user_id, user_name=user_name)
        await self.courier.deliver_once()
        return outcome

    async def acknowledge_tasks(
        self,
        *,
        server: str,
        task_ids: Collection[str],
        user_id: int,
        user_name: str,
        pks: Mapping[str, int] | None = None,
    ) -> AcknowledgeOutcome:
        """Tasks by their UUID; where one is told on a card, that says so. `pks`: where they were read just now."""
        outcome = await self._acknowledging.tasks(server, task_ids, user_id=user_id, user_name=user_name, pks=pks)
        await self.courier.deliver_once()
        return outcome

    async def mute(
        self,
        *,
        card_id: int,
        line_id: int | None = None,
        for_: timedelta | None,
        until_change: bool,
        user_id: int,
        user_name: str,
    ) -> Mute | None:
        """What a card shows; `line_id`: all of the kind of that line of it. None: no such card or line, or more than
        one incident is on the card and no line is named."""
        mute = await self.ledger.mutes.add(
            card_id, line_id=line_id, for_=for_, until_change=until_change, user_id=user_id, user_name=user_name
        )
        await self.courier.deliver_once()
        return mute

    async def unmute(self, mute_id: int, *, user_id: int, user_name: str) -> bool:
        """False: it is over already. What it swallowed is told within half a minute."""
        ended = await self.ledger.mutes.end(mute_id, user_id=user_id, user_name=user_name)
        await self.courier.deliver_once()
        return ended

    async def close(self, *, patience: float = 10.0) -> None:
        """Lets sends in flight arrive. Stop polling first, close the ledger's database after."""
        await self.courier.close(patience=patience)

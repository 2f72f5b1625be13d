"""A press on Acknowledge, from the claim to the record: ask Paperless, read back, write down, show.

Nothing here is lost by a crash: a claim that was neither settled nor given back is taken up at the next start, and
acknowledging twice does no harm.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.audit import Result
from bot.failures import looking
from bot.failures.card import IncidentState
from bot.failures.claims import Claim, Claimed, Claims
from bot.failures.findings import Findings
from bot.failures.incident import done_at
from bot.failures.outcome import (
    Acknowledged,
    AcknowledgeOutcome,
    AlreadyAcknowledged,
    NotAcknowledged,
    NothingOpen,
)
from bot.failures.parts import chunks
from bot.failures.writing import LISTED
from bot.paperless import PaperlessClient
from bot.paperless.errors import BadToken, Forbidden, InvalidArgument, NotFound, PaperlessError, Rejected
from bot.paperless.models import Task

log = logging.getLogger(__name__)

REFUSALS = (BadToken, Forbidden, InvalidArgument, NotFound, Rejected)  # nothing was done, for certain


@dataclass
class _Progress:
    done: int = 0
    vanished: int = 0
    elsewhere: int = 0
    asked: bool = False  # the last request may have been worked on
    unwatched: tuple[str, ...] = ()
    run_again: int = 0  # of those that vanished: the row is there, and has another story by now


class Acknowledging:
    def __init__(self, claims: Claims, findings: Findings, clients: Mapping[str, PaperlessClient]) -> None:
        self._claims = claims
        self._findings = findings
        self._clients = clients
        self._left: list[Claim] = []

    async def card(self, card_id: int, *, through: int | None, user_id: int, user_name: str) -> AcknowledgeOutcome:
        claim = await self._claims.claim_card(card_id, through=through, user_id=user_id, user_name=user_name)
        return await self._carry_out(claim) if isinstance(claim, Claim) else claim

    async def tasks(
        self,
        server: str,
        task_ids: Collection[str],
        *,
        user_id: int,
        user_name: str,
        pks: Mapping[str, int] | None = None,
    ) -> AcknowledgeOutcome:
        """Tasks by their UUID, told on a card or not. `pks`: where their primary keys were read just now."""
        claim = await self._claims.claim_tasks(server, task_ids, user_id=user_id, user_name=user_name)
        if not isinstance(claim, Claim):
            untold = set(task_ids) - await self._claims.told(server, task_ids)
            if not untold:
                return claim
            return await self._untold(server, untold, user_id=user_id, user_name=user_name, pks=pks)
        outcome = await self._carry_out(claim)
        others = set(task_ids) - {each.task_id for each in claim.failures}
        if not others or not isinstance(outcome, Acknowledged):
            return outcome
        rest = await self._untold(server, others, user_id=user_id, user_name=user_name, pks=pks)
        if isinstance(rest, Acknowledged):
            return replace(outcome, count=outcome.count + rest.count, vanished=outcome.vanished + rest.vanished)
        return outcome

    async def _untold(
        self,
        server: str,
        task_ids: Collection[str],
        *,
        user_id: int,
        user_name: str,
        pks: Mapping[str, int] | None,
    ) -> AcknowledgeOutcome:
        client = self._clients[server]
        try:
            found = await _found(client, task_ids, pks)
            async with self._claims.audit.attempt(
                user_id=user_id,
                user_name=user_name,
                action="acknowledge",
                subject="tasks in a list",
                server=server,
                tasks=found.values(),
            ) as attempt:
                result = await client.tasks.acknowledge(list(found))
                attempt.tasks = tuple(found[pk] for pk in result.acknowledged)
                if not attempt.tasks:
                    attempt.result, attempt.detail = Result.FAILED, "no longer in Paperless"
        except PaperlessError as error:
            return NotAcknowledged(error=error, done=0)
        vanished = len(task_ids) - len(result.acknowledged)
        if not result.acknowledged:
            return NothingOpen(state=IncidentState.GONE)
        await self._findings.expects(server, None)
        return Acknowledged(count=len(result.acknowledged), vanished=vanished)

    async def take_up_left(self) -> None:
        """At the start: what an earlier life was asked to acknowledge and may not have."""
        self._left = [*await self._claims.left()]
        await self.carry_on()

    async def carry_on(self) -> None:
        """What could not be taken up so far, because a server did not answer."""
        still: list[Claim] = []
        for claim in self._left:
            log.info(
                "Taking up acknowledgement %s of %s failures",
                claim.claim_id,
                len(claim.failures),
                extra={"event": "acknowledgement_taken_up"},
            )
            outcome = await self._carry_out(claim, given_back=False)
            if isinstance(outcome, NotAcknowledged):
                still.append(claim)
        self._left = still

    async def _carry_out(self, claim: Claim, *, given_back: bool = True) -> AcknowledgeOutcome:
        progress = _Progress()
        try:
            await self._all(claim, progress)
        except PaperlessError as error:
            unclear = progress.asked and not isinstance(error, REFUSALS)
            await self._stop(claim, error, unclear=unclear, given_back=given_back)
            return NotAcknowledged(error=error, done=progress.done)
        await self._claims.settle(claim.claim_id, state="done")
        if progress.elsewhere and not progress.done:
            return AlreadyAcknowledged(acknowledgement=self._claims.elsewhere())
        return Acknowledged(
            count=progress.done,
            vanished=progress.vanished,
            unwatched=progress.unwatched,
            run_again=progress.run_again,
        )

    async def _stop(self, claim: Claim, error: PaperlessError, *, unclear: bool, given_back: bool) -> None:
        """Where the outcome is not known, the next look at the rows tells: then it was this person all the same."""
        if unclear:
            for server in {each.server for each in claim.failures}:
                await self._findings.expects(server, None)
        if given_back:
            state = "unclear" if unclear else "given_back"
            await self._claims.settle(claim.claim_id, state=state, detail=str(error))

    async def _all(self, claim: Claim, progress: _Progress) -> None:
        """Here alone: what is stuck or silent, since Paperless would hide the failure that may come of it; and what
        failed on a server that was taken out of the configuration, since there is nobody to ask."""
        servers = dict.fromkeys(each.server for each in claim.failures)
        progress.unwatched = tuple(name for name in servers if name not in self._clients)
        local = [
            each.failure_id for each in claim.failures if each.kind not in LISTED or each.server in progress.unwatched
        ]
        if local:
            progress.done += await self._claims.record(claim.claim_id, local)
        for server in servers:
            listed = [each for each in claim.failures if each.server == server and each.kind in LISTED]
            if listed and server in self._clients:
                await self._on_server(server, listed, claim, progress)

    async def _on_server(self, server: str, failures: Sequence[Claimed], claim: Claim, progress: _Progress) -> None:
        client = self._clients[server]
        rows = await self._rows(client, failures)
        same = [each for each in failures if _is_still(each, rows.get(each.task_id))]
        elsewhere = [each.failure_id for each in same if rows[each.task_id].acknowledged and not claim.is_left]
        progress.elsewhere += await self._claims.record_elsewhere(elsewhere)
        progress.run_again += sum(each.task_id in rows for each in failures) - len(same)
        pending = [each for each in same if each.failure_id not in elsewhere]
        done = 0
        for part in chunks(pending):
            progress.asked = True
            confirmed = await self._ask(client, [rows[each.task_id] for each in part])
            progress.asked = False
            ids = [each.failure_id for each in part if each.task_id in confirmed]
            done += await self._claims.record(claim.claim_id, ids)
            progress.done += len(ids)
        if done + len(elsewhere) < len(failures):
            progress.vanished += len(failures) - done - len(elsewhere)
            await self._findings.expects(server, None)  # the next poll looks what became of them

    async def _rows(self, client: PaperlessClient, failures: Sequence[Claimed]) -> dict[str, Task]:
        """Their rows now: a primary key of last week may be another task's by now."""
        wanted = {each.task_id: each.at for each in failures}
        if len(wanted) > looking.FEW:
            return await looking.unacknowledged(client, wanted)
        found = {task_id: await looking.one(client, task_id) for task_id in wanted}
        return {task_id: task for task_id, task in found.items() if task is not None}

    async def _ask(self, client: PaperlessClient, rows: Sequence[Task]) -> set[str]:
        """Which of them Paperless has as acknowledged now. Few are read back one by one, also when no answer came; of
        many, the number that it answered is what counts (the client compares it)."""
        try:
            result = await client.tasks.acknowledge([row.id for row in rows])
        except REFUSALS:
            raise
        except PaperlessError:
            confirmed = await self._read_back(client, rows) if len(rows) <= looking.FEW else set()
            if len(confirmed) < len(rows):
                raise
            return confirmed
        if len(rows) <= looking.FEW:
            return await self._read_back(client, rows)
        done = set(result.acknowledged)
        return {row.task_id for row in rows if row.id in done}

    async def _read_back(self, client: PaperlessClient, rows: Sequence[Task]) -> set[str]:
        read = [await looking.one(client, row.task_id) for row in rows]
        return {task.task_id for task in read if task is not None and task.acknowledged}


async def _found(client: PaperlessClient, task_ids: Collection[str], pks: Mapping[str, int] | None) -> dict[int, str]:
    """Task ids by their primary keys."""
    if pks is not None:
        return {pks[task_id]: task_id for task_id in task_ids if task_id in pks}
    looked = [await looking.one(client, task_id) for task_id in task_ids]
    return {task.id: task.task_id for task in looked if task is not None}


def _is_still(failure: Claimed, row: Task | None) -> bool:
    """The very failure that the person saw: one that runs again, or failed anew since, is none of it."""
    return row is not None and row.needs_attention and done_at(row) == failure.at

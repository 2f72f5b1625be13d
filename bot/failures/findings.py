"""What the ledger remembers of each server, what was seen there, and how seen becomes told.

Seen rows are written down page by page as they are read, before anything is decided; telling takes them from there in
the order in which they failed. A crash between the two loses nothing: what is seen and not told is told next.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database import Database
from bot.failures import rows
from bot.failures.actions import ChangeFailure, Plan
from bot.failures.applying import Applying
from bot.failures.card import IncidentKind
from bot.failures.changing import change_failures
from bot.failures.followers import being_ordered
from bot.failures.incident import Failure
from bot.failures.loading import load_view
from bot.failures.parts import among, chunks
from bot.failures.plan import plan
from bot.failures.routing import Policy
from bot.failures.schema import failure, incident, server
from bot.failures.view import Backlog, OpenFailure, Snapshot
from bot.failures.writing import LISTED, show_again, upserting

Key = tuple[str, datetime]  # (task_id, date_done): what tells one failure of a server from another
TOLD_AT_ONCE = 200  # failures a plan, and a transaction: some ms of work between two awaits


@dataclass(frozen=True, kw_only=True)
class Quiet:
    """What the poll's one request answers as long as nothing is new."""

    count: int
    task_id: str | None
    at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Memory:
    """What is remembered of a server. `quiet` None: not sure, read anew. `unacknowledged` None: not known, look."""

    server: str
    since: datetime
    heard_at: datetime
    quiet: Quiet | None
    listed: int
    watermark: datetime | None
    backlog_pk: int
    backlog_at: datetime | None
    unacknowledged: int | None

    def is_backlog(self, failure: Failure) -> bool:
        """Failed before the first start, and was too many to be written down row by row."""
        return self.backlog_at is not None and failure.at <= self.backlog_at and failure.task_pk <= self.backlog_pk


class Findings:
    def __init__(self, database: Database, *, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def memory(self, name: str) -> Memory | None:
        """None: never heard of, the very first start."""

        async def read() -> Memory | None:
            async with self._database.read() as connection:
                found = await connection.execute(select(server).where(server.c.name == name))
                row = found.mappings().one_or_none()
            return _memory(row) if row is not None and row["begun"] else None

        return await self._database.unchanged(("memory", name), read)

    async def begin(self, memory: Memory, *, known: Sequence[Failure], backlog: Backlog, policy: Policy) -> Plan:
        """The very first start, in one transaction: what had failed already is known, and told as a number."""
        now = self._now()
        async with self._database.write() as connection:
            known_server = server.c.name == memory.server
            await connection.execute(
                update(server).where(known_server).values(_memory_values(memory) | {"begun": True})
            )
            for part in chunks(known):
                values = [rows.failure_values(each, state=rows.BACKLOG, seen_at=now) for each in part]
                await connection.execute(upserting(connection, failure).on_conflict_do_nothing(), values)
            return await self._apply(
                connection, Snapshot(server=memory.server, backlog=backlog), policy=policy, away_since=None
            )

    async def see(self, name: str, failures: Iterable[Failure]) -> set[Key]:
        """Write down what is new among them; which were."""
        found = {(each.task_id, each.at): each for each in failures}
        if not found:
            return set()
        async with self._database.write() as connection:
            left = await self._settle(connection, name, list(found.values()))
            known = await _known(connection, name, [each.task_id for each in left])
            new = [each for each in left if (each.task_id, each.at) not in known]
            if new:
                seen = [rows.failure_values(each, state=rows.SEEN, seen_at=self._now()) for each in new]
                await connection.execute(upserting(connection, failure).on_conflict_do_nothing(), seen)
        return {(each.task_id, each.at) for each in new}

    async def _settle(self, connection: AsyncConnection, name: str, failures: list[Failure]) -> list[Failure]:
        """2.20 writes a failed row twice. One that had to be told unfinished takes in what came after, as the same."""
        unfinished: dict[str, rows.Row] = {}
        for part in chunks([each.task_id for each in failures if each.settled]):
            query = select(failure).where(failure.c.server == name, among(failure.c.task_id, part))
            found = await connection.execute(query.where(failure.c.settled.is_(False)))
            unfinished.update((row["task_id"], row) for row in found.mappings())
        for each in failures:
            row = unfinished.get(each.task_id) if each.settled else None
            if row is not None and each.at >= row["at"]:
                await _finish(connection, row, each)
        return [each for each in failures if not (each.settled and each.task_id in unfinished)]

    async def tell_next(self, name: str, *, policy: Policy, away_since: datetime | None) -> Plan:
        """Plan the oldest of what was seen and not told, and write the plan down. An empty plan: nothing is left."""
        async with self._database.write() as connection:
            query = (
                select(failure)
                .where(failure.c.server == name, failure.c.state == rows.SEEN, ~being_ordered(self._now()))
                .order_by(failure.c.at, failure.c.task_pk, failure.c.id)
                .limit(TOLD_AT_ONCE)
            )
            seen = tuple(rows.numbered_from(row) for row in (await connection.execute(query)).mappings())
            if not seen:
                return ()
            snapshot = Snapshot(server=name, failures=seen)
            return await self._apply(connection, snapshot, policy=policy, away_since=away_since)

    async def tell(self, snapshot: Snapshot, *, policy: Policy) -> Plan:
        """Plan anything else that was seen of a server, and write the plan down."""
        async with self._database.write() as connection:
            return await self._apply(connection, snapshot, policy=policy, away_since=None)

    async def _apply(
        self, connection: AsyncConnection, snapshot: Snapshot, *, policy: Policy, away_since: datetime | None
    ) -> Plan:
        now = self._now()
        view = await load_view(
            connection,
            server_name=snapshot.server,
            failures=snapshot.failures,
            away_since=away_since,
            escalate_after=policy.escalate_after,
            now=now,
        )
        decided = plan(snapshot, view, policy, now)
        await Applying(connection, snapshot.failures, now=now).apply(decided)
        return decided

    async def change(self, changes: Sequence[ChangeFailure]) -> None:
        async with self._database.write() as connection:
            await change_failures(connection, changes, now=self._now())

    async def was_read(self, name: str, *, quiet: Quiet | None, listed: int, watermark: datetime | None) -> None:
        """The failures were read in full."""
        values = {
            "quiet_count": None if quiet is None else quiet.count,
            "quiet_task_id": None if quiet is None else quiet.task_id,
            "quiet_at": None if quiet is None else quiet.at,
            "listed": listed,
            "watermark": watermark,
        }
        async with self._database.write() as connection:
            await connection.execute(update(server).where(server.c.name == name).values(values))

    async def was_heard(self, name: str) -> None:
        """A poll was answered in full, and all of it told: the bot is not away."""
        async with self._database.write() as connection:
            await connection.execute(update(server).where(server.c.name == name).values(heard_at=self._now()))

    async def expects(self, name: str, unacknowledged: int | None) -> None:
        async with self._database.write() as connection:
            statement = update(server).where(server.c.name == name).values(unacknowledged=unacknowledged)
            await connection.execute(statement)

    async def open(self, name: str, *, kinds: Iterable[IncidentKind] = LISTED) -> tuple[OpenFailure, ...]:
        """What is told and open, the newest first."""
        return await self._open(name, failure.c.kind.in_(list(kinds)))

    async def open_again(self, name: str, task_id: str | None) -> tuple[OpenFailure, ...]:
        """What is open of one task, and everything that runs again."""
        return await self._open(
            name, failure.c.kind.in_(LISTED), failure.c.running_again | (failure.c.task_id == task_id)
        )

    async def _open(self, name: str, *conditions: ColumnElement[bool]) -> tuple[OpenFailure, ...]:
        query = (
            select(failure)
            .where(failure.c.server == name, failure.c.state == rows.OPEN, *conditions)
            .order_by(failure.c.at.desc(), failure.c.id.desc())
        )
        async with self._database.read() as connection:
            return tuple(rows.open_failure_from(row) for row in (await connection.execute(query)).mappings())

    async def open_counts(self, name: str) -> tuple[int, int]:
        """How many listed failures are open, and how many of these run again."""
        query = select(func.count(), func.count().filter(failure.c.running_again)).where(
            failure.c.server == name, failure.c.state == rows.OPEN, failure.c.kind.in_(LISTED)
        )

        async def read() -> tuple[int, int]:
            async with self._database.read() as connection:
                row = (await connection.execute(query)).one()
            return row[0], row[1]

        return await self._database.unchanged(("open", name), read)


async def _known(connection: AsyncConnection, name: str, task_ids: Sequence[str]) -> set[Key]:
    found: set[Key] = set()
    for part in chunks(task_ids):
        query = select(failure.c.task_id, failure.c.at)
        told = await connection.execute(query.where(failure.c.server == name, among(failure.c.task_id, part)))
        found |= {(row.task_id, row.at) for row in told}
    return found


async def _finish(connection: AsyncConnection, row: rows.Row, finished: Failure) -> None:
    names = (
        "at",
        "error_type",
        "message",
        "fingerprint",
        "kind_print",
        "duplicate_of",
        "duplicate_in_trash",
        "settled",
    )
    values = {each: getattr(finished, each) for each in names}
    await connection.execute(update(failure).where(failure.c.id == row["id"]).values(values))
    if row["incident_id"] is None:
        return
    only = (incident.c.id == row["incident_id"]) & (incident.c.count == 1)
    prints = {"fingerprint": finished.fingerprint, "kind_print": finished.kind_print}
    await connection.execute(update(incident).where(only).values(prints))
    await show_again(connection, incidents=(row["incident_id"],))


def _memory(row: rows.Row) -> Memory:
    count = row["quiet_count"]
    quiet = None if count is None else Quiet(count=count, task_id=row["quiet_task_id"], at=row["quiet_at"])
    return Memory(
        server=row["name"],
        quiet=quiet,
        **{name: row[name] for name in _KEPT},
    )


def _memory_values(memory: Memory) -> dict[str, object]:
    quiet = memory.quiet
    return {name: getattr(memory, name) for name in _KEPT} | {
        "name": memory.server,
        "quiet_count": None if quiet is None else quiet.count,
        "quiet_task_id": None if quiet is None else quiet.task_id,
        "quiet_at": None if quiet is None else quiet.at,
    }


_KEPT = ("since", "heard_at", "listed", "watermark", "backlog_pk", "backlog_at", "unacknowledged")

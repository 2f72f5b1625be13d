"""Drills: a failure that is none, through the whole way a failure takes, to see that it arrives.

Somebody asks on the command line (`bot.drill`), in a row of the database; the bot that acts finds it, makes a failure
for each server and each route, and plans, routes and posts them as any other. In Paperless nothing is asked or changed.
"""

import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database import Database
from bot.failures import rows
from bot.failures.applying import Applying
from bot.failures.card import IncidentKind, IncidentState
from bot.failures.changing import incidents_of
from bot.failures.incident import Failure
from bot.failures.loading import load_view
from bot.failures.plan import plan
from bot.failures.routing import Policy, receiver_of
from bot.failures.schema import drill, failure
from bot.failures.view import Snapshot
from bot.failures.writing import refresh_incidents, upserting
from bot.paperless.enums import TaskType, TriggerSource
from bot.sections import Route

ASKED_FOR = timedelta(hours=1)
"""After that nobody waits for it any more."""
DEFAULT_KEY = "failures.channel_id"
_ASKED = select(func.max(drill.c.id)).where(drill.c.taken_at.is_(None), drill.c.asked_at > bindparam("since"))
TRIES = 2_000  # failures to look for one that comes to a route behind others


@dataclass(frozen=True, kw_only=True)
class Drill:
    """What is sent: one failure a server, and more where routes want more. `unreachable`: keys of receivers."""

    failures: tuple[Failure, ...]
    unreachable: tuple[str, ...]


def drill_of(drill_id: int, servers: Sequence[str], policy: Policy, now: datetime) -> Drill:
    """Pure. `Failure.message` is the key of the receiver that it comes to."""
    samples = [_sample(name, now) for name in servers]
    reached = {_key(sample, policy) for sample in samples}
    unreachable: list[str] = []
    for number, route in enumerate(policy.routes):
        key = _route_key(number)
        if key in reached:
            continue
        found = next((one for one in _for_route(route, servers, now) if _key(one, policy) == key), None)
        if found is None:
            unreachable.append(key)
        else:
            samples.append(found)
    finished = tuple(_finished(one, drill_id, number, policy) for number, one in enumerate(samples))
    return Drill(failures=finished, unreachable=tuple(unreachable))


def _sample(server: str, now: datetime) -> Failure:
    """As a document that could not be consumed."""
    return Failure(
        server=server,
        task_id="",
        at=now,
        kind=IncidentKind.DRILL,
        task_type=TaskType.CONSUME_FILE.value,
        trigger_source=TriggerSource.FOLDER_CONSUME.value,
        error_type="failure",
        fingerprint="",
        kind_print="",
        subject="",
    )


def _for_route(route: Route, servers: Sequence[str], now: datetime) -> Iterator[Failure]:
    """Failures that the route asks for, as long as no route before it takes them."""
    wanted = itertools.product(
        [name for name in servers if not route.servers or name in route.servers],
        route.task_types or tuple(TaskType),
        route.trigger_sources or tuple(TriggerSource),
        route.owners or (None,),
        route.statuses or ("failure", "revoked"),
    )
    for server, task_type, source, owner, status in itertools.islice(wanted, TRIES):
        yield replace(
            _sample(server, now),
            task_type=str(task_type),
            trigger_source=str(source),
            owner=owner,
            error_type=str(status),
        )


def _route_key(number: int) -> str:
    return f"failures.routes.{number}.channel_id"


def _key(sample: Failure, policy: Policy) -> str:
    receiver = receiver_of(sample, policy)
    return next((_route_key(number) for number, one in enumerate(policy.routes) if one is receiver), DEFAULT_KEY)


def _finished(sample: Failure, drill_id: int, number: int, policy: Policy) -> Failure:
    task_id = f"{prefix_of(drill_id)}{number}"
    mark = hashlib.sha256(task_id.encode()).hexdigest()[:32]
    return replace(
        sample,
        task_id=task_id,
        message=_key(sample, policy),
        fingerprint=mark,
        kind_print=mark,
        subject=mark,
    )


def prefix_of(drill_id: int) -> str:
    """Of the task ids of a drill's failures."""
    return f"drill:{drill_id}:"


class Drills:
    """For the bot that acts."""

    def __init__(
        self, database: Database, *, servers: Iterable[str], policy: Policy, now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._servers = tuple(servers)
        self._policy = policy
        self._now = now

    async def take(self) -> bool:
        """Whether one was asked for; then its cards are due."""
        async with self._database.read() as connection:
            drill_id = (await connection.execute(_ASKED, {"since": self._now() - ASKED_FOR})).scalar_one()
        if drill_id is None:
            return False
        await self._carry_out(drill_id)
        return True

    async def _carry_out(self, drill_id: int) -> None:
        now = self._now()
        made = drill_of(drill_id, self._servers, self._policy, now)
        async with self._database.write() as connection:
            await _end_open(connection, now)
            for name in self._servers:
                failures = [each for each in made.failures if each.server == name]
                await self._tell(connection, name, failures, now)
            values = {"taken_at": now, "unreachable": "\n".join(made.unreachable)}
            await connection.execute(update(drill).where(drill.c.id == drill_id).values(values))

    async def _tell(self, connection: AsyncConnection, name: str, failures: list[Failure], now: datetime) -> None:
        seen = [rows.failure_values(each, state=rows.SEEN, seen_at=now) for each in failures]
        if not seen:
            return
        written = await connection.execute(upserting(connection, failure).returning(failure), seen)
        numbered = tuple(rows.numbered_from(row) for row in written.mappings())
        snapshot = Snapshot(server=name, failures=numbered)
        view = await load_view(
            connection, server_name=name, failures=numbered, away_since=None, escalate_after=None, now=now
        )
        await Applying(connection, numbered, now=now).apply(plan(snapshot, view, self._policy, now))


async def _end_open(connection: AsyncConnection, now: datetime) -> None:
    """Of earlier drills: nobody is to wonder about them."""
    is_open = (failure.c.kind == IncidentKind.DRILL.value) & (failure.c.state == rows.OPEN)
    ended = update(failure).where(is_open).values(state=IncidentState.ENDED.value).returning(failure.c.id)
    ids = (await connection.execute(ended)).scalars().all()
    await refresh_incidents(connection, await incidents_of(connection, ids), now=now)

"""Writes a plan into the ledger, on a given connection: one transaction, so that all of it happened or none."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.failures import rows
from bot.failures.actions import (
    AddFailure,
    CardKind,
    ChangeFailure,
    EndMute,
    KeepOutage,
    KeepWindow,
    OpenIncident,
    Plan,
    PostCard,
    ShowIncident,
)
from bot.failures.card import IncidentState
from bot.failures.changing import change_failures, end_mute, keep_outage, supersede
from bot.failures.followers import adopt
from bot.failures.parts import among, chunks
from bot.failures.schema import card, channel, failure, incident
from bot.failures.view import Numbered
from bot.failures.writing import LISTED, expect, show_again, take, upsert

_FIXED = ("id", "server", "fingerprint", "kind_print", "kind", "reason", "made_at")  # of an incident, for good


class Applying:
    """One plan on its way into the tables. `refs` maps what the plan made (below zero) to ids."""

    def __init__(self, connection: AsyncConnection, failures: Sequence[Numbered], *, now: datetime) -> None:
        self._connection = connection
        self._failures = {each.failure_id: each.failure for each in failures}
        self._now = now
        self._refs: dict[int, int] = {}
        self._incidents: dict[int, dict[str, Any]] = {}
        self._made: set[int] = set()
        self._updates: list[dict[str, Any]] = []

    async def apply(self, plan: Plan) -> None:
        await self._number(plan)
        await self._post_cards([each for each in plan if isinstance(each, PostCard)])
        await self._load_incidents(plan)
        told = sum(isinstance(action, OpenIncident | AddFailure) for action in plan)
        numbers = iter(await take(self._connection, "number", told))
        for action in plan:
            if isinstance(action, OpenIncident):
                self._open(action, next(numbers))
            elif isinstance(action, AddFailure):
                self._add(action, next(numbers))
            elif isinstance(action, ShowIncident):
                self._incidents[action.incident]["card_id"] = self._id(action.card)
        await self._write_incidents()
        await self._write_failures()
        await show_again(self._connection, incidents=self._incidents)
        await supersede(self._connection, self._failures, now=self._now)
        await self._write_rest(plan)

    def _id(self, ref: int) -> int:
        return ref if ref > 0 else self._refs[ref]

    async def _number(self, plan: Plan) -> None:
        """Ids in the order of the plan: cards are posted in the order of their ids."""
        cards = [each.ref for each in plan if isinstance(each, PostCard)]
        incidents = [each.ref for each in plan if isinstance(each, OpenIncident)]
        self._refs.update(zip(cards, await take(self._connection, "card", len(cards)), strict=True))
        self._refs.update(zip(incidents, await take(self._connection, "incident", len(incidents)), strict=True))

    async def _post_cards(self, posts: Sequence[PostCard]) -> None:
        if not posts:
            return
        await self._connection.execute(insert(card), [self._card_values(each) for each in posts])
        adopted = [each.follower for each in posts if each.follower is not None]
        if adopted:
            await adopt(self._connection, adopted, now=self._now)

    def _card_values(self, post: PostCard) -> dict[str, Any]:
        return {
            "id": self._refs[post.ref],
            "kind": post.kind.value,
            "state": "standing",
            "reason": post.reason.value,
            "channel_id": post.channel_id,
            "server": post.server,
            "made_at": self._now,
            "revision": 1,
            "delivered_revision": 0,
            "not_before": post.not_before,
            "mention_role_id": post.mention_role_id,
            "silent": post.silent,
            "thread": post.thread and post.kind in (CardKind.INCIDENT, CardKind.DIGEST),
            "reply_to_card_id": post.reply_to_card,
            "catch_up_since": post.catch_up_since,
            "total": post.total,
            "unacknowledged": post.unacknowledged,
            "message_id": post.message_id,
            "sent_at": None if post.message_id is None else self._now,
            # What followed the task, in this life or an earlier one, may have an edit on its way.
            "tried_at": None if post.message_id is None else self._now,
        }

    async def _load_incidents(self, plan: Plan) -> None:
        ids = sorted(
            {each.incident for each in plan if isinstance(each, AddFailure | ShowIncident) and each.incident > 0}
        )
        for part in chunks(ids):
            found = await self._connection.execute(select(incident).where(among(incident.c.id, part)))
            self._incidents.update((row["id"], dict(row)) for row in found.mappings())

    def _open(self, action: OpenIncident, number: int) -> None:
        told = self._failures[action.failure_id]
        incident_id = self._refs[action.ref]
        self._made.add(incident_id)
        settled = told.acknowledged
        self._incidents[incident_id] = {
            "id": incident_id,
            "server": told.server,
            "fingerprint": told.fingerprint,
            "kind_print": told.kind_print,
            "kind": told.kind.value,
            "state": IncidentState.ACKNOWLEDGED.value if settled else rows.OPEN,
            "reason": action.reason.value,
            "count": 1,
            "open_count": 0 if settled else 1,
            "first_at": told.at,
            "last_at": told.at,
            "newest_failure_id": action.failure_id,
            "card_id": None if action.card is None else self._id(action.card),
            "made_at": self._now,
            "open_since": self._now,
            "settled_at": self._now if settled else None,
        }
        self._tell(action.failure_id, incident_id=incident_id, number=number)

    def _add(self, action: AddFailure, number: int) -> None:
        told = self._failures[action.failure_id]
        row = self._incidents[self._id(action.incident)]
        row["count"] += 1
        row["open_count"] += not told.acknowledged
        row["first_at"] = min(row["first_at"], told.at)
        row["last_at"] = max(row["last_at"], told.at)
        row["newest_failure_id"] = action.failure_id
        if action.reopen:
            row.update(state=rows.OPEN, settled_at=None, open_since=self._now)
        self._tell(action.failure_id, incident_id=row["id"], number=number)

    def _tell(self, failure_id: int, *, incident_id: int, number: int) -> None:
        state = IncidentState.ACKNOWLEDGED if self._failures[failure_id].acknowledged else IncidentState.OPEN
        self._updates.append(
            {"b_id": failure_id, "b_incident": incident_id, "b_number": number, "b_state": state.value}
        )

    async def _write_incidents(self) -> None:
        made = [row for key, row in self._incidents.items() if key in self._made]
        changed = [row for key, row in self._incidents.items() if key not in self._made]
        if made:
            await self._connection.execute(insert(incident), made)
        if changed:
            columns = [each.name for each in incident.columns if each.name not in _FIXED]
            statement = update(incident).where(incident.c.id == bindparam("b_id"))
            values: dict[str, Any] = {name: bindparam(f"b_{name}") for name in columns}
            await self._connection.execute(
                statement.values(values),
                [{"b_id": row["id"]} | {f"b_{name}": row[name] for name in columns} for row in changed],
            )

    async def _write_failures(self) -> None:
        if not self._updates:
            return
        statement = (
            update(failure)
            .where(failure.c.id == bindparam("b_id"))
            .values(incident_id=bindparam("b_incident"), number=bindparam("b_number"), state=bindparam("b_state"))
        )
        await self._connection.execute(statement, self._updates)
        counted = Counter(
            told.server
            for told in (self._failures[each["b_id"]] for each in self._updates)
            if not told.acknowledged and told.kind in LISTED
        )
        for name, number in counted.items():
            await expect(self._connection, name, number)

    async def _write_rest(self, plan: Plan) -> None:
        for action in plan:
            match action:
                case KeepWindow(window=window):
                    await upsert(self._connection, channel, rows.window_values(window, self._refs), key="id")
                case KeepOutage(card=card_ref):
                    real = None if card_ref is None else self._id(card_ref)
                    await keep_outage(self._connection, action, card_id=real, now=self._now)
                case EndMute(mute_id=mute_id, reason=reason):
                    await end_mute(self._connection, mute_id, reason=reason.value, now=self._now)
        changes = [each for each in plan if isinstance(each, ChangeFailure)]
        await change_failures(self._connection, changes, now=self._now)

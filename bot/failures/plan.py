"""plan(snapshot, view, policy, now) -> actions, each with its Reason. Pure: what to tell people, decided in one place.

Invariants, held by a model in `tests/failures/test_histories.py`:
- every failure of the snapshot is in exactly one action, in the order in which they failed;
- an incident that is told has one card; what is muted has none, and gets one when the mute ends;
- nothing is told twice: a failure that repeats is counted on the card that stands.
"""

from datetime import datetime

from bot.failures.actions import (
    Action,
    AddFailure,
    CardKind,
    EndMute,
    OpenIncident,
    Plan,
    PostCard,
    Reason,
    ShowIncident,
)
from bot.failures.card import IncidentKind, IncidentState
from bot.failures.changes import plan_changes
from bot.failures.grouping import Grouping
from bot.failures.incident import Failure
from bot.failures.outage import plan_answer
from bot.failures.reminder import plan_reminders
from bot.failures.routing import Policy, receiver_of_server
from bot.failures.view import Muted, Numbered, Snapshot, Standing, View


def plan(snapshot: Snapshot, view: View, policy: Policy, now: datetime) -> Plan:
    grouping = Grouping(view.windows, policy=policy, now=now, away_since=view.server.away_since)
    telling = _Telling(view, grouping, policy=policy, now=now)
    backlog = _backlog(snapshot, grouping, policy)
    telling.end_expired_mutes()
    for numbered in sorted(snapshot.failures, key=_order):
        telling.tell(numbered)
    told = (*grouping.actions, *telling.actions)
    changes = plan_changes(snapshot.looked_at)
    answer = plan_answer(snapshot, view.server, grouping, policy=policy, now=now)
    reminders = plan_reminders(view.waiting, grouping, policy=policy, now=now)
    return (*backlog, *told, *changes, *answer, *reminders, *grouping.windows())


def _order(numbered: Numbered) -> tuple[datetime, int, int]:
    """As they failed; what failed at one instant as it was queued."""
    return numbered.failure.at, numbered.failure.task_pk, numbered.failure_id


def _backlog(snapshot: Snapshot, grouping: Grouping, policy: Policy) -> tuple[PostCard, ...]:
    """What had failed before the very first start is one message with its number."""
    if snapshot.backlog is None or not snapshot.backlog.total:
        return ()
    return (
        PostCard(
            ref=grouping.new_ref(),
            kind=CardKind.BACKLOG,
            channel_id=receiver_of_server(snapshot.server, policy).channel_id,
            server=snapshot.server,
            total=snapshot.backlog.total,
            unacknowledged=snapshot.backlog.unacknowledged,
            reason=Reason.BACKLOG,
        ),
    )


class _Telling:
    """What becomes of each failure: a new incident, or one more of an incident that stands."""

    def __init__(self, view: View, grouping: Grouping, *, policy: Policy, now: datetime) -> None:
        self._incidents = dict(view.incidents)
        self._mutes = {mute.fingerprint: mute for mute in view.mutes}
        self._swallowed = view.swallowed
        self._followed = dict(view.followed)
        self._grouping = grouping
        self._policy = policy
        self._now = now
        self.actions: list[Action] = []

    def end_expired_mutes(self) -> None:
        for mute in tuple(self._mutes.values()):
            if mute.until <= self._now:
                self._end(mute, Reason.EXPIRED)
        for swallowed in self._swallowed:
            if not self._is_muted(swallowed.failure):
                card = self._grouping.card_for(swallowed.failure, reason=Reason.MUTE_ENDED)
                self.actions.append(ShowIncident(incident=swallowed.incident_id, card=card, reason=Reason.MUTE_ENDED))
                self._remember(swallowed.failure, swallowed.incident_id, has_card=True)

    def tell(self, numbered: Numbered) -> None:
        failure = numbered.failure
        if failure.kind is IncidentKind.DRILL:
            return self._drill(numbered)
        differs = self._end_changed_mutes(failure)
        standing = self._incidents.get(failure.fingerprint)
        if standing is None or not (standing.has_card or self._is_muted(failure)):
            self._open(numbered, Reason.DIFFERS if differs else Reason.NEW)
        elif standing.has_card and not standing.card_stands:
            self._open(numbered, Reason.DISMISSED_BEFORE)
        elif standing.state is IncidentState.OPEN:
            self._add(numbered, standing, Reason.REPEATED)
        elif self._settled_recently(standing):
            self._reopen(numbered, standing)
        else:
            self._open(numbered, Reason.AGAIN_LATER)
        return None

    def _drill(self, numbered: Numbered) -> None:
        card = self._grouping.drill(numbered.failure)
        self.actions.append(
            OpenIncident(ref=self._grouping.new_ref(), failure_id=numbered.failure_id, card=card, reason=Reason.DRILL)
        )

    def _is_muted(self, failure: Failure) -> bool:
        """It alone, or its kind: all that fails in the same way, whatever the file."""
        return failure.fingerprint in self._mutes or failure.kind_print in self._mutes

    def _reopen(self, numbered: Numbered, standing: Standing) -> None:
        if numbered.failure.acknowledged:
            return self._add(numbered, standing, Reason.REPEATED_ACKNOWLEDGED)
        self._add(numbered, standing, Reason.REOPENED, reopen=True)
        return self._remember(numbered.failure, standing.incident_id, has_card=standing.has_card)

    def _open(self, numbered: Numbered, reason: Reason) -> None:
        failure, ref = numbered.failure, self._grouping.new_ref()
        muted = self._is_muted(failure)
        card = None if muted else self._card(failure)
        self.actions.append(
            OpenIncident(ref=ref, failure_id=numbered.failure_id, card=card, reason=Reason.MUTED if muted else reason)
        )
        self._remember(failure, ref, has_card=not muted)

    def _card(self, failure: Failure) -> int:
        followed = self._followed.pop(failure.task_id, None)
        return self._grouping.card_for(failure) if followed is None else self._grouping.adopt(followed)

    def _add(self, numbered: Numbered, standing: Standing, reason: Reason, *, reopen: bool = False) -> None:
        self.actions.append(
            AddFailure(incident=standing.incident_id, failure_id=numbered.failure_id, reason=reason, reopen=reopen)
        )

    def _settled_recently(self, standing: Standing) -> bool:
        return standing.settled_at is None or self._now - standing.settled_at < self._policy.repeat_interval

    def _remember(self, failure: Failure, incident_id: int, *, has_card: bool) -> None:
        """For the failures that follow in this very plan."""
        state = IncidentState.ACKNOWLEDGED if failure.acknowledged else IncidentState.OPEN
        self._incidents[failure.fingerprint] = Standing(
            incident_id=incident_id,
            fingerprint=failure.fingerprint,
            state=state,
            settled_at=self._now if failure.acknowledged else None,
            card_stands=has_card,
            has_card=has_card,
        )

    def _end_changed_mutes(self, failure: Failure) -> bool:
        """Whether the same task was muted, until it changes, for failing in another way."""
        changed = [
            mute
            for mute in self._mutes.values()
            if mute.until_change and mute.subject == failure.subject and mute.fingerprint != failure.fingerprint
        ]
        for mute in changed:
            self._end(mute, Reason.CHANGED)
        return bool(changed)

    def _end(self, mute: Muted, reason: Reason) -> None:
        del self._mutes[mute.fingerprint]
        self.actions.append(EndMute(mute_id=mute.mute_id, reason=reason))

"""A server that does not answer: one card that counts, edited when it is over. Pure."""

from datetime import datetime, timedelta

from bot.failures.actions import Action, CardKind, KeepOutage, PostCard, Reason
from bot.failures.card import OutageReason
from bot.failures.grouping import Grouping
from bot.failures.routing import Policy, receiver_of_server
from bot.failures.view import ServerState, Snapshot, Unanswered

MIN_BETWEEN_EDITS = timedelta(seconds=60)


def plan_answer(
    snapshot: Snapshot, state: ServerState, grouping: Grouping, *, policy: Policy, now: datetime
) -> tuple[Action, ...]:
    if snapshot.answer is None:
        return ()
    if isinstance(snapshot.answer, Unanswered):
        return _unanswered(snapshot.answer, state, grouping, policy=policy, now=now)
    return _answered(state, new=snapshot.answer.new, now=now)


def _unanswered(
    answer: Unanswered, state: ServerState, grouping: Grouping, *, policy: Policy, now: datetime
) -> tuple[Action, ...]:
    going_on = state.outage_since is not None and state.outage_ended_at is None
    soon_again = _ended_recently(state, policy, now)
    since = state.outage_since if (going_on or soon_again) and state.outage_since else answer.since or now
    tries = state.outage_tries + 1 if going_on or soon_again else 1
    card = state.outage_card if going_on or soon_again else None
    posts: tuple[Action, ...] = ()
    if card is None and _told(answer, since=since, policy=policy, now=now):
        card = grouping.new_ref()
        posts = (_post(answer, state.server, card, policy),)
    outage = KeepOutage(
        server=state.server,
        since=since,
        outage_reason=answer.reason,
        detail=answer.detail,
        tries=tries,
        ended_at=None,
        card=card,
        missed=state.outage_missed if going_on or soon_again else None,
        show=soon_again or answer.reason is not state.outage_reason or _worth_an_edit(state, since=since, now=now),
        reason=Reason.SOON_AGAIN if soon_again else Reason.DOES_NOT_ANSWER,
    )
    return (*posts, outage)


def _told(answer: Unanswered, *, since: datetime, policy: Policy, now: datetime) -> bool:
    """A refusal does not mend itself: told at once."""
    return answer.reason is OutageReason.REFUSED or now - since >= policy.unreachable_after


def _post(answer: Unanswered, server: str, ref: int, policy: Policy) -> PostCard:
    receiver = receiver_of_server(server, policy)
    reason = Reason.REFUSED if answer.reason is OutageReason.REFUSED else Reason.UNREACHABLE
    return PostCard(ref=ref, kind=CardKind.OUTAGE, channel_id=receiver.channel_id, server=server, reason=reason)


def _ended_recently(state: ServerState, policy: Policy, now: datetime) -> bool:
    return state.outage_ended_at is not None and now - state.outage_ended_at < policy.group_interval


def _worth_an_edit(state: ServerState, *, since: datetime, now: datetime) -> bool:
    """The count of tries: each minute at first, ever more rarely later."""
    if state.outage_shown_at is None:
        return True
    return now - state.outage_shown_at >= max(MIN_BETWEEN_EDITS, (now - since) / 10)


def _answered(state: ServerState, *, new: int, now: datetime) -> tuple[Action, ...]:
    """The card stays with the server for a while: going away again soon goes on with it."""
    if state.outage_since is None or state.outage_ended_at is not None:
        return ()
    return (
        KeepOutage(
            server=state.server,
            since=state.outage_since,
            outage_reason=state.outage_reason,
            detail=state.outage_detail,
            tries=state.outage_tries,
            ended_at=now,
            card=state.outage_card,
            show=True,
            missed=(state.outage_missed or 0) + new,
            reason=Reason.ANSWERS_AGAIN,
        ),
    )

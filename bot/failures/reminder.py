"""Nobody acknowledged for `escalate_after`: a reminder in the channel, again every repeat interval. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.failures.actions import CardKind, PostCard, Reason
from bot.failures.grouping import Grouping
from bot.failures.routing import Policy, quiet_until, receiver_of_channel
from bot.failures.view import Waiting


def plan_reminders(
    waiting: Iterable[Waiting], grouping: Grouping, *, policy: Policy, now: datetime
) -> tuple[PostCard, ...]:
    """A reminder is a message of its own, since an edit makes no sound. In quiet hours it waits until they end."""
    return tuple(_remind(each, grouping, policy, now) for each in waiting if _is_due(each, grouping, policy, now))


def _is_due(waiting: Waiting, grouping: Grouping, policy: Policy, now: datetime) -> bool:
    if policy.escalate_after is None or now - waiting.since < policy.escalate_after:
        return False
    reminded_at = grouping.window(waiting.channel_id).reminded_at
    was_for_these = reminded_at is not None and reminded_at >= waiting.since
    if was_for_these and reminded_at is not None and now - reminded_at < policy.repeat_interval:
        return False
    hours = receiver_of_channel(waiting.channel_id, policy).quiet_hours
    return quiet_until(hours, now) is None


def _remind(waiting: Waiting, grouping: Grouping, policy: Policy, now: datetime) -> PostCard:
    grouping.keep(replace(grouping.window(waiting.channel_id), reminded_at=now))
    return PostCard(
        ref=grouping.new_ref(),
        kind=CardKind.REMINDER,
        channel_id=waiting.channel_id,
        mention_role_id=policy.escalate_role_id,
        reply_to_card=waiting.only_card,
        reason=Reason.NOT_ACKNOWLEDGED,
    )

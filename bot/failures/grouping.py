"""Which card a failure goes on: pure. The first ones of a window are told at once, what follows joins a digest.

Invariants: a window makes at most `single_cards` single cards and one digest an hour; a mention is made at most once a
group interval and channel; a failure is on exactly one card, or none while it is muted.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.failures.actions import Action, CardKind, KeepWindow, PostCard, Reason, Window
from bot.failures.card import IncidentKind
from bot.failures.incident import Failure
from bot.failures.routing import Policy, quiet_until, receiver_of
from bot.failures.view import Followed
from bot.sections import Receiver


class Grouping:
    """Hands out cards, and remembers the windows. Made for one plan; `actions` collects what it decided."""

    def __init__(
        self, windows: Mapping[int, Window], *, policy: Policy, now: datetime, away_since: datetime | None
    ) -> None:
        self._windows = dict(windows)
        self._touched: set[int] = set()
        self._policy = policy
        self._now = now
        self._away_since = away_since
        self._refs = 0
        self.actions: list[Action] = []

    def new_ref(self) -> int:
        self._refs -= 1
        return self._refs

    def card_for(self, failure: Failure, *, reason: Reason | None = None) -> int:
        """The card that a new incident goes on; `reason` overrides the one for a card that has to be made."""
        receiver = receiver_of(failure, self._policy)
        window = self.window(receiver.channel_id)
        quiet = quiet_until(receiver.quiet_hours, self._now)
        if (why := self._old(failure)) is not None:
            return self._catch_up(window, receiver, why)
        if quiet is not None and receiver.quiet_hours is not None and receiver.quiet_hours.mode == "hold":
            return self._hold(window, receiver, until=quiet)
        mention = None if quiet or failure.acknowledged else receiver.mention_role_id
        window = self._running(window)
        if window.singles < self._policy.single_cards:
            return self._single(window, receiver, mention=mention, silent=quiet is not None, reason=reason)
        return self._digest(window, receiver, mention=mention, silent=quiet is not None, reason=reason)

    def drill(self, failure: Failure) -> int:
        """By the same route, at once, without a mention; in no window, so that no failure's card depends on it."""
        receiver = receiver_of(failure, self._policy)
        ref = self.new_ref()
        self.actions.append(
            PostCard(
                ref=ref,
                kind=CardKind.DRILL,
                channel_id=receiver.channel_id,
                reason=Reason.DRILL,
                silent=quiet_until(receiver.quiet_hours, self._now) is not None,
            )
        )
        return ref

    def adopt(self, followed: Followed) -> int:
        """The message that follows the task becomes its card: nothing is posted, so it counts in no window."""
        ref = self.new_ref()
        self.actions.append(
            PostCard(
                ref=ref,
                kind=CardKind.INCIDENT,
                channel_id=followed.channel_id,
                reason=Reason.FOLLOWED,
                message_id=followed.message_id,
                follower=followed.follower,
            )
        )
        return ref

    def window(self, channel_id: int) -> Window:
        return self._windows.get(channel_id) or Window(channel_id=channel_id)

    def windows(self) -> tuple[KeepWindow, ...]:
        return tuple(KeepWindow(window=self._windows[channel]) for channel in sorted(self._touched))

    def keep(self, window: Window) -> None:
        self._windows[window.channel_id] = window
        self._touched.add(window.channel_id)

    def _running(self, window: Window) -> Window:
        """The window that runs now: a quiet group interval ends one."""
        if window.last_at is not None and self._now - window.last_at < self._policy.group_interval:
            return replace(window, last_at=self._now)
        return replace(window, started_at=self._now, last_at=self._now, singles=0, digest=None, digest_at=None)

    def _single(
        self, window: Window, receiver: Receiver, *, mention: int | None, silent: bool, reason: Reason | None
    ) -> int:
        window = replace(window, singles=window.singles + 1)
        return self._post(
            window, receiver, CardKind.INCIDENT, reason or Reason.FIRST_IN_WINDOW, mention=mention, silent=silent
        )

    def _digest(
        self, window: Window, receiver: Receiver, *, mention: int | None, silent: bool, reason: Reason | None
    ) -> int:
        young = window.digest_at is not None and self._now - window.digest_at < self._digest_age()
        if window.digest is not None and young:
            self.keep(window)
            return window.digest
        reason = reason or (Reason.DIGEST_BEGINS if window.digest is None else Reason.DIGEST_ROLLS)
        window = replace(window, digest=self._refs - 1, digest_at=self._now)
        return self._post(window, receiver, CardKind.DIGEST, reason, mention=mention, silent=silent)

    def _digest_age(self) -> timedelta:
        return max(self._policy.digest_age, self._policy.group_interval)

    def _hold(self, window: Window, receiver: Receiver, *, until: datetime) -> int:
        if window.held is not None and window.held_until == until:
            return window.held
        window = replace(window, held=self._refs - 1, held_until=until)
        return self._post(
            window, receiver, CardKind.DIGEST, Reason.HELD, mention=receiver.mention_role_id, not_before=until
        )

    def _old(self, failure: Failure) -> Reason | None:
        """Nobody is to be called for it any more. Stuck and silent are old by nature."""
        if failure.kind not in (IncidentKind.FAILED, IncidentKind.REVOKED):
            return None
        if self._away_since is not None and failure.at < self._now - self._policy.fresh:
            return Reason.CATCH_UP
        return Reason.LATE if failure.at < self._now - self._policy.late else None

    def _catch_up(self, window: Window, receiver: Receiver, reason: Reason) -> int:
        fresh = window.catch_up_at is not None and self._now - window.catch_up_at < self._policy.fresh
        if window.catch_up is not None and fresh:
            return window.catch_up
        window = replace(window, catch_up=self._refs - 1, catch_up_at=self._now)
        return self._post(window, receiver, CardKind.DIGEST, reason, catch_up_since=self._away_since)

    def _post(
        self,
        window: Window,
        receiver: Receiver,
        kind: CardKind,
        reason: Reason,
        *,
        mention: int | None = None,
        silent: bool = False,
        not_before: datetime | None = None,
        catch_up_since: datetime | None = None,
    ) -> int:
        ref = self.new_ref()
        window, role = self._mention(window, mention, not_before)
        self.keep(window)
        self.actions.append(
            PostCard(
                ref=ref,
                kind=kind,
                channel_id=receiver.channel_id,
                reason=reason,
                mention_role_id=role,
                silent=silent,
                thread=receiver.thread,
                not_before=not_before,
                catch_up_since=catch_up_since,
            )
        )
        return ref

    def _mention(self, window: Window, role: int | None, not_before: datetime | None) -> tuple[Window, int | None]:
        """At most one mention a group interval and channel; a held card makes its own when it goes out."""
        at = not_before or self._now
        last = window.mentioned_at
        recent = last is not None and last <= at < last + self._policy.group_interval
        if role is None or recent:
            return window, None
        return replace(window, mentioned_at=at), role

"""How often is too often: pure, in memory, one place for all of it.

`Limits`: what one member may ask for in a minute. `Refusals`: how many answers of 401, 403 and 429 the bot may still
provoke, since Discord bans an address after 10,000 in 10 minutes.
https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
REMEMBERED = 10_000
"""Members and actions remembered at once; those who asked for nothing in the last minute are forgotten first."""


class Limits:
    """`per_minute`: by a name of whatever is limited; 0 or no entry means no limit.

    So many at once, then one each so many seconds: for each member and name there is the moment at which all that was
    taken is worn off (the "generic cell rate algorithm").
    """

    def __init__(self, per_minute: Mapping[str, int]) -> None:
        self._spacing = {name: MINUTE / number for name, number in per_minute.items() if number > 0}
        self._free_at: dict[tuple[int, str], datetime] = {}

    def take(self, member_id: int, name: str, *, now: datetime) -> timedelta | None:
        """None: go on. Else how long to wait; nothing was taken then."""
        spacing = self._spacing.get(name)
        if spacing is None:
            return None
        key = member_id, name
        free_at = max(self._free_at.get(key, now), now)
        if free_at > now + MINUTE:  # the clock was set back: that must stop nobody for good
            free_at = now
        wait = free_at + spacing - now - MINUTE
        if wait > timedelta(0):
            return wait
        if len(self._free_at) >= REMEMBERED:
            self._forget(now)
        self._free_at[key] = free_at + spacing
        return None

    def _forget(self, now: datetime) -> None:
        """What is over, and at least the older half: looking through all of it must not happen at every call."""
        standing = [(key, at) for key, at in self._free_at.items() if at > now]
        self._free_at = dict(standing[-REMEMBERED // 2 :])


WINDOW = timedelta(minutes=10)
ALLOWED = 1_000
"""Refusals in WINDOW after which nothing more is asked until it is over; a tenth of what Discord bans for."""
PATIENCE = 10
"""Refusals of one channel in a row, after which it is left alone for a while."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(minutes=30)


@dataclass(slots=True)
class _Channel:
    in_a_row: int = 0
    pause: timedelta = timedelta(0)
    until: datetime | None = None


class Refusals:
    """What Discord refused lately: in all, and by channel."""

    def __init__(self) -> None:
        self._at: deque[datetime] = deque(maxlen=ALLOWED)
        self._channels: dict[str, _Channel] = {}

    def pause(self, channel: str | None, *, now: datetime) -> timedelta | None:
        """How long the next request has to wait; None: it may go."""
        until = [self._at[0] + WINDOW] if len(self._at) == ALLOWED else []
        known = self._channels.get(channel or "")
        if known is not None and known.until is not None:
            until.append(known.until)
        wait = max(until, default=now) - now
        return wait if wait > timedelta(0) else None

    def refused(self, channel: str | None, *, counts: bool, now: datetime) -> None:
        """`counts`: it is one of those that Discord counts (401, 403, 429); a 404 is not, and pauses all the same."""
        if counts:
            self._at.append(now)
        if channel is None:
            return
        known = self._channels.setdefault(channel, _Channel())
        known.in_a_row += 1
        if known.in_a_row >= PATIENCE:
            known.pause = min(max(2 * known.pause, FIRST_PAUSE), LONGEST_PAUSE)
            known.until = now + known.pause

    def taken(self, channel: str | None) -> None:
        """Discord took something: the channel is open again."""
        if channel is not None:
            self._channels.pop(channel, None)

    def recent(self, now: datetime) -> int:
        """How many of those that count, in the last WINDOW; never more than ALLOWED."""
        return sum(at > now - WINDOW for at in self._at)

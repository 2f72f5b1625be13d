"""How fast a channel is written to: pure. Slower than Discord allows, so that it never has to say 429."""

from collections import deque
from datetime import datetime, timedelta

SENDS = 5  # posts and edits in a channel ...
SPAN = timedelta(seconds=5.5)  # ... within this: Discord allows 5 in 5 s of either, by its own clock
BETWEEN_EDITS = timedelta(seconds=2)  # of one message
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=1)
FORBIDDEN_PAUSE, LONGEST_FORBIDDEN_PAUSE = timedelta(minutes=1), timedelta(minutes=5)

LOOK_AGAIN = timedelta(seconds=2)  # after a try that was refused, where something has changed since


class Pace:
    """One channel's. `allowed_at` tells when a send may go; `sent` and `failed` take note of one."""

    def __init__(self) -> None:
        self._sends: deque[datetime] = deque(maxlen=SENDS)
        self._shown: dict[int, datetime] = {}
        self._paused_until: datetime | None = None
        self._pause = timedelta(0)

    def open_at(self, now: datetime) -> datetime:
        """When anything may be sent to the channel."""
        times = [now]
        if self._paused_until is not None:
            times.append(self._paused_until)
        if len(self._sends) == SENDS:
            times.append(self._sends[0] + SPAN)
        return max(times)

    def allowed_at(self, card_id: int, now: datetime) -> datetime:
        """When this card may be sent. Not after `now`: at once."""
        return max(self.open_at(now), self._shown.get(card_id, now - BETWEEN_EDITS) + BETWEEN_EDITS)

    def sent(self, card_id: int, now: datetime) -> None:
        self._sends.append(now)
        self._shown = {each: at for each, at in self._shown.items() if now - at < BETWEEN_EDITS}
        self._shown[card_id] = now
        self._pause = timedelta(0)
        self._paused_until = None

    def failed(self, now: datetime, *, retry_after: float | None = None, forbidden: bool = False) -> None:
        """Leave the channel alone: as long as Discord says, else twice as long as the last time."""
        self._sends.append(now)
        first, longest = (FORBIDDEN_PAUSE, LONGEST_FORBIDDEN_PAUSE) if forbidden else (FIRST_PAUSE, LONGEST_PAUSE)
        self._pause = min(max(2 * self._pause, first), longest)
        wait = self._pause if retry_after is None else timedelta(seconds=retry_after)
        self._paused_until = now + wait

    def look_again(self) -> None:
        """Something has changed: the next try may come soon, not only when the pause is over."""
        if self._paused_until is not None and self._sends:
            self._paused_until = min(self._paused_until, self._sends[-1] + LOOK_AGAIN)

"""Rate limits, with the headers that tell of them. https://docs.discord.com/developers/topics/rate-limits

The numbers are what bots observe; Discord publishes none but the global one and asks to read the headers.
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.sandbox.discord.errors import Json

SEND, EDIT, DELETE, READ = "send", "edit", "delete", "read"
COMMANDS, WEBHOOK, CALLBACK, OTHER = "commands", "webhook", "callback", "other"  # callbacks have no limit
GLOBAL_PER_SECOND = 50
OLD_EDIT = "old_edit"


@dataclass(frozen=True)
class Limit:
    requests: int
    per: float  # seconds


DISCORD: Mapping[str, Limit] = {
    SEND: Limit(5, 5),
    EDIT: Limit(5, 5),
    DELETE: Limit(5, 1),
    READ: Limit(5, 5),
    COMMANDS: Limit(5, 20),
    WEBHOOK: Limit(5, 2),
    OTHER: Limit(50, 1),
    OLD_EDIT: Limit(3, 20),  # edits of messages older than an hour, by channel: error 30046
}
NONE: Mapping[str, Limit] = {}


@dataclass(kw_only=True)
class Window:
    left: int
    resets: float


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`retry_after` is None where the request may pass; `body` is then empty."""

    headers: dict[str, str] = field(default_factory=dict)
    retry_after: float | None = None
    body: Json = field(default_factory=dict)


PASS = Verdict()


class RateLimits:
    """`limits` maps a kind of route to its limit for each channel (or webhook); a kind that is absent has none."""

    def __init__(
        self, limits: Mapping[str, Limit] = DISCORD, *, global_per_second: int | None = GLOBAL_PER_SECOND
    ) -> None:
        self.limits = dict(limits)
        self.global_per_second = global_per_second
        self._windows: dict[tuple[str, str], Window] = {}
        self._global = Window(left=0, resets=0.0)
        self._blocked_until = 0.0
        self.refused = 0  # how many 429 were answered

    @classmethod
    def none(cls) -> "RateLimits":
        return cls(NONE, global_per_second=None)

    def block_everything(self, seconds: float, *, now: float) -> None:
        """A global 429 for every request until then."""
        self._blocked_until = now + seconds

    def exhaust(self, kind: str, major: str, seconds: float, *, now: float) -> None:
        """Make as if others had used up this bucket: the next request gets a 429."""
        self.limits.setdefault(kind, Limit(1, seconds))
        self._windows[kind, major] = Window(left=0, resets=now + seconds)

    def spend(self, kind: str, major: str, *, now: float, counts_globally: bool = True) -> Verdict:
        if counts_globally and (wait := self._global_wait(now)):
            return self._refuse(wait, scope="global", headers={"X-RateLimit-Global": "true"})
        limit = self.limits.get(kind)
        if limit is None:
            return PASS
        window = self._window(kind, major, limit, now)
        if window.left <= 0:
            headers = _headers(kind, limit, window, now)
            return self._refuse(window.resets - now, scope="user", headers=headers)
        window.left -= 1
        return Verdict(headers=_headers(kind, limit, window, now))

    def spend_old_edit(self, major: str, *, now: float) -> Verdict:
        verdict = self.spend(OLD_EDIT, major, now=now, counts_globally=False)
        if verdict.retry_after is None:
            return PASS
        message = "Maximum number of edits to messages older than 1 hour reached. Try again later"
        body = verdict.body | {"message": message, "code": 30046}
        return Verdict(headers=verdict.headers, retry_after=verdict.retry_after, body=body)

    def _window(self, kind: str, major: str, limit: Limit, now: float) -> Window:
        window = self._windows.get((kind, major))
        if window is None or window.resets <= now:
            window = self._windows[kind, major] = Window(left=limit.requests, resets=now + limit.per)
        return window

    def _global_wait(self, now: float) -> float:
        if now < self._blocked_until:
            return self._blocked_until - now
        if self.global_per_second is None:
            return 0.0
        if self._global.resets <= now:
            self._global = Window(left=self.global_per_second, resets=now + 1)
        if self._global.left <= 0:
            return self._global.resets - now
        self._global.left -= 1
        return 0.0

    def _refuse(self, wait: float, *, scope: str, headers: dict[str, str]) -> Verdict:
        self.refused += 1
        wait = max(0.001, round(wait, 3))
        told = headers | {
            "Retry-After": str(math.ceil(wait)),
            "X-RateLimit-Scope": scope,
            "Via": "1.1 google",  # without it discord.py takes the answer for a ban by Cloudflare
        }
        body = {"message": "You are being rate limited.", "retry_after": wait, "global": scope == "global"}
        return Verdict(headers=told, retry_after=wait, body=body)


def _headers(kind: str, limit: Limit, window: Window, now: float) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit.requests),
        "X-RateLimit-Remaining": str(max(0, window.left)),
        "X-RateLimit-Reset": f"{window.resets:.3f}",
        "X-RateLimit-Reset-After": f"{max(0.0, window.resets - now):.3f}",
        "X-RateLimit-Bucket": hashlib.md5(kind.encode(), usedforsecurity=False).hexdigest(),
    }

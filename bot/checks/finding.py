"""What was looked at, and what was found: a line each, with the way to mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.exits import Exit
from bot.ui.redaction import redact


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"  # the bot starts, and does less than it could
    FAILURE = "failure"  # something to mend; the bot does not start, unless it works without it


@dataclass(frozen=True, slots=True)
class Finding:
    """`subject` is the key in the configuration. `exit`: of `check`, unless one is worse; `stops`: run."""

    level: Level
    subject: str
    text: str
    exit: Exit = Exit.DONE
    stops: bool = False

    def __str__(self) -> str:
        return f"{self.level:8} {self.subject}: {redact(self.text)}"


def ok(subject: str, text: str) -> Finding:
    return Finding(Level.OK, subject, text)


def warning(subject: str, text: str) -> Finding:
    return Finding(Level.WARNING, subject, text)


def unanswered(subject: str, text: str) -> Finding:
    """A server that the bot waits for: no reason not to start, and no look at all of it."""
    return Finding(Level.WARNING, subject, text, Exit.UNAVAILABLE)


def failure(subject: str, text: str, status: Exit = Exit.CONFIG, *, stops: bool = True) -> Finding:
    return Finding(Level.FAILURE, subject, text, status, stops)


def exit_of(findings: Iterable[Finding]) -> Exit:
    """What must be mended outweighs what did not answer."""
    return max((finding.exit for finding in findings), default=Exit.DONE)

"""What can go wrong, as one tree with one root.

A message is a sentence for a person: what happened and what to do about it, with method and path, never with the token.
Texts of the server follow Accept-Language: they are carried (`Rejected.fields`), never read.

`retryable`: the same call may succeed later without anyone changing anything, and repeating it does no harm.
"""

from collections.abc import Mapping
from typing import Any

from bot.paperless.models import Task


class PaperlessError(Exception):
    """Root of everything this package raises. `method`, `path` and `status` tell which request, where there was one."""

    retryable = False

    def __init__(
        self,
        message: str,
        *,
        method: str | None = None,
        path: str | None = None,
        status: int | None = None,
        retryable: bool | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.message = message
        self.method = method
        self.path = path
        self.status = status
        self.retry_after = retry_after
        if retryable is not None:
            self.retryable = retryable
        super().__init__(message)

    def __str__(self) -> str:
        if self.path is None:
            return self.message
        answer = "" if self.status is None else f": {self.status}"
        return f"{self.message} ({self.method} {self.path}{answer})"


class Unreachable(PaperlessError):
    """No answer: connection refused, lost or cut off, or a name that does not resolve."""

    retryable = True


class TimedOut(Unreachable):
    """No answer in time. `sent`: the server had been reached, so it is slow rather than away."""

    def __init__(self, message: str, *, sent: bool = True, **request: Any) -> None:
        self.sent = sent
        super().__init__(message, **request)


class UntrustedCertificate(PaperlessError):
    """The server's TLS certificate could not be verified."""


class ServerError(PaperlessError):
    """5xx. After a POST `retryable` is False: the server may have done some of it."""

    retryable = True


class RateLimited(ServerError):
    """429; `retry_after` in seconds, where it was told."""


class MaybeDone(PaperlessError):
    """A POST whose outcome is not known: look before you repeat it."""


class BadToken(PaperlessError):
    """401: the token is not one of this server's, or its user is inactive."""


class Forbidden(PaperlessError):
    """403; `permission` names what the token's user lacks, None where that is not known."""

    def __init__(self, message: str, *, permission: str | None = None, **request: Any) -> None:
        self.permission = permission
        super().__init__(message, **request)


class NotFound(PaperlessError):
    """404: it is not there, or the token's user may not see it."""


class TaskNotFound(NotFound):
    """No such task among those the token's user can see."""


class DocumentNotFound(NotFound):
    """No such document among those the token's user can see."""


class TaskNeverAppeared(TaskNotFound):
    """`wait`: the server promised a task, but no row came within the grace time.

    Seen on a locked SQLite: the work may have been done all the same.
    """


class WaitTimedOut(PaperlessError):
    """`wait`: the task did not end in time. `task`: how it was last seen, None if it never was. Wait on if you like."""

    retryable = True

    def __init__(self, message: str, *, task: Task | None = None) -> None:
        self.task = task
        super().__init__(message)


class Rejected(PaperlessError):
    """400; `fields` holds the server's own sentences, by field ("" for none), in the server's language."""

    def __init__(self, message: str, *, fields: Mapping[str, tuple[str, ...]] | None = None, **request: Any) -> None:
        self.fields: Mapping[str, tuple[str, ...]] = fields or {}
        super().__init__(message, **request)


class UnsupportedVersion(PaperlessError):
    """The server speaks none of the API versions that this client speaks."""


class NotPaperless(PaperlessError):
    """A redirect, HTML, or an answer of the wrong shape: not Paperless-ngx's API, or something in front of it."""


class TooLarge(PaperlessError):
    """The answer is larger than the client's cap."""


class InvalidArgument(PaperlessError, ValueError):
    """Refused before anything was sent: the server would ignore it, or answer 400."""


class NotRunnable(InvalidArgument):
    """This server cannot run that type of task; `PaperlessClient.runnable_types` lists what it can."""


class ClientClosed(PaperlessError):
    """The client, or the session that it was given, was closed."""

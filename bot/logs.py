"""Logs: one line a record on stderr, as text or as JSON.

What the bot itself logs has a name in `extra={"event": ...}`, which stays the same while the words change: search and
alert by it. docs/operations.md lists them.

Whatever a record says passes the redactor and is kept to one line of what can be seen, so that neither a secret nor a
line break nor a terminal's escape sequence in a filename can get into a log. What Python would write to stderr by
itself, around all of this, goes the same way: `all_of_it`.
"""

import json
import logging
import sys
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

from bot.ui.redaction import redact

log = logging.getLogger(__name__)

LogFormat = Literal["text", "json"]


def _when(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _event(record: logging.LogRecord) -> str | None:
    event = getattr(record, "event", None)
    return event if isinstance(event, str) else None


def _seen(line: str) -> str:
    """Control, direction-changing and other invisible characters as JSON would escape them."""
    return line if line.isprintable() else "".join(map(_as_number, line))


def _as_number(sign: str) -> str:
    if unicodedata.category(sign) not in ("Cc", "Cf", "Cs"):
        return sign
    units = sign.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


class TextFormatter(logging.Formatter):
    """`2026-11-24T05:52:17.123Z INFO bot.gateway gateway_up: ...`; line breaks, as in a traceback, become ` | `."""

    def format(self, record: logging.LogRecord) -> str:
        text = record.getMessage()
        if record.exc_info:
            text += " | " + self.formatException(record.exc_info)
        line = " | ".join(part for part in redact(text).splitlines() if part.strip())
        where = " ".join(filter(None, (record.name, _event(record))))
        return f"{_when(record)} {record.levelname} {where}: {_seen(line)}"


class Lines(logging.StreamHandler[TextIO]):
    """What cannot be written down (a record with arguments that do not fit, a full disk) is told by its place alone:
    Python's own report would show its text as it is."""

    def handleError(self, record: logging.LogRecord) -> None:
        error = sys.exc_info()[0]
        name = "nothing" if error is None else error.__name__
        with suppress(OSError, ValueError):  # there is nowhere left to say it
            sys.stderr.write(f"{_when(record)} ERROR {__name__}: {record.module}:{record.lineno} not written: {name}\n")


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, event, message and, where there is one, exception.

    What others log names no event: there it is their logger's name, which stays the same, too.
    """

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": _when(record),
            "level": record.levelname,
            "logger": record.name,
            "event": _event(record) or record.name,
            "message": redact(record.getMessage()),
        }
        if record.exc_info:
            entry["exception"] = redact(self.formatException(record.exc_info))
        return _seen(json.dumps(entry, ensure_ascii=False))


def set_up(log_format: LogFormat = "text", *, level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Send every record of `level` and above to `stream` (stderr by default), replacing what was set up before."""
    handler = Lines(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if log_format == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, least in QUIETER.items():
        logging.getLogger(name).setLevel(max(level, least))
    logging.getLogger("discord.client").addFilter(_is_not_about_voice)


@contextmanager
def all_of_it() -> Iterator[None]:
    """While it lasts, also what escapes from threads and destructors, and what Python warns of, becomes log records."""

    def in_thread(escaped: threading.ExceptHookArgs) -> None:
        error = escaped.exc_value
        log.error("an error ended a thread", exc_info=error, extra={"event": "thread_ended"})

    def unraisable(escaped: Any) -> None:
        log.error("an error that nobody can catch", exc_info=escaped.exc_value, extra={"event": "unraisable"})

    before = threading.excepthook, sys.unraisablehook
    threading.excepthook, sys.unraisablehook = in_thread, unraisable
    logging.captureWarnings(True)
    try:
        yield
    finally:
        logging.captureWarnings(False)
        threading.excepthook, sys.unraisablehook = before


QUIETER = {
    "apscheduler": logging.ERROR,  # a line for every job that ran or still runs; failures have a line of ours
    "alembic": logging.WARNING,
}


def _is_not_about_voice(record: logging.LogRecord) -> bool:
    """discord.py warns that it could not speak aloud."""
    return "voice will NOT be supported" not in record.getMessage()

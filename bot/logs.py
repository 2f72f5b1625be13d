"""Logs: one line a record on stderr, as text or as JSON.

What the bot itself logs has a name in `extra={"event": ...}`, which stays the same while the words change: search and
alert by it. docs/operations.md lists them.

Whatever a record says passes the redactor and is kept to one line, so that neither a secret nor a line break in a
filename can get into a log.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Literal, TextIO

from bot.ui.redaction import redact

LogFormat = Literal["text", "json"]


def _when(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _event(record: logging.LogRecord) -> str | None:
    event = getattr(record, "event", None)
    return event if isinstance(event, str) else None


class TextFormatter(logging.Formatter):
    """`2026-11-24T05:52:17.123Z INFO bot.gateway gateway_up: ...`; line breaks, as in a traceback, become ` | `."""

    def format(self, record: logging.LogRecord) -> str:
        text = record.getMessage()
        if record.exc_info:
            text += " | " + self.formatException(record.exc_info)
        line = " | ".join(part for part in redact(text).splitlines() if part.strip())
        where = " ".join(filter(None, (record.name, _event(record))))
        return f"{_when(record)} {record.levelname} {where}: {line}"


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message and, where there are any, event and exception."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": _when(record),
            "level": record.levelname,
            "logger": record.name,
            "event": _event(record),
            "message": redact(record.getMessage()),
        }
        if record.exc_info:
            entry["exception"] = redact(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)


def set_up(log_format: LogFormat = "text", *, level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Send every record of `level` and above to `stream` (stderr by default), replacing what was set up before."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if log_format == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, least in QUIETER.items():
        logging.getLogger(name).setLevel(max(level, least))
    logging.getLogger("discord.client").addFilter(_is_not_about_voice)


QUIETER = {
    "apscheduler": logging.ERROR,  # a line for every job that ran or still runs; failures have a line of ours
    "alembic": logging.WARNING,
}


def _is_not_about_voice(record: logging.LogRecord) -> bool:
    """discord.py warns that it could not speak aloud."""
    return "voice will NOT be supported" not in record.getMessage()

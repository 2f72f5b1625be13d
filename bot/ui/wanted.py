"""What a list is narrowed to, as people type it and read it."""

import re
from datetime import UTC, datetime, timedelta

from bot.refusal import Refusal
from bot.ui.filters import EPOCH, Wanted
from bot.ui.layout import dotted
from bot.ui.phrases import kind, owned_by, source, status
from bot.ui.text import at, escape

_AGO = re.compile(r"(\d{1,4})\s*(h|hours?|d|days?|w|weeks?)", re.I)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
HOW = "Write it as today, yesterday, 12h, 7d, 2w, 2026-11-24, or 2026-11-24 14:00 (UTC)."


def moment(text: str | None, *, now: datetime) -> datetime | None:
    """What a person types for a time. Raises Refusal."""
    typed = (text or "").strip().lower()
    if not typed:
        return None
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if typed in ("today", "yesterday"):
        return midnight - timedelta(days=typed == "yesterday")
    try:
        found = _read(typed, now)
    except ValueError:
        raise Refusal(f"“{escape(typed, 40)}” is no time. {HOW}") from None
    except OverflowError:  # the year 1, or 9999, in another time zone
        found = _LATEST
    if not EPOCH <= found < _LATEST:
        raise Refusal(f"“{escape(typed, 40)}” is out of reach. {HOW}")
    return found.replace(second=0, microsecond=0)


def _read(typed: str, now: datetime) -> datetime:
    if ago := _AGO.fullmatch(typed):
        return (now - int(ago[1]) * _UNITS[ago[2][0]]).astimezone(UTC)
    found = datetime.fromisoformat(typed.upper())
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def told(wanted: Wanted, *, owner: str | None = None) -> str:
    """In words, as "failed or not run · Mail fetch · not acknowledged"; empty for no filter. `owner`: its name."""
    return dotted(
        " or ".join(status(one) for one in wanted.status) or None,
        str(kind(wanted.task_type)) if wanted.task_type else None,
        str(source(wanted.trigger_source)) if wanted.trigger_source else None,
        _flag(wanted.acknowledged, "acknowledged", "not acknowledged"),
        _flag(wanted.is_complete, "ended", "not ended"),
        owned_by(wanted.owner, name=owner),
        None if wanted.name is None else f"name with “{escape(wanted.name, 40)}”",
        None if wanted.result is None else f"result with “{escape(wanted.result, 40)}”",
        None if wanted.date_created_after is None else f"since {at(wanted.date_created_after)}",
        None if wanted.date_created_before is None else f"until {at(wanted.date_created_before)}",
    )


def _flag(value: bool | None, yes: str, no: str) -> str | None:
    return None if value is None else yes if value else no

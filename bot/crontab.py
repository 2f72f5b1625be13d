"""Cron expressions as everybody writes them, for APScheduler, which counts the days of the week in its own way.

In cron 0 and 7 are Sunday and 1 is Monday; APScheduler 3 takes 0 for Monday (and will not change that in 3.x), so that
"0 8 * * 1" would mean Tuesday. Names mean the same to both: numbers become names here.
https://github.com/agronholm/apscheduler/issues/286
"""

import re
from datetime import datetime

from apscheduler.triggers.cron import CronTrigger

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PART = re.compile(r"(\*|[0-7]|[a-z]{3})(?:-([0-7]|[a-z]{3}))?(?:/([1-9]\d?))?")


def trigger(expression: str, *, timezone: str) -> CronTrigger:
    """Five fields. Raises ValueError with a sentence."""
    fields = expression.split()
    if len(fields) != 5:
        raise ValueError(f"{expression!r} has {len(fields)} fields, not 5: minute, hour, day, month, day of week")
    try:
        return CronTrigger.from_crontab(" ".join([*fields[:4], _days(fields[4])]), timezone=timezone)
    except ValueError as error:
        raise ValueError(f"{expression!r} is no cron expression: {error}") from None


def _days(field: str) -> str:
    """A list of single days: ranges too are counted from Sunday here, and from Monday there."""
    if field == "*":
        return field
    numbers = {number % 7 for part in field.lower().split(",") for number in _expanded(part)}
    return ",".join(_DAYS[number] for number in sorted(numbers))


def _expanded(part: str) -> range:
    matched = _PART.fullmatch(part)
    if matched is None:
        raise ValueError(f"{part!r} is no day of the week: 0 to 7 (0 and 7 are Sunday), or sun to sat")
    first, last, step = matched.groups()
    begin = 0 if first == "*" else _number(first)
    end = _number(last) if last else 6 if first == "*" or step else begin
    if last and end < begin:
        end += 7  # "fri-mon"
    return range(begin, end + 1, int(step or 1))


def _number(name: str) -> int:
    if name.isdigit():
        return int(name)
    if name not in _DAYS:
        raise ValueError(f"{name!r} is no day of the week: 0 to 7 (0 and 7 are Sunday), or sun to sat")
    return _DAYS.index(name)


def last_before(trigger: CronTrigger, moment: datetime, *, since: datetime) -> datetime | None:
    """When it was last due: after `since`, at `moment` or before it. None: not in that time. In the night in which an
    hour comes twice a time in it is due once, the first time (`fold`), as cron does it."""
    due: datetime | None = None
    following = trigger.get_next_fire_time(None, since)
    while following is not None and following <= moment:
        due = due if following.fold else following
        following = trigger.get_next_fire_time(following, following)
    return due

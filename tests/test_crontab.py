"""Cron expressions mean what they mean everywhere: Monday is 1."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.crontab import last_before, trigger

SATURDAY = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def days(field: str) -> list[str]:
    """On which days of a week it is due, from the Saturday on."""
    due, found = SATURDAY, []
    cron = trigger(f"0 8 * * {field}", timezone="UTC")
    while (due := cron.get_next_fire_time(due, due + timedelta(seconds=1))) and due < SATURDAY + timedelta(days=7):
        found.append(DAYS[due.weekday()])
    return found


@pytest.mark.parametrize(
    ("field", "due"),
    [
        ("1", ["Mon"]),
        ("0", ["Sun"]),
        ("7", ["Sun"]),
        ("mon", ["Mon"]),
        ("1-5", ["Mon", "Tue", "Wed", "Thu", "Fri"]),
        ("5-7", ["Sun", "Fri", "Sat"]),
        ("0-2", ["Sun", "Mon", "Tue"]),
        ("fri-mon", ["Sun", "Mon", "Fri", "Sat"]),
        ("1,3", ["Mon", "Wed"]),
        ("*/2", ["Sun", "Tue", "Thu", "Sat"]),
        ("3/2", ["Wed", "Fri"]),
        ("*", ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]),
    ],
)
def test_a_field_names_the_days_of_the_week(field: str, due: list[str]) -> None:
    assert sorted(days(field)) == sorted(due)


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("8 * * 1", "has 4 fields, not 5"),
        ("0 8 * * 8", "is no day of the week"),
        ("0 8 * * xyz", "is no day of the week"),
        ("0 8 * * 1-", "is no day of the week"),
        ("61 8 * * *", "is no cron expression"),
        ("0 8 * 13 *", "is no cron expression"),
    ],
)
def test_what_makes_no_sense_is_told(expression: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        trigger(expression, timezone="UTC")


def test_it_keeps_the_hour_when_summer_ends() -> None:
    cron = trigger("0 8 * * 1", timezone="Europe/Berlin")
    before = cron.get_next_fire_time(None, datetime(2026, 10, 18, tzinfo=UTC))
    after = cron.get_next_fire_time(None, datetime(2026, 10, 25, 12, tzinfo=UTC))
    assert before is not None
    assert after is not None
    assert (before.hour, after.hour) == (8, 8)
    assert after - before == timedelta(days=7)
    assert after.astimezone(UTC) - before.astimezone(UTC) == timedelta(days=7, hours=1)


def test_when_it_was_last_due() -> None:
    cron = trigger("0 8 * * 1", timezone="UTC")
    monday = datetime(2026, 11, 16, 8, tzinfo=UTC)
    assert last_before(cron, SATURDAY, since=SATURDAY - timedelta(days=30)) == monday
    assert last_before(cron, monday, since=SATURDAY - timedelta(days=30)) == monday
    assert last_before(cron, SATURDAY, since=SATURDAY - timedelta(days=1)) is None


def test_in_the_night_with_an_hour_twice_it_is_due_once() -> None:
    cron, noon = trigger("30 2 * * *", timezone="Europe/Berlin"), datetime(2026, 10, 24, 12, tzinfo=UTC)
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    for after in (timedelta(minutes=1), timedelta(hours=1), timedelta(hours=20)):
        due = last_before(cron, first + after, since=noon)
        assert due is not None
        assert due.astimezone(UTC) == first

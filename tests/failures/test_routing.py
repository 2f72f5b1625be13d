"""Which channel, which role, and whether now."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.failures.card import IncidentKind
from bot.failures.drills import drill_of
from bot.failures.incident import Failure
from bot.failures.routing import (
    MATCHERS,
    policy_of,
    quiet_until,
    receiver_of,
    receiver_of_channel,
    receiver_of_server,
)
from bot.sections import QuietHours
from tests.failures.given import NOW, a_failure
from tests.failures.world import section

FAILURE = a_failure(trigger_source="email_consume", owner=4)


ROUTES: list[tuple[str, dict[str, Any], bool]] = [
    ("an empty route takes everything", {}, True),
    ("its server", {"servers": ["home"]}, True),
    ("another server", {"servers": ["office"]}, False),
    ("its type", {"task_types": ["mail_fetch", "consume_file"]}, True),
    ("another type", {"task_types": ["mail_fetch"]}, False),
    ("its source", {"trigger_sources": ["email_consume"]}, True),
    ("another source", {"trigger_sources": ["web_ui"]}, False),
    ("its owner", {"owners": [4]}, True),
    ("another owner", {"owners": [5]}, False),
    ("its status", {"statuses": ["failure"]}, True),
    ("another status", {"statuses": ["revoked"]}, False),
    ("all of it must match", {"servers": ["home"], "owners": [5]}, False),
]


@pytest.mark.parametrize(("says", "route", "taken"), ROUTES)
def test_a_route_takes_what_matches_all_of_it(says: str, route: dict[str, Any], taken: bool) -> None:
    policy = policy_of(section(routes=[{"channel_id": 9} | route]))
    assert (receiver_of(FAILURE, policy).channel_id == 9) is taken, says


@pytest.mark.parametrize("taken", [True, False])
def test_every_matcher_is_in_that_table_taking_and_refusing(taken: bool) -> None:
    alone = [next(iter(route)) for _, route, took in ROUTES if len(route) == 1 and took is taken]
    assert sorted(alone) == sorted(MATCHERS)


@pytest.mark.parametrize(("says", "route", "taken"), ROUTES)
def test_a_drill_finds_a_failure_for_every_route(says: str, route: dict[str, Any], taken: bool) -> None:
    policy = policy_of(section(routes=[{"channel_id": 9} | route]))
    assert drill_of(1, ["home", "office"], policy, NOW).unreachable == (), "make one in `_for_route` of drills.py"


def test_the_first_route_that_matches_is_taken() -> None:
    policy = policy_of(section(routes=[{"channel_id": 1, "owners": [5]}, {"channel_id": 2}, {"channel_id": 3}]))
    assert receiver_of(FAILURE, policy).channel_id == 2


def test_a_route_for_a_status_does_not_take_what_is_stuck() -> None:
    policy = policy_of(section(routes=[{"channel_id": 9, "statuses": ["failure"]}]))
    stuck: Failure = a_failure(kind=IncidentKind.STUCK)
    assert receiver_of(stuck, policy).channel_id == section().channel_id


@pytest.mark.parametrize("narrow", [route for _, route, taken in ROUTES if not taken and "servers" not in route])
def test_that_a_server_does_not_answer_goes_where_all_of_it_goes(narrow: dict[str, Any]) -> None:
    routes = [{"channel_id": 1, "servers": ["home"]} | narrow, {"channel_id": 2, "servers": ["home"]}]
    policy = policy_of(section(routes=routes))
    assert receiver_of_server("home", policy).channel_id == 2
    assert receiver_of_server("office", policy).channel_id == section().channel_id


def test_a_channel_that_no_receiver_names_any_more_is_treated_as_the_default() -> None:
    policy = policy_of(section(routes=[{"channel_id": 2, "mention_role_id": 8}]))
    assert receiver_of_channel(2, policy).mention_role_id == 8
    assert receiver_of_channel(77, policy) is policy.default


def test_zero_means_never() -> None:
    policy = policy_of(section(escalate_after_seconds=0, stuck_started_seconds=0))
    assert (policy.escalate_after, policy.stuck_started) == (None, None)


def hours(start: str, end: str, zone: str = "UTC") -> QuietHours:
    return QuietHours(start=time.fromisoformat(start), end=time.fromisoformat(end), timezone=zone)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "now", "until"),
    [
        (hours("12:00", "13:00"), "2026-11-24T11:59:59", None),
        (hours("12:00", "13:00"), "2026-11-24T12:00:00", "2026-11-24T13:00:00"),
        (hours("12:00", "13:00"), "2026-11-24T13:00:00", None),
        (hours("22:00", "06:00"), "2026-11-24T22:00:00", "2026-11-25T06:00:00"),
        (hours("22:00", "06:00"), "2026-11-24T23:00:00", "2026-11-25T06:00:00"),
        (hours("22:00", "06:00"), "2026-11-25T05:00:00", "2026-11-25T06:00:00"),
        (hours("22:00", "06:00"), "2026-11-25T12:00:00", None),
        (hours("22:00", "06:00", "Europe/Berlin"), "2026-11-24T21:30:00", "2026-11-25T05:00:00"),
        (hours("22:00", "06:00", "Europe/Berlin"), "2026-07-24T21:30:00", "2026-07-25T04:00:00"),
        (hours("22:00", "06:00", "Europe/Berlin"), "2026-10-24T21:30:00", "2026-10-25T05:00:00"),  # clocks go back
        (hours("22:00", "02:30", "Europe/Berlin"), "2026-10-25T01:15:00", None),  # the hour that comes twice
        (None, "2026-11-24T12:00:00", None),
    ],
)
def test_quiet_hours_last_from_start_to_end(span: QuietHours | None, now: str, until: str | None) -> None:
    assert quiet_until(span, utc(now)) == (None if until is None else utc(until))


FIRST, LAST = utc("2020-01-01"), utc("2030-01-01")


@given(
    st.datetimes(FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None)),
    st.times(),
    st.times(),
    st.sampled_from(["Europe/Berlin", "UTC", "Australia/Lord_Howe"]),
)
def test_quiet_hours_always_end(now: datetime, start: time, end: time, zone: str) -> None:
    if start == end:
        return
    until = quiet_until(QuietHours(start=start, end=end, timezone=zone), now.replace(tzinfo=UTC))
    assert until is None or timedelta(0) < until - now.replace(tzinfo=UTC) <= timedelta(hours=25)

"""Filters of a list: typed, told in words, carried in a button, and read back whatever comes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bot.paperless.filters import checked
from bot.paperless.models import TaskStatus, TaskType, TriggerSource
from bot.refusal import Refusal
from bot.ui.custom_ids import LIMIT, AcknowledgeListed, AcknowledgeWanted, Listed, fits, parse
from bot.ui.filters import ORDERINGS, SOURCES, STATUSES, TYPES, Wanted, read
from bot.ui.wanted import moment, told

NOW = datetime(2026, 11, 24, 14, 30, 12, tzinfo=UTC)
minutes = st.integers(0, 60 * 24 * 365 * 200).map(
    lambda number: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
)
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


values = st.builds(
    Wanted,
    status=st.sets(st.sampled_from(STATUSES)).map(lambda found: tuple(sorted(found, key=STATUSES.index))),
    task_type=maybe(st.sampled_from(TYPES)),
    trigger_source=maybe(st.sampled_from(SOURCES)),
    acknowledged=maybe(st.booleans()),
    is_complete=maybe(st.booleans()),
    owner=maybe(st.integers(1, 2**31 - 1)),
    name=maybe(texts),
    result=maybe(texts),
    date_created_after=maybe(minutes),
    date_created_before=maybe(minutes),
    ordering=maybe(st.sampled_from(ORDERINGS)),
)


@settings(deadline=None)
@given(values)
@example(Wanted())
def test_what_is_written_is_read_back(wanted: Wanted) -> None:
    assert read(str(wanted)) == wanted


@settings(deadline=None)
@given(st.text(max_size=60) | st.from_regex(r"([a-z][a-z0-9_-]{0,9}\.?){0,6}", fullmatch=True))
def test_any_text_is_read_or_refused(code: str) -> None:
    found = read(code)
    assert found is None or str(found) == code


@settings(deadline=None)
@given(values, st.integers(0, 10**9))
def test_a_button_carries_them_or_is_known_not_to_fit(wanted: Wanted, number: int) -> None:
    for custom_id in (
        Listed("home", number, str(wanted)),
        AcknowledgeListed("home", number, str(wanted)),
        AcknowledgeWanted("home", number, str(wanted)),
    ):
        assert fits(custom_id) == (len(str(custom_id)) <= LIMIT)
        assert parse(str(custom_id)) == (custom_id if fits(custom_id) else None)


def test_a_full_set_of_filters_and_some_words_fit_a_button() -> None:
    wanted = Wanted(
        status=(TaskStatus.FAILURE, TaskStatus.REVOKED),
        task_type=TaskType.MAIL_FETCH,
        trigger_source=TriggerSource.SCHEDULED,
        acknowledged=False,
        owner=12,
        name="rechnung",
        result="timeout",
        date_created_after=NOW.replace(second=0),
        ordering="-date_done",
    )
    assert fits(AcknowledgeListed("home", 120, str(wanted)))


@settings(deadline=None)
@given(values)
def test_they_are_filters_that_the_server_honours(wanted: Wanted) -> None:
    typed = [text for text in (wanted.name, wanted.result) if text is not None]
    assume(all(text.strip() and "\0" not in text for text in typed))
    sent = checked(wanted.filters())
    assert (sent.status, sent.owner, sent.name) == (wanted.status, wanted.owner, wanted.name)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (None, None),
        ("  ", None),
        ("today", datetime(2026, 11, 24, tzinfo=UTC)),
        ("Yesterday", datetime(2026, 11, 23, tzinfo=UTC)),
        ("12h", datetime(2026, 11, 24, 2, 30, tzinfo=UTC)),
        ("7 days", datetime(2026, 11, 17, 14, 30, tzinfo=UTC)),
        ("2w", datetime(2026, 11, 10, 14, 30, tzinfo=UTC)),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01 08:15", datetime(2026, 11, 1, 8, 15, tzinfo=UTC)),
        ("2026-11-01T08:15+02:00", datetime(2026, 11, 1, 6, 15, tzinfo=UTC)),
    ],
)
def test_times_as_people_type_them(typed: str | None, meant: datetime | None) -> None:
    assert moment(typed, now=NOW) == meant


@pytest.mark.parametrize(
    "typed",
    [
        *("soon", "24.11.2026", "9999999d", "7 x", "1066-10-14", "9999-01-01", "@everyone"),
        *("9999w", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00"),  # beyond what a time can be
    ],
)
def test_what_is_no_time_is_refused_with_how_to_write_one(typed: str) -> None:
    with pytest.raises(Refusal, match="Write it as today"):
        moment(typed, now=NOW)


def test_in_words() -> None:
    wanted = Wanted(
        status=(TaskStatus.FAILURE, TaskStatus.REVOKED),
        task_type=TaskType.MAIL_FETCH,
        acknowledged=False,
        is_complete=True,
        owner=3,
        name="*x*",
        date_created_after=datetime(2026, 11, 24, tzinfo=UTC),
    )
    assert told(wanted) == (
        "failed or not run · Mail fetch · not acknowledged · ended · owner #3 · "
        r"name with “\*x\*” · since <t:1795478400:f>"
    )
    assert told(Wanted()) == ""

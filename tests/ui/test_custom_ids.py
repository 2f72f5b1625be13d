"""Ids of buttons and menus: whatever comes back is read or refused, never half understood."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.ui import custom_ids
from bot.ui.custom_ids import (
    LIMIT,
    MAX_ID,
    Acknowledge,
    AcknowledgeAll,
    AcknowledgeFailures,
    AcknowledgeListed,
    AcknowledgeWanted,
    Active,
    Audited,
    CustomId,
    Details,
    EndMute,
    Failures,
    Listed,
    LookThrough,
    Mute,
    MuteLine,
    OnTask,
    OpenTask,
    RunNow,
    parse,
)

ids = st.integers(0, MAX_ID)
servers = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", fullmatch=True)
task_ids = st.uuids().map(str)
CODES = ["-", "s8.a0", "nYQ", "k-0123456789ab"]
values: st.SearchStrategy[CustomId] = st.one_of(
    st.builds(Acknowledge, ids, ids),
    st.builds(Details, ids),
    st.builds(AcknowledgeAll, ids, ids, st.booleans()),
    st.builds(LookThrough, ids, ids),
    st.builds(Mute, ids, st.sampled_from(custom_ids.MUTE_SPANS), st.none() | ids),
    st.builds(MuteLine, ids),
    st.builds(OnTask, st.sampled_from(["ack", "info", "show", "follow"]), servers, task_ids),
    st.builds(Failures, servers, ids),
    st.builds(AcknowledgeFailures, servers, ids),
    st.builds(Active, servers, ids),
    st.builds(OpenTask, servers),
    st.just(EndMute()),
    st.builds(Audited, ids, st.none() | ids),
    st.builds(Listed, st.just("home"), st.integers(0, 999), st.sampled_from(CODES)),
    st.builds(AcknowledgeListed, st.just("home"), st.integers(0, 999), st.sampled_from(CODES)),
    st.builds(AcknowledgeWanted, st.just("home"), st.integers(0, 2**40), st.sampled_from(CODES)),
    st.builds(RunNow, servers, st.from_regex(r"[a-z_]{1,40}", fullmatch=True)),
)


@given(values)
@example(OnTask("show", "s" * 32, "f" * 48))
@example(AcknowledgeAll(MAX_ID, MAX_ID, confirmed=True))
def test_what_is_written_is_read_back(value: CustomId) -> None:
    assert parse(str(value)) == value
    assert len(str(value)) <= LIMIT


@given(values, values)
def test_two_values_never_share_an_id(one: CustomId, other: CustomId) -> None:
    assert (str(one) == str(other)) == (one == other)


@given(st.one_of(st.text(), st.from_regex(r"t1:[a-z-]+(:[\w.-]*){0,4}", fullmatch=True)))
def test_any_text_is_read_or_refused(text: str) -> None:
    value = parse(text)
    assert value is None or str(value) == text


@given(values, st.data())
def test_one_changed_character_gives_another_value_or_none(value: CustomId, data: st.DataObject) -> None:
    text = str(value)
    position = data.draw(st.integers(0, len(text) - 1))
    changed = text[:position] + data.draw(st.characters()) + text[position + 1 :]
    assert (parse(changed) == value) == (changed == text)


@pytest.mark.parametrize(
    "refused",
    [
        "",
        "t1",
        "t1:",
        "t1:ack",
        "t1:ack:",
        "t1:info:x",
        "t1:info:-1",
        "t1:info:+1",
        "t1:info:01",
        "t1:info:１",
        "t1:ack:1:2:3",
        "t1:ack:1",
        "t1:info:1:2",
        "t1:info:1\n",
        " t1:info:1",
        "t2:info:1",
        "T1:info:1",
        "t1:INFO:1",
        f"t1:info:{MAX_ID + 1}",
        "t1:info:" + "9" * 90,
        "t1:all:1",
        "t1:look:1:x",
        "t1:mute:1:2h",
        "t1:mute:1:1h:",
        "t1:mute:1:1h:x",
        "t1:mute:1:1h:2:3",
        "t1:line:1:2",
        "t1:task-ack:home",
        "t1:task-ack::5b6c7d8e",
        "t1:task-drop:home:5b6c7d8e",
        "t1:unmute:1",
        "t1:open:-x",
        "t1:open:home:1",
        "t1:failures:home:-1",
        "someone-elses-button",
    ],
)
def test_refused(refused: str) -> None:
    assert parse(refused) is None


def test_the_card_an_id_belongs_to() -> None:
    assert custom_ids.card_of(Acknowledge(7, 1)) == 7
    assert custom_ids.card_of(LookThrough(8, 0)) == 8
    assert custom_ids.card_of(OpenTask("home")) is None

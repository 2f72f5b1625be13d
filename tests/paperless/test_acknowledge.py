"""Acknowledging lists in which some keys are gone or foreign."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.paperless import InvalidArgument, Rejected
from bot.paperless.acknowledging import LONGEST_LIST, acknowledge_each
from tests.paperless.conftest import Connect
from tests.paperless.server import Reply, Request, Server, json_reply


class Tasks:
    """What a server takes: `gone` ones are a 400 for the whole list, `foreign` ones are as on 2.20, not counted."""

    def __init__(self, *, gone: set[int] = frozenset(), foreign: set[int] = frozenset()) -> None:  # type: ignore[assignment]
        self.gone = gone
        self.foreign = foreign
        self.lists: list[list[int]] = []
        self.acknowledged: set[int] = set()

    def taken(self, pks: list[int]) -> int | None:
        self.lists.append(pks)
        if self.gone & set(pks) or len(set(pks)) < len(pks):
            return None
        own = set(pks) - self.foreign
        self.acknowledged |= own
        return len(own)

    async def post(self, part: object) -> int:
        number = self.taken(list(part))  # type: ignore[call-overload]
        if number is None:
            raise Rejected("no", fields={"tasks": ("Some tasks don't exist or were specified twice.",)})
        return int(number)

    def __call__(self, request: Request) -> Reply:
        number = self.taken(request.json["tasks"])
        if number is None:
            return json_reply({"tasks": ["Some tasks in tasks don't exist or were specified twice."]}, status=400)
        return json_reply({"result": number})


async def test_a_good_list_is_one_request(connect: Connect) -> None:
    tasks = Tasks()
    async with Server(tasks) as server:
        result = await connect(server).tasks.acknowledge([3, 1, 2])

    assert (result, result.acknowledged, result.rejected) == (3, (3, 1, 2), ())
    assert tasks.lists == [[3, 1, 2]]


async def test_the_good_ones_are_acknowledged_although_one_is_gone(connect: Connect) -> None:
    tasks = Tasks(gone={5})
    async with Server(tasks) as server:
        result = await connect(server).tasks.acknowledge(range(1, 10))

    assert (result, result.rejected) == (8, (5,))
    assert tasks.acknowledged == set(range(1, 10)) - {5}


async def test_a_key_given_twice_is_sent_once(connect: Connect) -> None:
    tasks = Tasks()
    async with Server(tasks) as server:
        assert await connect(server).tasks.acknowledge([1, 2, 1, 2]) == 2

    assert tasks.lists == [[1, 2]]


async def test_keys_that_no_server_could_have_are_not_sent(connect: Connect) -> None:
    tasks = Tasks()
    async with Server(tasks) as server:
        result = await connect(server).tasks.acknowledge([1, 0, -1, 2**63, 10**30])

    assert (result.acknowledged, result.rejected) == ((1,), (0, -1, 2**63, 10**30))
    assert tasks.lists == [[1]]


async def test_nothing_to_acknowledge_is_no_request(connect: Connect) -> None:
    tasks = Tasks()
    async with Server(tasks) as server:
        assert await connect(server).tasks.acknowledge([]) == 0

    assert tasks.lists == []


@pytest.mark.parametrize("pks", [["1"], [1.0], [True], [None], 5, None])
async def test_what_is_no_key_is_refused(pks: Any, connect: Connect) -> None:
    tasks = Tasks()
    async with Server(tasks) as server:
        with pytest.raises(InvalidArgument):
            await connect(server).tasks.acknowledge(pks)

    assert tasks.lists == []


async def test_a_400_about_something_else_is_told(connect: Connect) -> None:
    async with Server(lambda request: json_reply({"detail": "JSON parse error"}, status=400)) as server:
        with pytest.raises(Rejected, match="JSON parse error"):
            await connect(server).tasks.acknowledge([1, 2, 3])

        assert len(server.requests) == 1


KEYS = st.sets(st.integers(1, 60), max_size=40)


@given(asked=st.lists(st.integers(-3, 60), max_size=50), gone=KEYS, foreign=KEYS)
async def test_each_key_ends_where_it_belongs(asked: list[int], gone: set[int], foreign: set[int]) -> None:
    tasks = Tasks(gone=gone, foreign=foreign)

    result = await acknowledge_each(asked, tasks.post)

    good = {pk for pk in asked if pk > 0} - gone - foreign
    assert set(result.acknowledged) == good == tasks.acknowledged
    assert set(result.rejected) == set(asked) - good
    assert result == len(good)


@pytest.mark.parametrize(
    ("number", "gone", "requests"),
    [(1000, 0, 1), (1000, 1, 25), (1000, 10, 150), (1000, 1000, 1400), (2500, 0, 3)],
)
async def test_finding_the_bad_ones_takes_few_requests(number: int, gone: int, requests: int) -> None:
    tasks = Tasks(gone={1 + round(step * number / max(1, gone)) for step in range(gone)})

    result = await acknowledge_each(range(1, number + 1), tasks.post)

    assert len(result.rejected) == gone
    assert len(tasks.lists) <= requests
    assert all(len(part) <= LONGEST_LIST for part in tasks.lists)

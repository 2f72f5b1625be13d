"""Lists: five to eight rows that fit a phone, newest first, and the truth where there is nothing to list."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.failures.card import IncidentKind, IncidentState
from bot.paperless.errors import ServerError, Unreachable
from bot.paperless.models import TaskStatus, TaskType
from bot.ui import errors, lists
from bot.ui.filters import Wanted
from tests.ui.examples import NOW, UUID, T, failure_row, in_discord, line, task
from tests.ui.payload import assert_sendable, buttons, components_of, ids, lines, texts


def running(number: int) -> Any:
    return task(
        id=number, task_id=f"{UUID[:-4]}{number:04}", status=TaskStatus.STARTED, result_data=None, date_done=None
    )


def failed(number: int) -> Any:
    return task(id=number, task_id=f"{UUID[:-4]}{number:04}")


class TestActive:
    async def test_each_on_one_line_state_what_when(self) -> None:
        view = lists.active([running(1)], known=1, total=1, page=0, server="home", show_server=False)
        assert lines(view) == ["**1 task waits or runs in Paperless**", f"**running** Consuming invoice-11.pdf · {T}"]
        assert buttons(view) == []

    async def test_one_of_them_can_be_opened(self) -> None:
        view = lists.active([running(1)], known=1, total=1, page=0, server="home", show_server=False)
        assert ids(view) == ["t1:open:home"]

    async def test_nothing(self) -> None:
        view = lists.active([], known=0, total=0, page=0, server="home", show_server=True)
        assert lines(view) == ["**Nothing waits or runs in Paperless (home)**"]

    async def test_more_than_paperless_lists_is_said(self) -> None:
        page = [running(number) for number in range(8)]
        view = lists.active(page, known=50, total=212, page=0, server="home", show_server=False)
        assert lines(view)[0] == "**212 tasks wait or run in Paperless** · the newest 50 of 212"
        assert lines(view)[-1] == "-# the newest 8 of 50"
        assert buttons(view) == ["Older"]
        assert ids(view) == ["t1:open:home", "t1:active:home:1"]

    async def test_a_page_in_between(self) -> None:
        page = [running(number) for number in range(8)]
        view = lists.active(page, known=50, total=50, page=1, server="home", show_server=False)
        assert lines(view)[-1] == "-# 9 to 16 of 50, newest first"
        assert ids(view) == ["t1:open:home", "t1:active:home:0", "t1:active:home:2"]


async def test_what_was_revoked_while_it_ran_was_stopped() -> None:
    began = task(status=TaskStatus.REVOKED, result_data=None)
    never = task(status=TaskStatus.REVOKED, result_data=None, date_started=None)
    assert [lists.task_line(one)[:11] for one in (began, never)] == ["**stopped**", "**not run**"]


class TestListing:
    async def test_a_list_of_everything_says_neither_filters_nor_a_place(self) -> None:
        view = lists.listing([running(1)], total=1, page=0, wanted=Wanted(), code="", server="home", show_server=False)
        assert [line[:20] for line in lines(view)] == ["**1 task in Paperless**"[:20], "**running** Consuming"[:20]]

    @pytest.mark.parametrize("ordering", ["date_created", "date_done", "-duration_seconds", "status"])
    async def test_where_the_newest_are_not_first_no_button_claims_to_lead_to_older_ones(self, ordering: str) -> None:
        wanted, page = Wanted(ordering=ordering), [running(number) for number in range(8)]
        view = lists.listing(page, total=24, page=1, wanted=wanted, code=str(wanted), server="home", show_server=False)
        assert buttons(view) == ["Previous page", "Next page"]
        assert lines(view)[-1] == "-# 9 to 16 of 24"

    async def test_filters_and_the_place_are_said(self) -> None:
        wanted = Wanted(owner=3)
        view = lists.listing(
            [running(1)],
            total=20,
            page=0,
            wanted=wanted,
            code=str(wanted),
            server="home",
            show_server=False,
            owner="bob",
        )
        assert "bob" in lines(view)[1]
        assert lines(view)[-1] == "-# the newest 1 of 20"


class TestFailures:
    async def test_each_with_its_reason_and_a_menu_to_open_one(self) -> None:
        view = lists.failures([failed(1), failed(2)], total=2, page=0, server="home", show_server=False)
        assert lines(view)[:2] == [
            "**2 failures in Paperless not acknowledged**",
            f"**failed** Consuming invoice-11.pdf · {T} · Unsupported mime type application/zip",
        ]
        menu = next(part for part in components_of(view) if part["type"] == 3)
        assert menu["custom_id"] == "t1:open:home"
        assert menu["options"][0]["label"] == "invoice-11.pdf"
        assert menu["options"][0]["description"] == "Unsupported mime type application/zip"

    async def test_the_newest_of_many(self) -> None:
        page = [failed(number) for number in range(8)]
        view = lists.failures(page, total=212, page=0, server="home", show_server=False)
        assert "-# the newest 8 of 212" in lines(view)
        assert buttons(view) == ["Older"]

    async def test_none(self) -> None:
        view = lists.failures([], total=0, page=0, server="home", show_server=False)
        assert lines(view) == ["**No failures wait to be acknowledged in Paperless**"]

    async def test_the_last_page_goes_back_only(self) -> None:
        view = lists.failures([failed(1)], total=9, page=1, server="home", show_server=False)
        assert buttons(view) == ["Newer"]

    async def test_a_duplicate_without_words(self) -> None:
        one = task(result_data={"duplicate_of": 2, "duplicate_in_trash": False})
        view = lists.failures([one], total=1, page=0, server="home", show_server=False)
        assert lines(view)[1].endswith("a duplicate of document #2")


class TestNotKnown:
    async def test_is_never_told_as_zero(self) -> None:
        away = errors.unheard(Unreachable("x"), last_answer=NOW, where="Paperless")
        view = lists.not_known("What failed", unheard=away, because="Paperless-ngx did not answer in time.")
        assert lines(view)[0] == "**What failed: not known. Paperless has not answered since <t:1795442400:f>**"

    def test_and_says_so_when_it_never_answered(self) -> None:
        assert errors.unheard(Unreachable("x"), last_answer=None, where="Paperless").endswith("since the bot started")

    def test_an_answer_that_was_no_good_is_not_told_as_silence(self) -> None:
        said = errors.unheard(ServerError("x"), last_answer=NOW, where="Paperless (home)")
        assert said == "Paperless (home) has given no good answer since <t:1795442400:f>"


class TestLookThrough:
    async def test_rows_of_a_digest(self) -> None:
        rows = [failure_row(), failure_row(acknowledgement=in_discord(), state=IncidentState.ACKNOWLEDGED)]
        view = lists.look_through(rows, card_id=8, total=1000, page=0, show_server=False)
        assert lines(view) == [
            "**1,000 failures**",
            f"**failed** Consuming invoice-11.pdf · {T} · Unsupported mime type application/zip",
            f"**acknowledged** Consuming invoice-11.pdf · {T} · Unsupported mime type application/zip",
            "-# the newest 2 of 1,000",
        ]
        assert ids(view) == ["t1:look:8:1"]

    async def test_of_several_servers_each_row_and_kind_says_which(self) -> None:
        view = lists.look_through(
            [failure_row()], card_id=8, total=1, page=0, show_server=True, kinds=[line(server="home")]
        )
        assert lines(view)[1].endswith(" · home")
        (menu,) = (one for one in components_of(view) if one.get("options"))
        assert menu["options"][0]["label"].endswith("Consume file (home)")

    async def test_what_stands_still_has_no_error_of_the_servers(self) -> None:
        stuck = failure_row(kind=IncidentKind.STUCK, error_type="started", message=None)
        assert lists.row_line(stuck) == f"**stuck** Consuming invoice-11.pdf · {T} · running for too long"

    async def test_nothing_left(self) -> None:
        assert "Nothing is left" in texts(lists.look_through([], card_id=8, total=0, page=0, show_server=False))

    @pytest.mark.parametrize("kind", IncidentKind)
    async def test_every_kind_has_a_line(self, kind: IncidentKind) -> None:
        assert "Consuming invoice" in lists.row_line(failure_row(kind=kind))

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"state": IncidentState.SUCCEEDED}, "**succeeded after all**"),
            ({"state": IncidentState.GONE}, "**no longer in Paperless**"),
            ({"acknowledgement": in_discord()}, "**acknowledged**"),
            ({"kind": IncidentKind.REVOKED, "error_type": None}, "**not run**"),
            ({"kind": IncidentKind.REVOKED, "error_type": "started"}, "**stopped**"),
        ],
    )
    async def test_what_became_of_it_comes_first(self, changes: dict[str, Any], said: str) -> None:
        assert lists.row_line(failure_row(**changes)).startswith(said)


@given(
    names=st.lists(st.text(max_size=400), max_size=8),
    message=st.text(max_size=2000),
    total=st.integers(1, 10**6),
    page=st.integers(0, 10**5),
)
@settings(max_examples=100, deadline=None)
async def test_any_list_can_be_sent(names: list[str], message: str, total: int, page: int) -> None:
    tasks = [
        task(
            task_id=f"{UUID[:-4]}{number:04}",
            task_type=TaskType(name),
            input_data={"filename": name},
            result_data={"error_message": message},
            date_created=NOW - timedelta(days=number),
        )
        for number, name in enumerate(names)
    ]
    assert_sendable(lists.failures(tasks, total=total, page=page, server="home", show_server=True))
    assert_sendable(lists.active(tasks, known=total, total=total, page=page, server="home", show_server=True))
    rows = [failure_row(filename=name, message=message) for name in names]
    assert_sendable(lists.look_through(rows, card_id=8, total=total, page=page, show_server=True))


class TestSuggestions:
    def test_name_state_age_and_number(self) -> None:
        offered = lists.matching(lists.offers([task()], now=NOW + timedelta(minutes=2)), "")
        assert offered == [("invoice-11.pdf · failed · 2 min ago · #1337", UUID)]

    @pytest.mark.parametrize("typed", ["INVOICE", "1337", "#1337", UUID[:8], "failed", " "])
    def test_what_was_typed_is_looked_for_in_all_of_it(self, typed: str) -> None:
        assert lists.matching(lists.offers([task()], now=NOW), typed)

    def test_nothing_fits(self) -> None:
        assert lists.matching(lists.offers([task()], now=NOW), "receipt") == []

    def test_a_long_name_leaves_room_for_state_and_age(self) -> None:
        ((label, _),) = lists.matching(lists.offers([task(input_data={"filename": "x" * 300})], now=NOW), "")
        assert len(label) <= 100
        assert label.endswith("#1337")

    def test_a_task_without_a_file_goes_by_its_type(self) -> None:
        one = task(task_type=TaskType.MAIL_FETCH, input_data={})
        assert lists.matching(lists.offers([one], now=NOW), "mail")[0][0].startswith("Mail fetch")

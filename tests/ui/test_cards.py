"""What each card says: first the whole story, then the reason, then what can be done."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.failures.card import Card, IncidentCard, IncidentKind, IncidentState
from bot.failures.order import Order, Purpose
from bot.ui import following
from bot.ui.cards import render, without_links
from bot.ui.following import Where
from bot.ui.layout import Accent
from tests.ui import examples
from tests.ui.examples import (
    ADA,
    AT,
    LINK_BASE,
    NOW,
    T,
    backlog,
    digest,
    in_discord,
    in_paperless,
    incident,
    outage,
    reminder,
)
from tests.ui.payload import accent, assert_sendable, buttons, components_of, ids, lines, texts, urls


class TestOneFailure:
    async def test_says_what_failed_why_and_what_to_do(self) -> None:
        view = render(incident())
        assert lines(view) == [
            "**Consuming invoice-11.pdf failed**",
            "Unsupported mime type application/zip",
            "Paperless cannot read this type of file. Unpack it or convert it, to PDF for instance.",
            f"-# API upload · owner #3 · {T} · ran 4 s · waited 1 s",
        ]
        assert buttons(view) == ["Acknowledge", "Details", "Open in Paperless"]
        assert ids(view) == ["t1:ack:7:99", "t1:info:7"]
        assert urls(view) == [f"{LINK_BASE}/tasks"]
        assert accent(view) == Accent.RED

    async def test_names_the_server_when_there_are_several(self) -> None:
        assert lines(render(incident(show_server=True)))[-1].endswith("waited 1 s · home")

    async def test_again_and_again_counts(self) -> None:
        view = render(incident(count=7, open_count=7, first_at=NOW - timedelta(hours=2)))
        assert lines(view)[0] == "**Consuming invoice-11.pdf failed 7 times**"
        assert f"first <t:1795435200:R>, last {T}" in lines(view)[-1]

    async def test_without_a_reason_says_that(self) -> None:
        view = render(incident(error_type=None, message=None))
        assert lines(view)[1] == "Paperless gave no reason."

    async def test_the_document_it_made_all_the_same_is_linked(self) -> None:
        view = render(incident(document_id=12, message="post-consume script"))
        assert f"All the same it made [document #12]({LINK_BASE}/documents/12/details)." in lines(view)
        assert urls(view) == [f"{LINK_BASE}/documents/12/details"]

    async def test_a_rejected_duplicate_links_the_document(self) -> None:
        view = render(incident(error_type=None, message=None, duplicate_of=2))
        assert lines(view)[1] == f"It duplicates [document #2]({LINK_BASE}/documents/2/details)."

    async def test_a_duplicate_in_the_trash_says_so_and_links_nothing(self) -> None:
        view = render(incident(error_type=None, message=None, duplicate_of=2, duplicate_in_trash=True))
        assert "document #2, which is in the trash" in lines(view)[1]
        assert "](" not in texts(view)

    async def test_muted_is_grey_and_says_until_when(self) -> None:
        view = render(incident(muted_until=NOW))
        assert f"muted until {AT}" in lines(view)[-1]
        assert accent(view) == Accent.GREY

    async def test_a_mention_stands_beneath_the_story(self) -> None:
        view = render(incident(), mention_role_id=4000000000000000004)
        assert lines(view)[0] == "**Consuming invoice-11.pdf failed**"
        assert lines(view)[-1] == "<@&4000000000000000004>"

    async def test_being_run_again_is_said(self) -> None:
        assert "Paperless is running it again." in lines(render(incident(running_again=True)))


class TestAfterwards:
    async def test_acknowledged_here_says_by_whom_and_when_and_has_no_acknowledge_button(self) -> None:
        view = render(incident(state=IncidentState.ACKNOWLEDGED, open_count=0, acknowledgement=in_discord()))
        assert lines(view)[0] == f"**Consuming invoice-11.pdf failed** · acknowledged by <@{ADA}>, {T}"
        assert buttons(view) == ["Details"]
        assert accent(view) == Accent.GREY

    async def test_acknowledged_in_paperless_says_that_nobody_knows_by_whom(self) -> None:
        view = render(incident(state=IncidentState.ACKNOWLEDGED, open_count=0, acknowledgement=in_paperless()))
        assert "acknowledged in Paperless (it does not record by whom)" in lines(view)[0]
        assert buttons(view) == ["Details"]

    async def test_succeeded_after_all(self) -> None:
        view = render(incident(state=IncidentState.SUCCEEDED, open_count=0, document_id=12))
        assert lines(view)[:2] == [
            "**Consuming invoice-11.pdf succeeded after all**",
            f"It made [document #12]({LINK_BASE}/documents/12/details).",
        ]
        assert buttons(view) == ["Details", "Open in Paperless"]
        assert accent(view) == Accent.GREY

    async def test_gone(self) -> None:
        view = render(incident(state=IncidentState.GONE, open_count=0))
        assert lines(view)[0].endswith("no longer in Paperless, or the bot may no longer see it")
        assert buttons(view) == ["Details"]

    async def test_acknowledged_before_it_failed_is_said(self) -> None:
        view = render(
            incident(state=IncidentState.ACKNOWLEDGED, acknowledgement=in_paperless(), acknowledged_unseen=True)
        )
        assert "It was acknowledged in Paperless before it had failed." in lines(view)


class TestOtherKinds:
    async def test_revoked_asks_for_the_worker(self) -> None:
        view = render(
            incident(kind=IncidentKind.REVOKED, task_type="mail_fetch", filename=None, error_type=None, message=None)
        )
        assert lines(view)[:3] == [
            "**Mail fetch was not run**",
            "It expired before a worker took it, or somebody stopped it.",
            "Is the worker running?",
        ]
        assert buttons(view)[0] == "Acknowledge"

    async def test_what_was_stopped_while_it_ran_is_not_said_to_have_never_begun(self) -> None:
        """As /task says it, whose answer knows when it was started."""
        view = render(incident(kind=IncidentKind.REVOKED, error_type="started", message=None))
        assert lines(view)[:2] == [
            "**Consuming invoice-11.pdf was stopped while it ran**",
            "It was ended from outside: by somebody, or because its worker was stopped.",
        ]

    async def test_revoked_again(self) -> None:
        view = render(
            incident(kind=IncidentKind.REVOKED, task_type="mail_fetch", filename=None, error_type=None, count=3)
        )
        assert lines(view)[0] == "**Mail fetch was not run, 3 times**"

    async def test_stuck_while_running(self) -> None:
        view = render(stuck("started"))
        assert lines(view)[0] == f"**Consuming invoice-11.pdf has been running since {AT}**"
        assert buttons(view) == ["Acknowledge", "Details", "Open in Paperless"]
        assert accent(view) == Accent.AMBER

    async def test_stuck_waiting(self) -> None:
        view = render(stuck("pending"))
        assert lines(view)[0] == f"**Consuming invoice-11.pdf has been waiting for a worker since {AT}**"

    async def test_a_queue_that_stands_still_says_how_many_wait(self) -> None:
        """The name of the newest beside the time of the oldest would be true of neither."""
        queue = replace(stuck("pending"), count=20, open_count=12)
        assert (
            lines(render(queue))[0]
            == f"**Consume file: 12 tasks have been waiting for a worker, the first since {AT}**"
        )

    @pytest.mark.parametrize("state", [IncidentState.ENDED, IncidentState.SUCCEEDED])
    async def test_a_queue_that_moves_again(self, state: IncidentState) -> None:
        """That the newest succeeded says nothing of the others."""
        moved = replace(stuck("pending"), count=20, open_count=0, state=state)
        assert lines(render(moved))[0] == "**Consume file: 20 tasks that stood still went on**"

    async def test_stuck_and_over(self) -> None:
        view = render(incident(kind=IncidentKind.STUCK, state=IncidentState.ENDED))
        assert lines(view)[0] == "**Consuming invoice-11.pdf went on**"
        assert accent(view) == Accent.GREY

    async def test_silent(self) -> None:
        silent = incident(kind=IncidentKind.SILENT, task_type="mail_fetch", filename=None, task_id="", task_pk=0)
        assert lines(render(silent))[0] == f"**Mail fetch has not succeeded since {AT}**"

    async def test_a_type_unknown_to_this_release_is_named_in_the_servers_word(self) -> None:
        view = render(incident(task_type="shred_paper", filename=None))
        assert lines(view)[0] == "**Shred paper failed**"


def stuck(status: str) -> IncidentCard:
    """As the ledger has it: the status stands where a failure has its error type, and there are no times yet."""
    times: dict[str, Any] = {"duration_seconds": None, "wait_time_seconds": None}
    return incident(kind=IncidentKind.STUCK, message=None, error_type=status, **times)


CARDS: list[Card] = [incident(), digest(), backlog(), backlog(total=0), outage(), reminder(), outage(ended_at=NOW)]


@pytest.mark.parametrize("card", CARDS, ids=lambda card: type(card).__name__)
async def test_every_card_carries_an_id_by_which_a_later_life_finds_it(card: Card) -> None:
    assert any(found.split(":")[2] == str(card.card_id) for found in ids(render(card)))


@pytest.mark.parametrize("card", CARDS, ids=lambda card: type(card).__name__)
async def test_links_can_be_taken_out_where_discord_refuses_the_address(card: Card) -> None:
    view = without_links(render(card))
    assert urls(view) == []
    assert ids(view) == ids(render(card))


async def test_a_row_that_held_only_a_link_goes_with_it() -> None:
    where = Where(server="home", link_base="http://paperless:8000", show_server=False)
    order = Order(
        server="home", purpose=Purpose.RUN, task_type="sanity_check", channel_id=1, user_id=2, user_name="ada"
    )
    kinds = [part["type"] for part in components_of(without_links(following.taken(order, where)))]
    assert kinds == [discord.ComponentType.container.value, discord.ComponentType.text_display.value]


async def test_an_address_too_long_for_a_button_leaves_the_button_out() -> None:
    view = render(incident(link_base="https://" + "x" * 520))
    assert buttons(view) == ["Acknowledge", "Details"]


hostile = st.one_of(
    st.text(max_size=400),
    st.sampled_from(
        ["@everyone", "<@1>", "[x](https://evil.example)", "```", "\u202e", "💥" * 300, "a" * 300, "# x", "\n\n> y"]
    ),
)
maybe = st.one_of(st.none(), hostile)
numbers = st.integers(0, 10**9)
seconds = st.one_of(st.none(), st.floats())


@given(
    kind=st.sampled_from(IncidentKind),
    state=st.sampled_from(IncidentState),
    task_type=hostile,
    trigger_source=hostile,
    filename=maybe,
    error_type=maybe,
    message=maybe,
    server=hostile,
    numbers=st.tuples(numbers, numbers),
    seconds=st.tuples(seconds, seconds),
    document_id=st.one_of(st.none(), numbers),
    duplicate_of=st.one_of(st.none(), numbers),
)
@settings(max_examples=300, deadline=None)
async def test_any_incident_can_be_sent_and_does_nothing_but_tell(
    numbers: tuple[int, int], seconds: tuple[float | None, float | None], **fields: Any
) -> None:
    card = incident(
        **fields,
        show_server=True,
        count=numbers[0],
        open_count=numbers[1],
        duration_seconds=seconds[0],
        wait_time_seconds=seconds[1],
        acknowledgement=in_discord(),
    )
    view = render(card)
    assert_sendable(view, link_base=LINK_BASE)
    shown = texts(view)
    assert "@everyone" not in shown
    assert "<@1>" not in shown
    assert "\u202e" not in shown
    assert not any(text.startswith(("#", ">", "```")) for text in shown.splitlines())


@given(
    lines=st.lists(
        st.builds(examples.line, message=maybe, examples=st.lists(hostile, max_size=3).map(tuple), count=numbers),
        max_size=200,
    )
)
@settings(max_examples=50, deadline=None)
async def test_any_digest_can_be_sent(lines: list[Any]) -> None:
    for card in (digest(lines=tuple(lines), kinds=len(lines)), reminder(lines=tuple(lines), kinds=len(lines))):
        assert_sendable(render(card), link_base=LINK_BASE)

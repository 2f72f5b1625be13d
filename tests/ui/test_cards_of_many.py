"""What a card says that stands for many failures, or for a whole server."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.failures.card import IncidentKind, OutageReason
from bot.ui.cards import render
from bot.ui.layout import Accent
from tests.ui.examples import ADA, AT, NOW, T, backlog, digest, in_discord, in_paperless, line, outage, reminder
from tests.ui.payload import accent, buttons, ids, lines, texts


class TestDigest:
    async def test_a_burst_in_one_card(self) -> None:
        mail = line(
            task_type="mail_fetch", message="[Errno 111] Connection refused", count=300, examples=(), example_count=0
        )
        view = render(digest(lines=(line(), mail), kinds=20))
        assert lines(view)[:4] == [
            "**1,000 tasks failed within 2 min**",
            "**412** Consume file: Unsupported mime type application/zip · a.zip, b.zip, c.zip and 409 more",
            "**300** Mail fetch: \\[Errno 111\\] Connection refused",
            "… and 18 kinds more",
        ]
        assert buttons(view) == ["Acknowledge all (1,000)", "Look through", "Open in Paperless"]
        assert ids(view) == ["t1:all:8:1234", "t1:look:8:0"]

    async def test_partly_acknowledged_tells_what_is_open_and_by_whom(self) -> None:
        view = render(digest(open_total=12, acknowledgements=(in_discord(), in_paperless())))
        assert lines(view)[0] == (
            f"**1,000 tasks failed within 2 min** · 12 still open · acknowledged by <@{ADA}>, in Paperless, {T}"
        )
        assert buttons(view)[0] == "Acknowledge all (12)"

    async def test_all_acknowledged_is_grey_and_leaves_looking(self) -> None:
        view = render(digest(open_total=0, acknowledgements=(in_discord(),)))
        assert buttons(view) == ["Look through"]
        assert accent(view) == Accent.GREY

    async def test_of_what_is_gone_it_is_not_said_that_somebody_acknowledged_it(self) -> None:
        """A rebuilt Paperless has none of them any more."""
        gone = line(open_count=0)
        text = "\n".join(lines(render(digest(open_total=1, lines=(gone, line(line_id=2, count=1, open_count=1))))))
        assert "none open" in text
        assert "acknowledged" not in text.lower()

    async def test_catching_up_says_since_when(self) -> None:
        view = render(digest(catch_up_since=NOW, total=37, open_total=37))
        assert lines(view)[0] == f"**37 tasks failed while nothing could be told here, since {AT}**"

    @pytest.mark.parametrize(
        ("kinds", "says"),
        [
            (["revoked"], "12 tasks were not run within 2 min"),
            (["revoked:started"], "12 tasks did not finish within 2 min"),
            (["failed", "revoked"], "12 tasks failed or did not finish within 2 min"),
            (["failed", "silent"], "12 tasks failed or stand still"),
            (["stuck:started", "silent"], "12 tasks stand still"),
        ],
    )
    async def test_what_did_not_fail_is_not_said_to_have_failed(self, kinds: list[str], says: str) -> None:
        found = [kind.partition(":") for kind in kinds]
        of_each = tuple(
            line(line_id=number, kind=IncidentKind(kind), error_type=status or None, message=None)
            for number, (kind, _, status) in enumerate(found)
        )
        view = render(digest(total=12, open_total=12, lines=of_each, kinds=len(of_each)))
        assert lines(view)[0] == f"**{says}**"

    async def test_each_line_says_what_became_of_its_kind(self) -> None:
        kinds = [
            ("revoked", None, "not run"),
            ("revoked", "started", "stopped while it ran"),
            ("stuck", "started", "running for too long"),
            ("stuck", "pending", "waiting for too long"),
            ("silent", None, "no success for too long"),
        ]
        for kind, status, says in kinds:
            one = line(kind=IncidentKind(kind), error_type=status, message=None, examples=(), example_count=0)
            assert lines(render(digest(lines=(one,))))[1] == f"**412** Consume file: {says}"

    async def test_of_a_queue_of_which_one_name_is_known_it_says_how_many_more(self) -> None:
        queue = line(kind=IncidentKind.STUCK, error_type="pending", count=4, open_count=4, examples=("q3.pdf",))
        one = replace(queue, message=None, example_count=1)
        assert lines(render(digest(lines=(one,))))[1] == "**4** Consume file: waiting for too long · q3.pdf and 3 more"

    async def test_several_servers_are_told_apart(self) -> None:
        view = render(digest(show_server=True, link_base=None))
        assert lines(view)[1].endswith("· home")
        assert buttons(view) == ["Acknowledge all (1,000)", "Look through"]


class TestAboutAServer:
    async def test_what_had_failed_before(self) -> None:
        view = render(backlog())
        assert (
            lines(view)[0] == "**312 tasks in Paperless had failed before the bot came, 40 of them not acknowledged**"
        )
        assert accent(view) == Accent.GREY

    @pytest.mark.parametrize(
        ("total", "unacknowledged", "says"),
        [
            (1, 1, "1 task in Paperless had failed before the bot came, not acknowledged"),
            (1, 0, "1 task in Paperless had failed before the bot came, acknowledged"),
            (3, 0, "3 tasks in Paperless had failed before the bot came, all acknowledged"),
            (3, 3, "3 tasks in Paperless had failed before the bot came, none of them acknowledged"),
        ],
    )
    async def test_how_many_of_them_are_open(self, total: int, unacknowledged: int, says: str) -> None:
        assert lines(render(backlog(total=total, unacknowledged=unacknowledged)))[0] == f"**{says}**"

    async def test_what_is_not_known_is_not_claimed(self) -> None:
        assert "acknowledged" not in lines(render(backlog(unacknowledged=None)))[0]

    async def test_nothing_had_failed(self) -> None:
        assert lines(render(backlog(total=0)))[0] == "**The bot is watching Paperless: no failures so far**"

    async def test_no_answer(self) -> None:
        view = render(outage(show_server=True))
        assert lines(view)[0] == f"**Paperless (home) does not answer since {AT}** (12 tries)"
        assert "not known" in texts(view)
        assert accent(view) == Accent.RED

    async def test_refused(self) -> None:
        view = render(outage(reason=OutageReason.REFUSED, detail="The token is not valid.", tries=1))
        assert lines(view)[:2] == [f"**Paperless refuses the bot since {AT}** (1 try)", "The token is not valid."]

    @pytest.mark.parametrize(
        ("missed", "says"),
        [
            (3, "3 failures in that time."),
            (0, "Nothing failed in that time."),
            (None, "What failed in that time is being looked up."),
        ],
    )
    async def test_answers_again(self, missed: int | None, says: str) -> None:
        view = render(outage(ended_at=NOW + timedelta(minutes=34), missed=missed))
        assert lines(view) == ["**Paperless answers again; it was away for 34 min**", says]
        assert accent(view) == Accent.GREY

    async def test_a_reminder(self) -> None:
        view = render(reminder(open_total=1))
        assert lines(view)[0] == f"**1 failure waits to be acknowledged, the oldest since {AT}** ({T})"
        assert buttons(render(reminder(open_total=0))) == ["Look through"]

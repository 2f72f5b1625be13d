"""What one person reads: a task in full, the details behind a card, what a press or a run came to."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.failures.card import IncidentKind, IncidentState, Mute, OutageReason
from bot.failures.outcome import (
    Acknowledged,
    AcknowledgeOutcome,
    AlreadyAcknowledged,
    BeingAcknowledged,
    NotAcknowledged,
    NothingOpen,
    UnknownCard,
)
from bot.paperless.errors import TimedOut
from bot.paperless.models import TaskStatus, TaskType
from bot.ui import lists, outcomes, replies
from bot.ui.custom_ids import AcknowledgeAll
from tests.ui import examples
from tests.ui.examples import ADA, LINK_BASE, NOW, UUID, T, in_discord, incident, outage, task
from tests.ui.payload import assert_sendable, buttons, components_of, ids, lines, texts, urls


def shown(**changes: Any) -> Any:
    return replies.task_reply(task(**changes), server="home", link_base=LINK_BASE, show_server=False)


class TestOneTask:
    async def test_a_failure_is_told_with_its_reason_and_can_be_acknowledged(self) -> None:
        view = shown()
        assert lines(view) == [
            "**Consuming invoice-11.pdf failed**",
            "Unsupported mime type application/zip",
            "Paperless cannot read this type of file. Unpack it or convert it, to PDF for instance.",
            f"-# API upload · owner #3 · ended {T} · ran 4 s · waited 1 s",
            f"-# task 1337 · {UUID}",
        ]
        assert buttons(view) == ["Acknowledge", "Details", "Open in Paperless"]
        assert ids(view) == [f"t1:task-ack:home:{UUID}", f"t1:task-info:home:{UUID}"]

    async def test_acknowledged_it_has_no_acknowledge_button(self) -> None:
        view = shown(acknowledged=True)
        assert "acknowledged" in lines(view)[3]
        assert buttons(view) == ["Details", "Open in Paperless"]

    async def test_waiting_can_be_refreshed_and_followed(self) -> None:
        view = shown(
            status=TaskStatus.PENDING, result_data=None, date_started=None, date_done=None, duration_seconds=None
        )
        assert lines(view)[0] == "**Consuming invoice-11.pdf waits for a worker**"
        assert buttons(view) == ["Refresh", "Follow", "Open in Paperless"]

    async def test_done_links_the_document(self) -> None:
        view = shown(status=TaskStatus.SUCCESS, result_data={"document_id": 12})
        assert lines(view)[:2] == [
            "**Consuming invoice-11.pdf is done**",
            f"It made [document #12]({LINK_BASE}/documents/12/details).",
        ]
        assert urls(view) == [f"{LINK_BASE}/documents/12/details"]

    async def test_a_success_without_a_document_says_why(self) -> None:
        reason = "Document deleted by workflow action during consumption"
        assert reason in lines(shown(status=TaskStatus.SUCCESS, result_data={"reason": reason}))

    async def test_a_manual_sanity_check_never_claims_that_all_is_well(self) -> None:
        view = shown(status=TaskStatus.SUCCESS, task_type=TaskType.SANITY_CHECK, input_data={}, result_data=None)
        assert lines(view)[0] == "**The sanity check is done**"
        assert "no issues" not in texts(view).lower()
        assert "not part of the answer" in lines(view)[1]

    async def test_revoked_before_it_ran_is_told_from_stopped_while_it_ran(self) -> None:
        never = shown(status=TaskStatus.REVOKED, result_data=None, date_started=None, duration_seconds=None)
        stopped = shown(status=TaskStatus.REVOKED, result_data=None, duration_seconds=None)
        assert lines(never)[0] == "**Consuming invoice-11.pdf was not run**"
        assert lines(stopped)[0] == "**Consuming invoice-11.pdf was stopped while it ran**"

    async def test_a_duplicate_in_the_trash(self) -> None:
        view = shown(result_data={"duplicate_of": 2, "duplicate_in_trash": True})
        assert "in the trash" in lines(view)[1]

    async def test_a_status_unknown_to_this_release_is_shown_in_the_servers_words(self) -> None:
        view = shown(status=TaskStatus("paused"), status_display="Paused", result_data=None)
        assert lines(view)[0] == "**Consuming invoice-11.pdf: Paused**"

    async def test_a_task_id_that_no_button_can_carry_leaves_the_buttons_out(self) -> None:
        assert buttons(shown(task_id="x" * 200)) == ["Open in Paperless"]


class TestDetails:
    async def test_shows_type_message_and_traceback(self) -> None:
        view, attached = replies.task_details(task())
        assert attached is None
        assert lines(view)[:3] == [
            "**Consuming invoice-11.pdf failed**",
            "Error type: ConsumerError",
            "Message: invoice-11.pdf: Unsupported mime type application/zip",
        ]
        assert 'File "/usr/src/paperless/x.py", line 1' in texts(view)

    async def test_a_long_traceback_shows_its_end_and_is_attached_whole(self) -> None:
        traceback = "Traceback:\n" + "\n".join(f"  frame {number}" for number in range(400)) + "\nKeyError: 'x'"
        view, attached = replies.task_details(task(result_data={"error_type": "KeyError", "traceback": traceback}))
        assert attached == traceback
        assert "KeyError: 'x'" in texts(view)
        assert any(part.get("file") == {"url": "attachment://traceback.txt"} for part in components_of(view))

    async def test_secrets_are_out_of_message_traceback_and_attachment(self) -> None:
        secret = "postgresql://paperless:hunter2@db/paperless"
        result = {"error_type": "E", "error_message": secret, "traceback": secret + "\n" + "x\n" * 2000}
        view, attached = replies.task_details(task(result_data=result))
        assert "hunter2" not in texts(view)
        assert attached is not None
        assert "hunter2" not in attached

    async def test_behind_a_card_without_an_answer_from_paperless_it_tells_what_is_known(self) -> None:
        view, _ = outcomes.incident_details(incident(), None, note="Paperless-ngx did not answer in time.")
        assert "Paperless-ngx did not answer in time." in lines(view)
        assert "Message: invoice-11.pdf: Unsupported mime type application/zip" in lines(view)

    async def test_behind_an_open_card_it_can_be_muted(self) -> None:
        view, _ = outcomes.incident_details(incident(), task(), note=None)
        assert buttons(view) == ["Mute for 1 hour", "Mute for 1 day", "Mute until it changes"]
        assert ids(view) == ["t1:mute:7:1h", "t1:mute:7:1d", "t1:mute:7:until"]

    async def test_what_is_muted_or_over_is_not_muted_again(self) -> None:
        for card in (incident(muted_until=NOW), incident(state=IncidentState.ACKNOWLEDGED)):
            view, _ = outcomes.incident_details(card, task(), note=None)
            assert buttons(view) == []
            assert ("`/tasks mutes` ends it early" in texts(view)) is (card.muted_until is not None)

    async def test_of_an_outage(self) -> None:
        view = outcomes.server_details(outage(reason=OutageReason.REFUSED, detail="Token=abcdefgh is not valid"))
        assert lines(view)[0].startswith("**Paperless refuses the bot since <t:")
        assert lines(view)[-1].endswith("so far. The bot goes on trying by itself.")
        assert "abcdefgh" not in texts(view)

    async def test_of_an_outage_that_is_over_nothing_goes_on(self) -> None:
        view = outcomes.server_details(outage(tries=4, ended_at=NOW, show_server=True))
        assert lines(view)[0].startswith("**Paperless (home) did not answer from <t:")
        assert lines(view)[-1] == "4 tries in that time."


class TestPresses:
    @pytest.mark.parametrize(
        ("outcome", "says"),
        [
            (Acknowledged(count=1, vanished=0), None),
            (Acknowledged(count=0, vanished=1), "no longer in Paperless"),
            (Acknowledged(count=0, vanished=1, run_again=1), "Paperless has run it again since"),
            (Acknowledged(count=1, vanished=0, unwatched=("office",)), "no longer watches Paperless (office)"),
            (Acknowledged(count=3, vanished=2), "3 failures acknowledged. 2 tasks could not be"),
            (AlreadyAcknowledged(acknowledgement=in_discord()), f"acknowledged by <@{ADA}>, {T}"),
            (BeingAcknowledged(user_id=ADA, user_name="ada"), f"<@{ADA}> is acknowledging it"),
            (NothingOpen(state=IncidentState.SUCCEEDED), "it succeeded after all"),
            (UnknownCard(), "knows nothing of this message"),
            (
                NotAcknowledged(error=TimedOut("Paperless-ngx did not answer in time"), done=0),
                "The button works again.",
            ),
            (NotAcknowledged(error=TimedOut("No answer"), done=500), "500 failures acknowledged, the rest not"),
        ],
        ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
    )
    def test_the_presser_reads_only_what_the_card_does_not_tell(
        self, outcome: AcknowledgeOutcome, says: str | None
    ) -> None:
        said = outcomes.to_presser(outcome)
        assert (said is None) == (says is None)
        assert (says or "") in (said or "")

    def test_after_acknowledge_all_the_number_is_always_told(self) -> None:
        assert outcomes.of_all(Acknowledged(count=1000, vanished=0)) == "1,000 failures acknowledged."

    def test_of_several_no_button_is_promised(self) -> None:
        """The question is gone with its button, and what was chosen in a menu had none."""
        said = outcomes.of_all(NotAcknowledged(error=TimedOut("No answer"), done=500))
        assert said.startswith("500 failures acknowledged, the rest not: No answer.")
        assert "button" not in said

    async def test_acknowledge_all_asks_once_saying_how_many(self) -> None:
        view = outcomes.sure(AcknowledgeAll(8, 1234), 1000)
        assert lines(view) == ["**Acknowledge 1,000 failures in Paperless?**", "There is no way back."]
        assert buttons(view) == ["Acknowledge all (1,000)"]
        assert ids(view) == ["t1:allyes:8:1234"]

    async def test_with_nothing_left_it_does_not_ask(self) -> None:
        assert buttons(outcomes.sure(AcknowledgeAll(8, 1234), 0)) == []

    def test_a_mute_says_until_when(self) -> None:
        mute = Mute(
            mute_id=1, server="home", task_type="consume_file", filename="x.pdf", message=None, until=NOW,
            until_change=True, user_id=ADA, user_name="ada", at=NOW, swallowed=0,
        )  # fmt: skip
        assert outcomes.muted(mute) == (
            "Muted: Consuming x.pdf is not told again until <t:1795442400:f>, or until it fails differently. "
            "What fails meanwhile is counted, and told then. `/tasks mutes` ends it early."
        )

    def test_a_mute_of_what_did_not_fail_says_of_what(self) -> None:
        """A mail fetch that fails is told all the same."""
        mute = Mute(
            mute_id=1, server="home", task_type="mail_fetch", filename=None, message=None, until=NOW,
            until_change=False, user_id=ADA, user_name="ada", at=NOW, swallowed=0, kind=IncidentKind.REVOKED,
        )  # fmt: skip
        assert outcomes.muted(mute).startswith("Muted: Mail fetch · not run is not told again until ")
        assert "**Mail fetch** · not run · until" in texts(lists.mutes([mute], show_server=False))

    async def test_the_details_of_what_stands_still_name_no_error(self) -> None:
        view, _ = outcomes.incident_details(
            incident(kind=IncidentKind.STUCK, error_type="started", message=None), None, note=None
        )
        assert "Error type" not in texts(view)


hostile = st.one_of(st.none(), st.text(max_size=6000), st.sampled_from(["[x](https://evil.example)", "```", "\ud800"]))


@given(
    message=hostile,
    error_type=hostile,
    traceback=hostile,
    filename=hostile,
    status=st.sampled_from(["failure", "success", "revoked", "x"]),
    days=st.integers(-(10**5), 10**5),
)
@settings(max_examples=200, deadline=None)
async def test_any_task_can_be_told(
    message: str | None, error_type: str | None, traceback: str | None, filename: str | None, status: str, days: int
) -> None:
    one = examples.task(
        status=TaskStatus(status),
        status_display=filename or "",
        input_data={"filename": filename},
        date_done=NOW + timedelta(days=days),
        result_data={"error_type": error_type, "error_message": message, "traceback": traceback, "reason": message},
    )
    assert_sendable(replies.task_reply(one, server="home", link_base=LINK_BASE, show_server=True), link_base=LINK_BASE)
    view, attached = replies.task_details(one)
    assert attached is None or attached.encode()
    texts(view).encode()

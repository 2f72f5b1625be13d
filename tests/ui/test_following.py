"""What a message that follows a task says, line by line."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.failures.order import Follower, Order, Purpose, State
from bot.paperless.models import RunResult, Task, TaskPage, TaskStatus, TaskType
from bot.ui import following, runs
from bot.ui.following import Progress, Where, size
from tests.ui import examples
from tests.ui.examples import ADA, LINK_BASE, NOW, UUID, T
from tests.ui.payload import assert_sendable, buttons, ids, lines, texts

HOME = Where(server="home", link_base=LINK_BASE, show_server=False)
RUN = Order(
    server="home",
    purpose=Purpose.RUN,
    task_type="train_classifier",
    task_id=UUID,
    channel_id=1,
    message_id=2,
    user_id=ADA,
    user_name="ada",
)
UPLOAD = replace(RUN, purpose=Purpose.UPLOAD, task_type="consume_file", filename="scan.pdf")


def progress(**values: Any) -> Progress:
    start: dict[str, Any] = {"status": TaskStatus.PENDING, "before": 0, "running": 0, "since": NOW}
    return Progress(**start | values)


def waits(number: int, **values: Any) -> Task:
    created = NOW - timedelta(minutes=30 - number)
    return examples.task(
        task_id=f"task-{number}",
        **{"status": TaskStatus.PENDING, "date_created": created, "date_started": None, "date_done": None} | values,
    )


class TestThePlaceInTheQueue:
    @pytest.mark.parametrize(
        ("seen", "says"),
        [
            (progress(), f"Next in the queue · queued {T}"),
            (progress(running=1), f"Next in the queue · 1 task running · queued {T}"),
            (progress(before=1), f"Number 2 in the queue: 1 task waits before it · queued {T}"),
            (
                progress(before=1200, running=2),
                f"Number 1,201 in the queue: 1,200 tasks wait before it · 2 tasks running · queued {T}",
            ),
            (progress(before=None), f"Far back in the queue · queued {T}"),
        ],
    )
    async def test_it_is_told_in_words(self, seen: Progress, says: str) -> None:
        view = following.waiting(UPLOAD, HOME, seen, silent_since=None)
        assert lines(view)[:2] == ["**Consuming scan.pdf waits for a worker**", says]

    def test_what_was_made_earlier_and_waits_is_before_it(self) -> None:
        listed = TaskPage(count=4, results=(waits(1, status=TaskStatus.STARTED), waits(2), waits(3), waits(4)))
        assert following.progress(listed, "task-3") == Progress(
            status=TaskStatus.PENDING, before=1, running=1, since=NOW - timedelta(minutes=27)
        )

    def test_what_runs_tells_since_when(self) -> None:
        started = waits(1, status=TaskStatus.STARTED, date_started=NOW)
        seen = following.progress(TaskPage(count=1, results=(started,)), "task-1")
        assert seen == progress(status=TaskStatus.STARTED)

    def test_what_is_not_listed_is_not_known(self) -> None:
        assert following.progress(TaskPage(count=1, results=(waits(1),)), "task-9") is None


class TestOnTheWay:
    async def test_running(self) -> None:
        view = following.waiting(RUN, HOME, progress(status=TaskStatus.STARTED), silent_since=None)
        assert lines(view)[:2] == ["**Training the classifier is running**", f"Started {T}"]
        assert lines(view)[-1] == f"-# ordered by <@{ADA}>"
        assert buttons(view) == ["Open in Paperless"]

    async def test_paperless_away(self) -> None:
        view = following.waiting(RUN, HOME, progress(), silent_since=NOW)
        assert f"Paperless has not answered since {T.replace(':R', ':f')}; it is asked again." in lines(view)

    async def test_sending(self) -> None:
        view = following.sending("scan.pdf", 12_400_000, sent=0, order=UPLOAD, where=HOME)
        assert lines(view) == ["**Sending scan.pdf to Paperless**", "12.4 MB", f"-# sent by <@{ADA}>"]

    async def test_a_uuid_promises_nothing_more(self) -> None:
        assert lines(following.taken(RUN, HOME))[0] == "**Training the classifier: Paperless took the order**"

    async def test_what_somebody_else_ordered_was_not_ordered_here(self) -> None:
        view = following.taken(replace(RUN, purpose=Purpose.WATCH), HOME)
        assert lines(view)[0] == "**Training the classifier is under way**"

    async def test_several_servers_are_named(self) -> None:
        view = following.taken(RUN, replace(HOME, show_server=True))
        assert lines(view)[-1] == f"-# ordered by <@{ADA}> · home"


class TestTheEnd:
    async def test_a_failure_can_be_acknowledged_there(self) -> None:
        view = following.ended(examples.task(status=TaskStatus.FAILURE), UPLOAD, HOME, owner=None)
        assert buttons(view) == ["Acknowledge", "Details", "Open in Paperless"]
        assert ids(view)[0] == f"t1:task-ack:home:{UUID}"
        assert f"sent by <@{ADA}>" in lines(view)

    async def test_a_row_that_never_came_is_said_so(self) -> None:
        run, upload = following.never_appeared(RUN, HOME), following.never_appeared(UPLOAD, HOME)
        assert "lists no such task" in lines(run)[0]
        assert "all the same: look in Paperless before you order it again." in lines(run)[1]
        assert "before you send it again" in lines(upload)[1]

    async def test_still_waiting_asks_for_the_worker(self) -> None:
        assert "is one running?" in lines(following.still_going(RUN, HOME, None))[0]
        assert f"-# task {UUID}" in lines(following.still_going(RUN, HOME, None))

    async def test_interrupted_it_claims_neither(self) -> None:
        follower = Follower(follower_id=1, state=State.ORDERED, order=UPLOAD, at=NOW)
        view = following.interrupted(follower, HOME)
        assert lines(view)[0] == "**The bot was stopped while it sent scan.pdf**"
        assert "may have arrived all the same" in lines(view)[1]
        assert "may run all the same" in texts(following.interrupted(replace(follower, order=RUN), HOME))

    async def test_2_20_is_done_when_it_answers(self) -> None:
        view = following.done_without_row(
            replace(RUN, task_type="index_optimize"), RunResult(None, finished=True, text="1 < 2"), HOME
        )
        assert lines(view)[0] == "**Optimising the search index is done**"
        assert lines(view)[1] == r"Paperless said: 1 \< 2"

    async def test_2_20_sanity_without_words_claims_nothing(self) -> None:
        view = following.done_without_row(replace(RUN, task_type="sanity_check"), RunResult(None, finished=True), HOME)
        assert "not part of the answer" in texts(view)


class TestTheQuestion:
    @pytest.mark.parametrize(
        ("last", "says"),
        [
            (None, "-# Paperless lists no earlier run."),
            (examples.task(status=TaskStatus.SUCCESS), "took 4 s."),
            (examples.task(status=TaskStatus.FAILURE), "and failed"),
            (
                examples.task(status=TaskStatus.REVOKED, result_data=None, date_started=None),
                "The last one was not run, queued",
            ),
            (examples.task(status=TaskStatus.REVOKED, result_data=None), "The last one was stopped while it ran"),
            (waits(1), "The last one still waits for a worker, queued"),
            (waits(1, status=TaskStatus.STARTED), "The last one is still running, started"),
        ],
    )
    async def test_it_tells_of_the_last_one(self, last: Task | None, says: str) -> None:
        view = runs.question(TaskType.TRAIN_CLASSIFIER, last, server="home", show_server=False)
        assert lines(view)[0] == "**Train the classifier, now?**"
        assert says in lines(view)[2]
        assert ids(view) == ["t1:run:home:train_classifier"]

    async def test_it_names_the_server_where_there_are_several(self) -> None:
        view = runs.question(TaskType.LLM_INDEX, None, server="office", show_server=True)
        assert lines(view)[0] == "**Update the LLM index in Paperless (office), now?**"

    async def test_the_llm_index_is_not_called_a_rebuild(self) -> None:
        assert "it does not build it anew" in texts(
            runs.question(TaskType.LLM_INDEX, None, server="home", show_server=False)
        )


@pytest.mark.parametrize(
    ("octets", "says"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (12_400_000, "12.4 MB"),
        (104_857_600, "105 MB"),
        (10**12, "1000 GB"),
    ],
)
def test_sizes(octets: int, says: str) -> None:
    assert size(octets) == says


hostile = st.one_of(st.text(max_size=400), st.sampled_from(["[x](https://evil.example)", "@everyone", "```"]))


@given(name=hostile, said=hostile)
@settings(max_examples=100, deadline=None)
async def test_whatever_a_file_is_called_it_can_be_told(name: str, said: str) -> None:
    order = replace(UPLOAD, filename=name, task_id=said)
    for view in (
        following.sending(name, 1, sent=0, order=order, where=HOME),
        following.taken(order, HOME),
        following.waiting(order, HOME, progress(), silent_since=NOW),
        following.never_appeared(order, HOME),
        following.still_going(order, HOME, None),
        following.gone(order, HOME),
        following.interrupted(Follower(follower_id=1, state=State.ORDERED, order=order, at=NOW), HOME),
        following.done_without_row(order, RunResult(None, finished=True, text=said), HOME),
    ):
        assert_sendable(view, link_base=LINK_BASE)

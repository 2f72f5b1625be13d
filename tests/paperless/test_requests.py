"""What the client sends is what real servers were asked when they were recorded, and nothing that they would ignore."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import pytest

from bot.paperless import Forbidden, InvalidArgument, PaperlessClient, RunResult, Task, TaskNotFound
from bot.paperless.models import AcknowledgeResult
from tests.paperless.conftest import TOKEN, Connect
from tests.paperless.recordings import Recording, recordings
from tests.paperless.server import Reply, Request, Server, is_probe, json_reply
from tests.shared import PAPERLESS_2, needs_shared

PAGING = {"page", "page_size"}
SEVERAL = {"status", "task_type", "trigger_source"}
FLAGS = {"acknowledged", "is_complete"}
DATES = {"date_created_after", "date_created_before"}


def chosen(wanted: Callable[[Recording], bool]) -> pytest.MarkDecorator:
    found = [one for one in recordings() if one.is_exchange and wanted(one)]
    return pytest.mark.parametrize("recording", found, ids=str)


def query_of(recording: Recording) -> list[tuple[str, str]]:
    return parse_qsl(recording.data["request"]["query"] or "", keep_blank_values=True)


def as_argument(key: str, text: str) -> Any:
    """The value as a user of the client would give it; as it is where nobody could."""
    if key in FLAGS:
        return {"true": True, "false": False}.get(text, text)
    if key == "owner" or key in PAGING:
        return int(text) if text.lstrip("-").isdecimal() else text
    if key in DATES:
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return text
    return text


def arguments_of(recording: Recording) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, text in query_of(recording):
        if key in SEVERAL:
            found.setdefault(key, []).append(text)
        else:
            found[key] = text.split(",") if key == "ordering" else as_argument(key, text)
    return found


def normal(parameters: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Comparable: without paging, moments without their zone."""
    kept = [(key, text) for key, text in parameters if key not in PAGING]
    return sorted((key, str(datetime.fromisoformat(text).timestamp()) if key in DATES else text) for key, text in kept)


def replayed(recording: Recording) -> Callable[[Request], Reply]:
    """Answers the one recorded request as it was answered; anything else fails the test."""

    def respond(request: Request) -> Reply:
        recorded = recording.data["request"]
        assert (request.method, request.path) == (recorded["method"], recorded["path"])
        assert request.headers["accept"] == recorded["headers"]["accept"]
        assert request.headers["authorization"] == f"Token {TOKEN}"
        assert normal(request.query) == normal(query_of(recording))
        if recorded["body"] is not None:
            assert request.json == recorded["body"]
        return reply_of(recording)

    return respond


def reply_of(recording: Recording) -> Reply:
    recorded = recording.data["response"]["headers"]
    told = {
        name: recorded[name] for name in ("content-type", "x-api-version", "x-version", "location") if name in recorded
    }
    return Reply(recording.status, bytes(recording.answer.body), told)


def is_list_10(recording: Recording) -> bool:
    accept = recording.data["request"]["headers"].get("accept")
    plain = (
        recording.request_path == "/api/tasks/"
        and recording.method == "GET"
        and accept == "application/json; version=10"
    )
    return plain and recording.status in (200, 400) and not {"task_id", "format"} & dict(query_of(recording)).keys()


# A list as it was asked for with what the server ignored, clamped, or rejected: the client must not send it.
REFUSED: tuple[str, ...] = (
    "ignored",
    "_400",
    "_empty",
    "page_size_0",
    "page_size_abc",
    "page_size_negative",
    "1000000",
    "keyword",
)
REFUSED += ("acknowledged_0", "acknowledged_1", "acknowledged_F", "acknowledged_T", "date_only", "naive")
# Rejected by the server for reasons that the client cannot know.
SENT = {"paperless/filter_owner_nonexistent_400", "paperless/error_400_bad_host_header"}
SENT |= {"paperless/list_empty_result_set", "paperless/filter_owner_other_user_as_operator_is_empty"}


def is_refused(recording: Recording) -> bool:
    return recording.name not in SENT and any(sign in recording.name for sign in REFUSED)


async def listed(paperless: PaperlessClient, recording: Recording) -> Any:
    arguments = arguments_of(recording)
    paging = {key: arguments.pop(key) for key in PAGING if key in arguments}
    return await paperless.tasks.filter(**arguments).page(**paging)


@needs_shared
@chosen(lambda one: is_list_10(one) and is_refused(one))
async def test_a_list_that_the_server_would_ignore_or_reject_is_not_sent(
    recording: Recording, connect: Connect
) -> None:
    async with Server(replayed(recording)) as server:
        with pytest.raises(InvalidArgument):
            await listed(connect(server), recording)

        assert not server.requests


@needs_shared
@chosen(lambda one: is_list_10(one) and one.status == 200 and not is_refused(one))
async def test_a_list_is_asked_for_as_it_was_recorded(recording: Recording, connect: Connect) -> None:
    async with Server(replayed(recording)) as server:
        page = await listed(connect(server), recording)

    assert page.count == recording.body["count"]
    assert [task.id for task in page.results] == [row["id"] for row in recording.body["results"]]


def answered_by_uuid(recording: Recording) -> bool:
    return (
        recording.request_path == "/api/tasks/"
        and recording.status == 200
        and [key for key, _ in query_of(recording)] == ["task_id"]
        and (recording.folder == PAPERLESS_2) == (recording.api == 9)
        and query_of(recording)[0][1].strip() == query_of(recording)[0][1].lower() != ""
    )


@needs_shared
@chosen(answered_by_uuid)
async def test_a_task_is_looked_up_by_uuid_as_it_was_recorded(recording: Recording, connect: Connect) -> None:
    rows = recording.body if recording.api == 9 else recording.body["results"]
    async with versioned(recording) as server:
        paperless = connect(server)
        if rows:
            assert (await paperless.tasks(query_of(recording)[0][1])).id == rows[0]["id"]
        else:
            with pytest.raises(TaskNotFound):
                await paperless.tasks(query_of(recording)[0][1])


def versioned(recording: Recording) -> Server:
    """A server of the recording's version: 2.20 answers 406 to version 10, before it looks at anything else."""
    respond = replayed(recording)

    def answer(request: Request) -> Reply:
        if recording.api == 9 and request.version == 10:
            return json_reply({"detail": "Invalid version"}, status=406, api=None)
        if is_probe(request):
            return json_reply([] if recording.api == 9 else {}, api=recording.api)
        return respond(request)

    return Server(answer, probe=False)


Call = Callable[[PaperlessClient], Awaitable[Any]]
ONE_CALL: dict[str, Call] = {
    "paperless/pk_hit": lambda paperless: paperless.tasks(59),
    "paperless/active_while_one_started_six_pending_admin": lambda paperless: taken(paperless.tasks.active()),
    "paperless/summary_days_7": lambda paperless: paperless.tasks.summary(days=7),
    "paperless/status_counts_default": lambda paperless: paperless.tasks.status_counts(),
    "paperless/status_counts_task_type": lambda paperless: paperless.tasks.status_counts(task_type="sanity_check"),
    "paperless/status_counts_unacknowledged": lambda paperless: paperless.tasks.status_counts(acknowledged=False),
    "paperless/status_counts_acknowledged_true": lambda paperless: paperless.tasks.status_counts(acknowledged=True),
    "paperless/status_counts_date_after": lambda paperless: paperless.tasks.status_counts(
        date_created_after=datetime.fromisoformat("2026-11-23T13:29:43.439363+01:00")
    ),
    "paperless/acknowledge_list_ok": lambda paperless: paperless.tasks.acknowledge([60, 53]),
    "paperless/acknowledge_already_acknowledged_counts_again": lambda paperless: paperless.tasks.acknowledge(
        [60, 53, 60]
    ),
    "paperless/run_ok_sanity_check": lambda paperless: paperless.tasks.run("sanity_check"),
    "paperless/run_ok_train_classifier": lambda paperless: paperless.tasks.run("train_classifier"),
    "paperless/run_ok_llm_index": lambda paperless: paperless.tasks.run("llm_index"),
    "paperless/document_by_pk_ok": lambda paperless: paperless.documents(2),
    "paperless-2.20/pk_ok": lambda paperless: paperless.tasks(1),
    "paperless-2.20/acknowledge_ok": lambda paperless: paperless.tasks.acknowledge([28, 25]),
    "paperless-2.20/filter_status_FAILURE": lambda paperless: paperless.tasks.filter(status="failure").page(),
    "paperless-2.20/filter_status_and_acknowledged": lambda paperless: paperless.tasks.filter(
        status=["failure", "revoked"], acknowledged=False, ordering="-date_done"
    ).page(),
    "paperless-2.20/filter_task_name_check_sanity": lambda paperless: paperless.tasks.filter(
        task_type="sanity_check"
    ).page(),
    "paperless-2.20/filter_acknowledged_true": lambda paperless: paperless.tasks.filter(acknowledged=True).page(),
    "paperless-2.20/list_default": lambda paperless: paperless.tasks.filter().page(),
}


async def taken(active: Any) -> list[Task]:
    return [task async for task in active]


@needs_shared
@chosen(lambda one: one.name in ONE_CALL)
async def test_a_call_sends_the_recorded_request_and_reads_its_answer(recording: Recording, connect: Connect) -> None:
    async with versioned(recording) as server:
        found = await ONE_CALL[recording.name](connect(server))

    body = recording.body
    if isinstance(found, AcknowledgeResult):
        assert found == body["result"]
        assert not found.rejected
    elif isinstance(found, RunResult):
        assert found == body["task_id"]
    elif isinstance(body, list):
        rows = found.results if hasattr(found, "results") else found
        assert len(rows) == len(body)
    else:
        assert all(getattr(found, name) == body[name] for name in ("id", "all", "owner") if name in body)


async def test_a_middleware_sees_every_request_and_may_refuse_it(connect: Connect) -> None:
    seen: list[str] = []

    async def get_only(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        if request.method != "GET":
            raise Forbidden("Nothing is changed")
        answer = await handler(request)
        seen.append(f"{request.url.path} {answer.status}")
        return answer

    async with Server(lambda request: json_reply({"count": 0, "next": None, "results": []})) as server:
        paperless = connect(server)
        paperless.through(get_only)
        assert [task async for task in paperless.tasks] == []
        with pytest.raises(Forbidden, match="Nothing is changed"):
            await paperless.tasks.acknowledge([1])
        assert {request.method for request in server.requests} == {"GET"}
    assert seen == ["/api/tasks/ 200"] * 2  # the probe, and the list


async def test_the_servers_clock_is_told(connect: Connect) -> None:
    async with Server(lambda request: json_reply([], headers={"Date": "Mon, 23 Nov 2026 12:41:03 GMT"})) as server:
        paperless = connect(server)
        assert paperless.server_date is None
        await paperless.tasks.active()

    assert paperless.server_date is not None
    assert paperless.server_date.isoformat() == "2026-11-23T12:41:03+00:00"


@pytest.mark.parametrize("said", ["soon", "Mon, 23 Nov 99999999999999999999 12:41:03 GMT"])
async def test_a_clock_that_says_nonsense_is_not_told(said: str, connect: Connect) -> None:
    async with Server(lambda request: json_reply([], headers={"Date": said})) as server:
        paperless = connect(server)
        await paperless.tasks.active()

    assert paperless.server_date is None

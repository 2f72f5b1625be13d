"""What real servers said of themselves (../shared): their schema, and tables of who may do what."""

from typing import Any

from bot.paperless import rows9, wire
from bot.paperless.filters import _CHECKS, ORDERINGS
from bot.paperless.models import Document, Task, TaskStatus, TaskSummary, TaskType, TriggerSource
from bot.paperless.v9 import Version9
from bot.paperless.v10 import Version10
from tests.paperless.recordings import is_spoken, recordings
from tests.shared import needs_shared


@needs_shared
def test_the_words_of_the_enums_are_those_of_the_servers_schema() -> None:
    schemas = schema()["components"]["schemas"]

    assert sorted(TaskType) == sorted(schemas["TaskTypeEnum"]["enum"])
    assert sorted(TriggerSource) == sorted(schemas["TriggerSourceEnum"]["enum"])
    assert sorted(TaskStatus) == sorted(schemas["TaskSerializerV10StatusEnum"]["enum"])


@needs_shared
def test_the_filters_are_those_of_the_servers_schema() -> None:
    parameters = {one["name"] for one in schema()["paths"]["/api/tasks/"]["get"]["parameters"]}

    assert set(_CHECKS) == parameters - {"page", "page_size", "task_id"}


@needs_shared
def test_the_fields_of_the_models_are_those_of_the_servers_schema() -> None:
    schemas = schema()["components"]["schemas"]

    assert set(Task.__struct_fields__) == set(schemas["TaskSerializerV10"]["properties"])
    assert set(TaskSummary.__struct_fields__) == set(schemas["TaskSummary"]["properties"])
    assert set(Document.__struct_fields__) <= set(schemas["Document"]["properties"])


def schema() -> dict[str, Any]:
    return next(one.data for one in recordings() if one.name == "paperless/openapi-tasks")


def matrix_of(name: str) -> dict[str, Any]:
    return next(one.data for one in recordings() if one.name == name)


@needs_shared
def test_the_permission_that_is_named_is_the_one_that_decides() -> None:
    table = matrix_of("paperless-2.20/permission_matrix")
    requests = {"list": wire.LIST, "ack_empty": wire.ACKNOWLEDGE, "upload_nothing": wire.UPLOAD}
    people = {name: one for name, one in table["users"].items() if not one["is_superuser"] and name in table["matrix"]}
    assert people

    for name, one in people.items():
        for request, endpoint in requests.items():
            answer = table["matrix"][name].get(request)
            if answer is not None and not answer.startswith("401"):
                assert answer.startswith("403") != (endpoint.permission in one["permissions"]), (name, request)


@needs_shared
def test_run_is_for_superusers_alone() -> None:
    table = matrix_of("paperless/permission_matrix")["matrix"]

    allowed = {name for name, answers in table.items() if not answers["run_bogus"].startswith(("403", "401"))}

    assert allowed == {"admin"}


@needs_shared
def test_what_can_be_run_is_what_the_server_ran() -> None:
    started = {
        one.data["request"]["body"]["task_type"]
        for one in recordings()
        if is_spoken(one)
        and one.endpoint == wire.RUN
        and one.api == 10
        and isinstance(one.data["request"]["body"], dict)
    }
    ran = {
        one.data["request"]["body"]["task_name"]
        for one in recordings()
        if is_spoken(one) and one.endpoint == wire.RUN and one.api == 9
    }

    assert set(Version10.runnable) == started
    assert {rows9.NAME_OF_TYPE[kind] for kind in Version9.runnable} == ran


@needs_shared
def test_only_orderings_that_the_server_honours_are_let_through() -> None:
    ignored = {
        one.name.rpartition("/ordering_")[2].removeprefix("by_").partition("_silently")[0].partition("_not_allowed")[0]
        for one in recordings()
        if "silently_ignored" in one.name
    }

    assert ignored
    assert not ignored & ORDERINGS

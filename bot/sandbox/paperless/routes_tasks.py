"""/api/tasks/ of Paperless-ngx 3.0.5, API versions 10 and 9."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import Any
from uuid import uuid4

from . import pages, query, render, selection
from .answers import (
    JSON,
    Answer,
    Call,
    Form,
    Refused,
    detail,
    forbidden,
    insufficient,
    ok,
    parsed_body,
    server_error,
    text_page,
)
from .row import Row
from .users import ADD, CHANGE, VIEW
from .vocabulary import ACTIVE, FAILURE, PENDING, REVOKED, RUNNABLE, SUCCESS, TASK_TYPES

PARSERS = (JSON, "application/x-www-form-urlencoded", "multipart/form-data")
MISSING = "Some tasks in tasks don't exist or were specified twice."
NOT_MATCHED = "No PaperlessTask matches the given query."
BIGGEST = 2**63 - 1
ACTIVE_CAP = 50


def rendered(call: Call, rows: Iterable[Row]) -> list[bytes]:
    if call.api >= 10:
        return [render.v10(row) for row in rows]
    return [render.v9(row, call.world.documents) for row in rows]


def may_view(call: Call) -> bool:
    return call.who.may(VIEW)


async def listing(call: Call) -> Answer:
    asked = query.wanted(call)
    order = selection.orderings(call.query("ordering"))
    shuffle = call.world.random if call.world.weather.unstable_ties else None
    found = selection.find(call.world.table, asked, order, shuffle=shuffle)
    if call.api < 10:
        return Answer(body=render.array(rendered(call, found.take(0, found.count))))
    page = pages.page_of(call, found.count)
    rows = found.take(page.start, page.size)
    following = pages.link(call, page.number + 1) if page.number < page.pages else None
    previous = pages.link(call, page.number - 1) if page.number > 1 else None
    head = render.encode({"count": found.count, "next": following, "previous": previous})
    return Answer(body=head[:-1] + b',"results":' + render.array(rendered(call, rows)) + b"}")


async def options(call: Call) -> Answer:
    return ok(
        {
            "name": "Tasks List",
            "description": "",
            "renders": ["application/json", "text/html"],
            "parses": list(PARSERS),
        }
    )


async def single(call: Call) -> Answer:
    """Another owner's row is 404 even for staff, who see it in the list: the object's permissions decide."""
    asked = query.wanted(call)
    text = call.arguments[0]
    if not text.isdecimal():
        raise detail(404, "Not found.")
    row = call.world.table.get(int(text))
    if row is None or not asked.fits(row):
        raise detail(404, NOT_MATCHED)
    if not (call.who.is_superuser or row.owner in (None, call.who.id)):
        raise detail(404, "Not found.")
    return Answer(body=rendered(call, [row])[0])


def _queryset(call: Call) -> query.Wanted:
    """What active, summary and acknowledge begin with: the visible rows, narrowed by `task_id` alone."""
    return query.wanted(call, ignore=frozenset(query.FILTERS))


async def active(call: Call) -> Answer:
    asked = _queryset(call)
    rows = sorted(call.world.table.in_states(ACTIVE), key=lambda row: row.created_key, reverse=True)
    newest = islice(filter(asked.fits, rows), ACTIVE_CAP)
    return Answer(body=render.array(rendered(call, newest)))


async def status_counts(call: Call) -> Answer:
    asked = query.wanted(call, ignore=frozenset({"status", "is_complete"}))
    counts = dict.fromkeys(("all", "needs_attention", "in_progress", "completed"), 0)
    table = call.world.table
    old = selection.matching_history(table, asked)
    if old is not None:
        counts["all"] = counts["completed"] = len(old)
    if not asked.predicates:
        _count_states(call, counts)
        return ok(counts)
    one_by_one = table.history.newest() if asked.one_by_one and table.history is not None else ()
    for row in filter(asked.fits, (*table, *one_by_one)):
        counts["all"] += 1
        counts[_group(row.status)] += 1
    return ok(counts)


def _count_states(call: Call, counts: dict[str, int]) -> None:
    for status in (PENDING, "started", SUCCESS, FAILURE, REVOKED):
        number = call.world.table.of_status([status])
        counts["all"] += number
        counts[_group(status)] += number


def _group(status: str) -> str:
    if status in ACTIVE:
        return "in_progress"
    return "completed" if status == SUCCESS else "needs_attention"


async def summary(call: Call) -> Answer:
    days = _days(call)
    since = call.world.clock.now() - timedelta(days=days)
    asked = _summarized(call)
    by_type: dict[str, list[Row]] = {}
    table = call.world.table
    for row in chain(table.newest(), table.history.newest() if table.history is not None else ()):
        if row.date_created < since:
            break
        if asked.fits(row):
            by_type.setdefault(row.task_type, []).append(row)
    return ok([_summary_of(task_type, by_type[task_type]) for task_type in sorted(by_type)])


def _days(call: Call) -> int:
    text = call.query("days")
    try:
        days = int("30" if text is None else text)
    except ValueError:
        raise Refused(400, {"days": "Must be a positive integer."}) from None
    return max(1, min(365, days))


def _summarized(call: Call) -> query.Wanted:
    """Who may see the system's state sees all tasks here, without the permission to view one."""
    asked = _queryset(call)
    if call.who.may_see_system:
        asked.predicates = [] if asked.task_id is None else [lambda row: row.task_id == asked.task_id]
    return asked


def _summary_of(task_type: str, rows: list[Row]) -> dict[str, Any]:
    def ended(status: str) -> list[datetime]:
        return [row.date_done for row in rows if row.status == status and row.date_done is not None]

    def count(status: str) -> int:
        return sum(row.status == status for row in rows)

    return {
        "task_type": task_type,
        "total_count": len(rows),
        "pending_count": count(PENDING),
        "success_count": count(SUCCESS),
        "failure_count": count(FAILURE),
        "avg_duration_seconds": _mean(row.duration_seconds for row in rows),
        "avg_wait_time_seconds": _mean(row.wait_time_seconds for row in rows),
        "last_run": render.local(max(row.date_created for row in rows)),
        "last_success": render.local(max(ended(SUCCESS), default=None)),
        "last_failure": render.local(max(ended(FAILURE), default=None)),
    }


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


# Acting


async def acknowledge(call: Call) -> Answer:
    data = await parsed_body(call, parsers=PARSERS)
    everything, pks = acknowledge_data(data)
    if pks is not None and any(abs(pk) > BIGGEST for pk in pks):
        return server_error()
    weather = call.world.weather
    if weather.database_locked:
        await asyncio.sleep(weather.lock_delay)
        return server_error()
    asked = _queryset(call)
    if everything:
        rows = [row for row in call.world.table if asked.fits(row) and not row.acknowledged]
    else:
        rows = _named(call, asked, pks or [])
    return ok({"result": call.world.table.acknowledge(rows)})


def _named(call: Call, asked: query.Wanted, pks: list[int]) -> list[Row]:
    """One unknown, foreign or repeated pk refuses the whole list."""
    rows = [row for row in map(call.world.table.get, pks) if row is not None and asked.fits(row)]
    if len(rows) != len(pks) or len(set(pks)) != len(pks):
        raise Refused(400, {"tasks": [MISSING]})
    return rows


def acknowledge_data(data: Any) -> tuple[bool, list[int] | None]:
    if not isinstance(data, dict):
        raise Refused(400, not_a_dictionary(data))
    everything = data.get("all", False)
    if isinstance(everything, list):
        everything = everything[-1]
    everything = everything in (True, "true", "True", "1", 1, "on", "yes")
    pks = integer_list(data["tasks"]) if "tasks" in data else None
    if everything and pks is not None:
        raise Refused(400, {"non_field_errors": ["Set either all or tasks, not both."]})
    if not everything and pks is None:
        raise Refused(400, {"non_field_errors": ["Either all must be true or tasks must be provided."]})
    return everything, pks


def not_a_dictionary(data: Any) -> dict[str, list[str]]:
    return {"non_field_errors": [f"Invalid data. Expected a dictionary, but got {type(data).__name__}."]}


def integer_list(value: Any) -> list[int]:
    """A ListField of IntegerField: `"42"` is a number, `true` and `1.5` are not."""
    if value is None:
        raise Refused(400, {"tasks": ["This field may not be null."]})
    if not isinstance(value, list):
        kind = type(value).__name__
        raise Refused(400, {"tasks": [f'Expected a list of items but got type "{kind}".']})
    numbers, errors = [], dict[str, list[str]]()
    for index, item in enumerate(value):
        try:
            numbers.append(int(str(item).removesuffix(".0")))
        except ValueError:
            null = item is None
            errors[str(index)] = ["This field may not be null." if null else "A valid integer is required."]
    if errors:
        raise Refused(400, {"tasks": errors})
    return numbers


async def run(call: Call) -> Answer:
    if not call.who.may(ADD):
        raise forbidden()
    if not call.who.is_superuser:
        return insufficient()
    task_type = run_choice(await parsed_body(call, parsers=PARSERS), "task_type", TASK_TYPES)
    if task_type not in RUNNABLE:
        raise Refused(400, {"error": f"Task type '{task_type}' cannot be manually triggered"})
    world, task_id = call.world, str(uuid4())
    if world.weather.broker_down:
        await asyncio.sleep(world.weather.broker_delay)
        return text_page(500, "Error running task, check logs for more detail.")
    if world.weather.database_locked:
        await asyncio.sleep(world.weather.lock_delay)
    world.run(task_type, task_id=task_id, without_row=world.weather.database_locked)
    return ok({"task_id": task_id})


def run_choice(data: Any, name: str, choices: Iterable[str]) -> str:
    if not isinstance(data, dict):
        raise Refused(400, not_a_dictionary(data))
    if name not in data:
        raise Refused(400, {name: ["This field is required."]})
    value = data[name]
    if isinstance(data, Form) and isinstance(value, list):
        value = value[-1]
    if value is None:
        raise Refused(400, {name: ["This field may not be null."]})
    if not isinstance(value, str) or value not in choices:
        raise Refused(400, {name: [f'"{value}" is not a valid choice.']})
    return value


def may_acknowledge(call: Call) -> bool:
    return call.who.may(CHANGE)


def may_summarize(call: Call) -> bool:
    return call.who.may(VIEW) or call.who.may_see_system

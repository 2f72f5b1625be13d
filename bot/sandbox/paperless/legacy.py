"""/api/tasks/ of Paperless-ngx 2.20.15 (API versions up to 9): one plain list, one text a result, `run` that blocks."""

import asyncio
from collections.abc import Callable
from functools import partial

from . import query, render, selection
from .answers import (
    HTML,
    Answer,
    Call,
    Refused,
    detail,
    forbidden,
    insufficient,
    ok,
    parsed_body,
    server_error,
    text_page,
)
from .routes_tasks import BIGGEST, MISSING, NOT_MATCHED, PARSERS, integer_list, not_a_dictionary, run_choice
from .row import Row
from .users import ADD
from .vocabulary import TYPES, V2_NAMES, V2_STATUSES, v2_type, v9_name

PLAIN_FIELDS = ("id", "task_id", "date_created", "date_done", "status", "acknowledged", "owner")
RUN_FAILED = "Error running task, check logs for more detail."


def _filters() -> dict[str, tuple[tuple[str, ...], Callable[[Row], str]]]:
    return {
        "status": (V2_STATUSES, lambda row: row.status.upper()),
        "task_name": (V2_NAMES, lambda row: v9_name(row.task_type)),
        "type": (TYPES, lambda row: v2_type(row.task_type, row.trigger_source)),
    }


def _equals(value_of: Callable[[Row], str], value: str, row: Row) -> bool:
    return value_of(row) == value


def wanted(call: Call) -> query.Wanted:
    """One value a filter (the last wins); version 10's parameters do not exist here."""
    result, errors = query.Wanted(), dict[str, list[str]]()
    for name, (choices, value_of) in _filters().items():
        value = call.query(name)
        if not value:
            continue
        if value not in choices:
            errors[name] = [call.say(query.CHOICE, value)]
        elif name == "status":
            result.statuses = frozenset({value.lower()})
        else:
            result.predicates.append(partial(_equals, value_of, value))
    if errors:
        raise Refused(400, errors)
    flag = query.boolean(call.query("acknowledged") or "")
    if flag is not None:
        result.predicates.append(lambda row: row.acknowledged is flag)
    if not call.who.is_superuser:
        result.predicates.append(lambda row: call.world.sees(call.who, row))
    result.task_id = call.query("task_id")
    return result


async def listing(call: Call) -> Answer:
    asked = wanted(call)
    if asked.statuses is not None and not asked.statuses <= {"pending", "started", "success", "failure"}:
        return ok([])
    order = selection.orderings(call.query("ordering"), PLAIN_FIELDS)
    found = selection.find(call.world.table, asked, order)
    return Answer(body=render.array([render.v2(row) for row in found.take(0, found.count)]))


async def single(call: Call) -> Answer:
    text = call.arguments[0]
    if not text.isdecimal():
        raise detail(404, "Not found.")
    row = call.world.table.get(int(text))
    if row is None or not wanted(call).fits(row):
        raise detail(404, NOT_MATCHED)
    return Answer(body=render.v2(row))


async def acknowledge(call: Call) -> Answer:
    """Unknown and repeated pks refuse the list; another owner's are passed over without a word."""
    data = await parsed_body(call, parsers=PARSERS)
    if not isinstance(data, dict):
        raise Refused(400, not_a_dictionary(data))
    if "tasks" not in data:
        raise Refused(400, {"tasks": ["This field is required."]})
    pks = integer_list(data["tasks"])
    if any(abs(pk) > BIGGEST for pk in pks):
        return server_error()
    rows = [row for row in map(call.world.table.get, pks) if row is not None]
    if len(rows) != len(pks) or len(set(pks)) != len(pks):
        raise Refused(400, {"tasks": [MISSING]})
    weather = call.world.weather
    if weather.database_locked:
        await asyncio.sleep(weather.lock_delay)
        return Answer(status=400, content_type=HTML)
    own = [row for row in rows if call.world.sees(call.who, row)]
    return ok({"result": call.world.table.acknowledge(own)})


async def run(call: Call) -> Answer:
    """Works inside the request: the answer comes when it is done, and a client that leaves does not stop it."""
    if not call.who.may(ADD):
        raise forbidden()
    name = run_choice(await parsed_body(call, parsers=PARSERS), "task_name", V2_NAMES)
    if not call.who.is_superuser:
        return insufficient()
    world = call.world
    if world.weather.database_locked:
        await asyncio.sleep(world.weather.lock_delay)
        return text_page(500, RUN_FAILED)
    if name == "consume_file" or (name == "index_optimize" and world.weather.index_broken):
        return text_page(500, RUN_FAILED)
    text = await asyncio.shield(asyncio.ensure_future(world.run_in_request(name)))
    return ok({"result": text})

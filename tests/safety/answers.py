"""Answers as no Paperless-ngx gives them: whole pages of rows in which anything may stand anywhere."""

import json
import random
from collections.abc import Iterator
from typing import Any

from tests.hostile import HOSTILE
from tests.paperless.server import Reply, task_row

NUMBERS: list[Any] = [
    *(0, -1, 1, 1.5, 1e308, -0.0, 10**300),
    *(2**31, 2**53, 2**63 - 1, 2**63, 2**64, -(2**63), -(2**63) - 1),
    *(float("inf"), float("-inf"), float("nan")),
]
MOMENTS = [
    *("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "1969-12-31T23:59:59Z", "2026-02-30T00:00:00Z"),
    *("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59-14:00", "2026-11-24T12:00:00Z", "2026-11-24", "", "x"),
]
TEXTS = ["\x00", "a\x00b", "\ud800", "\udfff\ud800", "x" * 256, "x" * 30_000, "\n" * 1000, *HOSTILE]
STATUSES = ["failure", "failure", "failure", "revoked", "pending", "started", "success", "odd"]
INNER = ("error_message", "error_type", "traceback", "duplicate_of", "document_id", "duplicate_in_trash", "reason")
ERRORS = [400, 401, 403, 404, 406, 413, 429, 500, 502, 302, 204, 418]


def nested(depth: int) -> Any:
    value: Any = "x"
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value


def anything(chance: random.Random) -> Any:
    odd = [None, True, False, [], {}, [None], {"a": None}, [[]], nested(50), nested(400), [1] * 1000]
    return chance.choice(chance.choice([NUMBERS, MOMENTS, TEXTS, odd]))


def odd_row(chance: random.Random, number: int) -> dict[str, Any]:
    """A row with some of its values exchanged or left out."""
    result = {"error_type": "E", "error_message": f"m{chance.random()}", "traceback": "t"}
    done = f"2026-11-24T12:00:{chance.randrange(60):02d}+00:00"
    row = task_row(number, status=chance.choice(STATUSES), date_done=done, result_data=result)
    for _ in range(chance.randrange(4)):
        where = chance.choice([row, row, row.get("result_data"), row.get("input_data")])
        if not isinstance(where, dict):
            continue
        name = chance.choice([*where, *INNER] if where is not row else list(where))
        if chance.random() < 0.1:
            where.pop(name, None)
        else:
            where[name] = anything(chance)
    return row


def odd_page(chance: random.Random, numbers: Iterator[int]) -> Any:
    if chance.random() < 0.03:
        return anything(chance)
    rows = [odd_row(chance, next(numbers)) for _ in range(chance.randrange(5))]
    count = chance.choice([len(rows)] * 30 + NUMBERS)
    following = chance.choice([None, None, None, "http://192.0.2.1/?page=2", 7])
    page = {"count": count, "next": following, "previous": None, "results": rows}
    if chance.random() < 0.05:
        page[chance.choice(list(page))] = anything(chance)
    return page


def odd_reply(chance: random.Random, numbers: Iterator[int]) -> Reply:
    """Usually a page; sometimes an error, another content type, or half of it."""
    body = json.dumps(odd_page(chance, numbers)).encode()
    status, headers = 200, {"Content-Type": "application/json", "X-Api-Version": "10", "X-Version": "3.0.5"}
    if chance.random() < 0.05:
        status, headers["Location"] = chance.choice(ERRORS), chance.choice(["x", "http://[bad", "https://evil/"])
    if chance.random() < 0.02:
        headers["Content-Type"] = chance.choice(["text/html", "application/json; charset=x", "x\u00ff"])
    if chance.random() < 0.02:
        body = body[: chance.randrange(len(body) + 1)]
    return Reply(status, b"" if status == 204 else body, headers)

"""What the client asks of a server: each request was recorded, needs the right that it names, and is told in the docs.

A new `Endpoint`, wherever in bot/paperless it stands, is red in each of these until that is so.
"""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import bot.paperless
from bot.paperless import Forbidden, PaperlessClient, PaperlessError, models, wire
from bot.paperless.wire import Endpoint
from bot.sandbox.paperless import SandboxPaperless
from tests.paperless.recordings import recordings
from tests.shared import needs_shared

TEXT = (Path(__file__).parents[2] / "docs/client.md").read_text(encoding="utf-8")
LABELS = "not recorded: its form is that of 3.0.5's sources, and the local Paperless answers so"
NOT_RECORDED = {
    "GET /api/tags/": LABELS,
    "GET /api/correspondents/": LABELS,
    "GET /api/document_types/": LABELS,
    "GET /api/users/": LABELS,
    "GET /api/ui_settings/": "who may read it is in the recorded matrices of permissions: test_rights.py",
    "GET /api/status/": "of its answer the status alone is read, and that is in those matrices, too",
}
SUPERUSER = "superuser"
ENOUGH = {"GET /api/tasks/summary/": {"view_system_monitoring"}}
"""What else lets in, as the real servers have it."""


def endpoints() -> dict[str, Endpoint]:
    """By method and path, as docs/client.md writes them."""
    modules = [
        importlib.import_module(f"bot.paperless.{one.name}") for one in pkgutil.iter_modules(bot.paperless.__path__)
    ]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, Endpoint)]
    return {f"{one.method} {one.path.replace('{}', '<id>')}": one for one in found}


ENDPOINTS = endpoints()
PERMISSIONS = {one.permission for one in ENDPOINTS.values()} - {SUPERUSER}


@needs_shared
def test_every_request_was_answered_by_a_real_server_or_has_its_reason() -> None:
    asked = {(one.method, one.endpoint.path) for one in recordings() if one.is_exchange and one.endpoint is not None}
    unrecorded = {name for name, one in ENDPOINTS.items() if (one.method, one.path) not in asked}

    assert unrecorded == set(NOT_RECORDED), "see ENDPOINTS in tests/paperless/recordings.py"


async def asked(server: SandboxPaperless, user: str, endpoint: Endpoint) -> PaperlessError | None:
    """The error of a request that changes nothing: it is about nothing that is there."""
    body = None if endpoint.method == "GET" else wire.json_body({})
    async with PaperlessClient(server.url, server.tokens[user]) as client:
        version = (await client.probe()).api
        try:
            await client.request(endpoint.at(1), bytes, version=version, body=body)
        except PaperlessError as error:
            return error
    return None


@pytest.mark.parametrize("version", ["3.0.5", "2.20.15"])
@pytest.mark.parametrize("name", ENDPOINTS)
async def test_the_right_that_a_request_names_is_the_one_that_it_needs(name: str, version: str) -> None:
    endpoint = ENDPOINTS[name]
    async with SandboxPaperless(version=version) as server:
        server.fail("invoice-11.pdf")
        server.users.add("has", endpoint.permission, is_superuser=endpoint.permission == SUPERUSER)
        server.users.add("lacks", *(PERMISSIONS - {endpoint.permission} - ENOUGH.get(name, set())))

        let_in = await asked(server, "has", endpoint)
        assert let_in is None or let_in.status in (400, 404, 415)
        refused = await asked(server, "lacks", endpoint)
        assert isinstance(refused, Forbidden)
        assert refused.permission == endpoint.permission


def test_every_request_and_its_right_are_in_the_documentation() -> None:
    told = dict(re.findall(r"^\| `((?:GET|POST) /[^`]+)` \| `([a-z_]+)` \|", TEXT, re.M))

    assert told == {name: one.permission for name, one in ENDPOINTS.items()}


IN_WORDS = {"through"}
INNER = {"speak", "request", "close"}  # for those who add a method; the client closes what it has opened


def methods() -> set[str]:
    """All that can be called, as it is written: `tasks.wait`."""
    client = PaperlessClient("http://localhost", "token")
    own = {name: one for name, one in vars(client).items() if type(one).__module__.startswith("bot.paperless.")}
    parts = {"": client} | {f"{name}.": one for name, one in own.items() if not name.startswith("_")}
    found = {
        f"{prefix}{name}"
        for prefix, one in parts.items()
        for name, value in vars(type(one)).items()
        if not name.startswith("_") and name not in INNER and callable(value)
    }
    return found | {prefix.rstrip(".") for prefix, one in parts.items() if callable(one)}


def test_every_method_has_an_example_in_the_documentation() -> None:
    examples = "".join(re.findall(r"^```python\n(.*?)^```", TEXT, re.M | re.S))
    assert {name for name in methods() if f"paperless.{name}(" not in examples} == IN_WORDS


def test_every_request_is_made_by_a_method_that_there_is() -> None:
    rows = re.findall(r"^\| `((?:GET|POST) /[^`]+)` \| `[a-z_]+` \| (.+) \|$", TEXT, re.M)
    made_by = {name: set(re.findall(r"`([a-z_.]+)`", cell)) & methods() for name, cell in rows}
    assert [name for name in ENDPOINTS if not made_by.get(name)] == []


def test_every_model_can_be_imported_from_the_package() -> None:
    own = {name for name, one in vars(models).items() if getattr(one, "__module__", None) == models.__name__}
    public = {name for name in own if isinstance(vars(models)[name], type) and not name.startswith("_")}
    assert public - set(bot.paperless.__all__) == set()

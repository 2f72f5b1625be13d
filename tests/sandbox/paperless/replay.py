"""Sends a recorded request to the sandbox, and tells where its answer differs from the recorded one."""

import base64
import json
import math
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import aiohttp
from yarl import URL

from bot.sandbox.paperless import SandboxPaperless

from .recorded_world import Recording

HOST = "127.0.0.1:8000"
ANY = object()  # stands for a value that is another one each time
COMPARED_HEADERS = (
    "content-type",
    "content-language",
    "vary",
    "allow",
    "x-api-version",
    "x-version",
    "www-authenticate",
    "location",
    "content-disposition",
    "server",
)
FILES = {
    "corrupt.pdf": b"%PDF-1.4\nno trailer",
    "invoice-4711.pdf": b"%PDF-1.7\n...\n%%EOF\n",
    "not-really.pdf": bytes(range(256)) * 8,
    "receipt-scan.png": b"\x89PNG\r\n\x1a\n....IEND\xaeB`\x82",
    "archive.zip": b"PK\x03\x04....",
    "program.bin": b"\x7fELF this is text",
    "empty.txt": b"",
}


@dataclass(frozen=True)
class Got:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def value(self) -> Any:
        return json.loads(self.body) if self.body else ""


def _authorization(paperless: SandboxPaperless, recording: Recording) -> str | None:
    recorded = recording.request["headers"].get("authorization")
    if recorded is None:
        return None
    special = {
        "error_401_basic_bad_password": "Basic " + base64.b64encode(b"admin:wrong").decode(),
        "basic_auth_ok": "Basic " + base64.b64encode(b"admin:admin-pw").decode(),
        "error_401_token_empty": "Token",
        "error_401_token_with_spaces": "Token one two",
        "error_401_bearer_keyword": "Bearer " + paperless.tokens["admin"],
    }.get(recording.name)
    if special is not None:
        return special
    return "Token " + (paperless.tokens[recording.user] if recording.user else "0" * 40)


def headers_of(paperless: SandboxPaperless, recording: Recording) -> dict[str, str]:
    headers = {"Accept": recording.request["headers"]["accept"], "Accept-Encoding": "gzip", "Host": HOST}
    authorization = _authorization(paperless, recording)
    if authorization is not None:
        headers["Authorization"] = authorization
    if "accept_language_de" in recording.name:
        headers["Accept-Language"] = "de"
    if "x_forwarded_proto" in recording.name:
        headers["X-Forwarded-Proto"] = "https"
    if recording.name == "next_link_uses_host_header":
        headers["Host"] = "localhost:8000"
    if recording.name == "error_400_bad_host_header":
        headers["Host"] = "no such host!"
    return headers


def _body(recording: Recording, headers: dict[str, str]) -> Any:
    body, files = recording.request["body"], recording.request.get("files")
    kind = recording.request["headers"].get("content-type", "")
    if files is not None:
        form = aiohttp.FormData(quote_fields=False)
        for name, value in (body or {}).items():
            form.add_field(name, value)
        for field, filename in files:
            form.add_field(field, FILES.get(filename, f"text of {filename}".encode()), filename=filename)
        return form() if form.is_multipart else form
    if not kind:
        return None
    headers["Content-Type"] = kind
    if isinstance(body, str):
        return body.encode()
    if "urlencoded" in kind:
        return "&".join(f"{k}={v}" for k, vs in body.items() for v in (vs if isinstance(vs, list) else [vs])).encode()
    return json.dumps(body).encode()


async def replay(session: aiohttp.ClientSession, paperless: SandboxPaperless, recording: Recording) -> Got:
    request = recording.request
    path = request["path"]
    if request["query"] and "?" not in path:
        path += "?" + request["query"]
    headers = headers_of(paperless, recording)
    data = _body(recording, headers)
    url = URL(paperless.url + path, encoded=True)
    async with session.request(request["method"], url, headers=headers, data=data, allow_redirects=False) as response:
        return Got(response.status, {k.lower(): v for k, v in response.headers.items()}, await response.read())


def differences(
    recording: Recording, got: Got, *, any_of: frozenset[str] = frozenset(), whole_table: bool = True
) -> list[str]:
    """`any_of`: keys whose values differ each time (a UUID, a token). Without the whole table a list that the
    recording keeps in part may have another length."""
    response = recording.response
    found = []
    if got.status != response["status"]:
        found.append(f"status {got.status}, recorded {response['status']}: {got.body[:300]!r}")
    found += _header_differences(response["headers"], got.headers)
    if recording.request["method"] == "HEAD":
        return found + ([f"HEAD with a body: {got.body[:80]!r}"] if got.body else [])
    if response["body_kind"] == "json":
        found += compare(response["body"], got.value, "body", _cuts(response["truncated"], whole_table), any_of)
    elif response["body_kind"] == "text" and "html" not in response["body"][:100].lower():
        found += compare(response["body"], got.body.decode(), "body", {}, any_of)
    return found


def _header_differences(recorded: dict[str, str], got: dict[str, str]) -> list[str]:
    found = [
        f"header {name}: {got.get(name)!r}, recorded {recorded.get(name)!r}"
        for name in COMPARED_HEADERS
        if recorded.get(name) != got.get(name)
    ]
    if ("content-encoding" in recorded) != ("content-encoding" in got):
        found.append(f"compressed: {'content-encoding' in got}, recorded {'content-encoding' in recorded}")
    return found


def _cuts(truncated: str | None, whole_table: bool) -> dict[str, tuple[int, int]]:
    """`results: 25 cut to 5` and `list of 62 cut to 5`: how long the list was, and how much of it is kept."""
    if not truncated:
        return {}
    where, _, kept = truncated.rpartition(" cut to ")
    name, _, length = where.replace("list of ", "list: ").partition(": ")
    return {"body" if name == "list" else f"body.{name}": (int(length) if whole_table else 0, int(kept))}


def compare(recorded: Any, got: Any, where: str, cuts: dict[str, tuple[int, int]], any_of: frozenset[str]) -> list[str]:
    if where.rpartition(".")[2] in any_of or where in any_of:
        return [] if type(recorded) is type(got) else [f"{where}: {type(got).__name__}"]
    if isinstance(recorded, dict) and isinstance(got, dict):
        if list(recorded) != list(got):
            return [f"{where}: keys {list(got)}, recorded {list(recorded)}"]
        return [d for k in recorded for d in compare(recorded[k], got[k], f"{where}.{k}", cuts, any_of)]
    if isinstance(recorded, list) and isinstance(got, list):
        length, kept = cuts.get(where, (len(recorded), len(recorded)))
        if len(got) != length and not (length == 0 and kept):
            return [f"{where}: {len(got)} long, recorded {length}"]
        pairs = zip(recorded[:kept], got[:kept], strict=True)
        return [d for i, (a, b) in enumerate(pairs) for d in compare(a, b, f"{where}[{i}]", cuts, any_of)]
    if isinstance(recorded, float) and isinstance(got, float | int) and math.isclose(recorded, got, abs_tol=1e-6):
        return []
    same = recorded == got and type(recorded) is type(got)
    return [] if same else [f"{where}: {got!r}, recorded {recorded!r}"]


def is_uuid(text: str) -> bool:
    return str(UUID(text)) == text

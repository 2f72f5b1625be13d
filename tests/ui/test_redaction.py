"""No secret leaves; what is no secret stays."""

import ast
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ui.text import redact

TOKEN = "0123456789abcdef0123456789abcdef01234567"
DISCORD = "MTAwMDAwMDAwMDAwMDAwMDAwMQ.GabcDE.abcdefghijklmnopqrstuvwxyz0123456789AB"

LEAKS = [
    ("a header of ours", f"Authorization: Token {TOKEN}", TOKEN),
    ("a header in a repr", "{'Authorization': 'Bearer s3cr3t-value', 'Accept': 'x'}", "s3cr3t"),
    ("a header in JSON", '{"authorization": "Basic dXNlcjpwYXNz"}', "dXNlcjpwYXNz"),
    ("a cookie", "Cookie: sessionid=abc123; csrftoken=def456", "abc123"),
    ("a Paperless token alone", f"sent {TOKEN} to", TOKEN),
    ("a token with its word", "Token abcdefghijklmnop", "abcdefghijklmnop"),
    ("a Discord token", f"login with {DISCORD} failed", DISCORD),
    ("a Discord webhook", "https://discord.com/api/webhooks/123/AbC-dEf_1", "AbC-dEf_1"),
    ("an interaction's token", "/api/v10/interactions/123/AbC-dEf_1/callback", "AbC-dEf_1"),
    ("a password in a URL", "redis://:hunter2@broker:6379/0", "hunter2"),
    ("user and password in a URL", "postgresql://paperless:p4ss@db/paperless", "p4ss"),
    ("a password with an at sign and a slash", "https://u:p@ss/w0rd@host/x", "w0rd"),
    ("a token as the user of a URL", "https://ghtoken123@host/x", "ghtoken123"),
    ("a query parameter", "GET /x?token=abc123&page=1", "abc123"),
    ("an environment variable", "PAPERLESS_SECRET_KEY=topsecret", "topsecret"),
    ("a quoted password with spaces", "password='open sesame now'", "sesame"),
    ("a JSON password", '{"imap_password": "hunter2"}', "hunter2"),
    ("a command line", "gs --passphrase hunter2 in.pdf", "hunter2"),
    ("a JSON web token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcDEF123", "eyJzdWIi"),
    ("an AWS key", "AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
    ("an OpenAI key", "Incorrect API key provided: sk-abcdefghijklmnopqrstuvwx", "sk-abcdef"),
    ("a private key", "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "MIIE"),
    ("a private key that was cut", "-----BEGIN PRIVATE KEY-----\nMIIEvQ", "MIIEvQ"),
    ("a home directory", "/home/anna/scans/x.pdf", "anna"),
    ("a home directory of a Mac", "/Users/anna/scans/x.pdf", "anna"),
    ("a home directory of Windows", r"C:\Users\anna\x.pdf", "anna"),
]


@pytest.mark.parametrize(("raw", "secret"), [case[1:] for case in LEAKS], ids=[case[0] for case in LEAKS])
def test_the_secret_is_out(raw: str, secret: str) -> None:
    assert secret in raw
    assert secret not in redact(raw)


@pytest.mark.parametrize(
    "harmless",
    [
        "invoice-11.pdf: Unsupported mime type application/zip",
        "[Errno 111] Connection refused",
        "No module named token",
        "a token of thanks",
        "5b6c7d8e-41d0-9ea6-08f8-bdc08b60dd46",
        "https://docs.example.org/documents/5/details",
        "Worker exited prematurely: signal 9 (SIGKILL) Job: 10.",
        "/usr/src/paperless/data/classification_model.pickle",
        "anna@example.org wrote",
    ],
)
def test_what_is_no_secret_stays(harmless: str) -> None:
    assert redact(harmless) == harmless


def test_the_rest_of_the_sentence_stays() -> None:
    assert (
        redact("cannot reach redis://:hunter2@broker:6379/0: refused")
        == "cannot reach redis://[redacted]@broker:6379/0: refused"
    )
    assert redact("/home/anna/x.pdf: damaged") == "~/x.pdf: damaged"


@given(st.text())
def test_redacting_twice_changes_nothing_more(raw: str) -> None:
    assert redact(redact(raw)) == redact(raw)


@pytest.mark.parametrize(
    "hostile",
    [
        "a." * 10_000,
        "a://a:" * 3_000,
        "eyJaaaaaaaa-" * 1_600,
        "password='" * 2_000,
        "a" * 20_000,
        "-----BEGIN PRIVATE KEY" * 900,
    ],
)
def test_no_text_makes_it_slow(hostile: str) -> None:
    started = time.process_time()
    redact(hostile)
    assert time.process_time() - started < 2


ROOT = Path(__file__).parents[2]
SECRETIVE = re.compile(r"token|secret|passw|key|credential|cookie|://|/root|/home", re.I)
TOLD_AS_IT_IS = {"bot/sections.py"}  # in the reference


def sentences(tree: ast.AST) -> Iterator[str]:
    """Every text of a program that could be told and names what a secret goes by, with x for what is filled in."""
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
        else:
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        if id(node) not in docs and " " in text and SECRETIVE.search(text):
            yield text


def test_no_sentence_of_our_own_looks_like_a_secret() -> None:
    """ "does not accept the token: copy it anew" was told as "does not accept the token: [redacted] it anew"."""
    files = [path.relative_to(ROOT) for folder in ("bot", "cogs") for path in (ROOT / folder).rglob("*.py")]
    telling = [path for path in files if "sandbox" not in path.parts and str(path) not in TOLD_AS_IT_IS]
    told = [text for path in telling for text in sentences(ast.parse((ROOT / path).read_text(encoding="utf-8")))]

    assert len(told) > 30
    assert [text for text in told if redact(text) != text] == []

"""The check of what the bot sends: it finds what it should, and says where."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.sandbox.discord import Request, Upload
from tests.discord_schema import NotForDiscord, answer_errors, check, operation_path
from tests.shared import DISCORD_OPENAPI

MESSAGES = "/channels/3000000000000000003/messages"
CALLBACK = "/interactions/1/token/callback"
COMMANDS = "/applications/1/guilds/2/commands"
V2 = 1 << 15

needs_document = pytest.mark.skipif(
    not DISCORD_OPENAPI.is_file(), reason="Discord's OpenAPI document is not beside this checkout"
)


def request(method: str, path: str, json: Any = None, **more: Any) -> Request:
    return Request(method=method, path=path, query={}, json=json, at=datetime.now(UTC), **more)


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (request("POST", MESSAGES, {"content": "x" * 2001}), "content: Must be 2000 or fewer"),
        (request("POST", MESSAGES, {"content": "x", "nonce": "x" * 26}), "nonce"),
        (request("PATCH", f"{MESSAGES}/1", {"content": "x", "flags": V2}), "IS_COMPONENTS_V2"),
        (request("POST", CALLBACK, {"type": 4, "data": {"content": "x" * 2001}}), "content: Must be 2000"),
        (request("POST", CALLBACK, {"type": 8, "data": {"choices": [{"name": "a", "value": "b"}] * 26}}), "choices"),
        (
            request("POST", CALLBACK, {"type": 9, "data": {"title": "x" * 46, "custom_id": "a", "components": []}}),
            "title",
        ),
        (request("PUT", COMMANDS, [{"name": "Bad", "description": "x"}]), "0.name: Command name is invalid"),
        (
            request("PATCH", "/webhooks/1/token/messages/@original", {"embeds": [{"title": "x" * 257}]}),
            "embeds.0.title",
        ),
    ],
)
def test_a_request_that_discord_refuses_is_found(sent: Request, says: str) -> None:
    with pytest.raises(NotForDiscord, match=says.replace(".", r"\.")):
        check(sent)


@needs_document
@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (request("POST", "/channels/3/nonsense", {}), "no such endpoint"),
        (request("DELETE", f"{MESSAGES}/1", {"x": 1}), "takes no body"),
        (request("POST", MESSAGES, {"content": ["x"]}), "content"),
        (request("POST", MESSAGES, {"content": "x", "tts": "no"}), "tts"),
    ],
)
def test_the_document_finds_what_the_limits_do_not_know(sent: Request, says: str) -> None:
    with pytest.raises(NotForDiscord, match=says):
        check(sent)


@pytest.mark.parametrize(
    "sent",
    [
        request("GET", "/users/@me"),
        request("DELETE", f"{MESSAGES}/1"),
        request("POST", MESSAGES, {"content": "x", "message_reference": {"message_id": 5, "channel_id": 6}}),
        request("POST", MESSAGES, {"content": "x", "allowed_mentions": {"parse": [], "roles": [4]}}),
        request("PATCH", f"{MESSAGES}/1", {"components": [{"type": 10, "content": "x"}]}),
        request("POST", CALLBACK, {"type": 5, "data": {"flags": 64}}),
        request("POST", CALLBACK, {"type": 6}),
        request("PUT", COMMANDS, [{"name": "tasks", "description": "x", "type": 1, "options": []}]),
        request(
            "POST",
            MESSAGES,
            {
                "flags": V2,
                "components": [{"type": 13, "file": {"url": "attachment://a_b.txt"}}],
                "attachments": [{"id": 0}],
            },
            files=[Upload(filename="a b.txt", data=b"x")],
        ),
    ],
)
def test_what_discord_takes_passes(sent: Request) -> None:
    check(sent)


@needs_document
def test_paths_are_told_apart() -> None:
    assert operation_path("PATCH", "/webhooks/1/abc/messages/@original") == (
        "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
    )
    assert operation_path("GET", "/users/@me") == "/users/@me"
    assert operation_path("GET", "/users/5") == "/users/{user_id}"


@needs_document
def test_answers_are_held_against_the_document_too() -> None:
    assert answer_errors(request("GET", "/gateway", status=200, answer={"url": "wss://gateway.discord.gg"})) == []
    assert answer_errors(request("GET", "/gateway", status=200, answer={"address": "x"}))
    assert answer_errors(request("GET", "/gateway", status=204))

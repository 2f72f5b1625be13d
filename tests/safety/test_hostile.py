"""Whatever a text says, a message stays what it is: no ping, no broken markup, no link that is not ours, no refusal."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import ui

from bot.access import AccessDenied
from bot.failures.card import Mute as MuteRecord
from bot.failures.outcome import NotAcknowledged
from bot.paperless.errors import Rejected
from bot.paperless.models import TaskStatus
from bot.sandbox.discord import SandboxDiscord, ids
from bot.sandbox.discord.files import Upload
from bot.sandbox.discord.messages import Draft
from bot.ui import errors, lists, outcomes, replies
from bot.ui.cards import render
from bot.ui.redaction import redact
from tests.hostile import HOSTILE, MENTIONS, PLAIN
from tests.house import House, texts
from tests.ui import examples
from tests.ui.examples import LINK_BASE, NOW
from tests.ui.payload import assert_sendable

FENCED = re.compile(r"```.*?```", re.S)
ESCAPED = re.compile(r"\\.")
OUR_LINK = re.compile(rf"\[[^\]\n]*\]\({re.escape(LINK_BASE)}[^)\s]*\)")


def mute(text: str, number: int = 1) -> MuteRecord:
    return MuteRecord(
        mute_id=number, server="home", task_type=text, filename=text, message=text, until=NOW, until_change=True,
        user_id=ids.ADA_ID, user_name=text, at=NOW, swallowed=3,
    )  # fmt: skip


def task(text: str, **changes: Any) -> Any:
    """A task in which every text that comes from outside is this one."""
    fields = {
        "task_id": text,
        "input_data": {"filename": text, text or "x": text},
        "result_data": {"error_type": text, "error_message": text, "traceback": text, text or "x": text},
    }
    return examples.task(**(fields | changes))


def reply(found: Any) -> ui.LayoutView:
    return replies.task_reply(found, server="home", link_base=LINK_BASE, show_server=True)


def line(text: str) -> Any:
    return examples.line(task_type=text, error_type=text, message=text, examples=(text, text, text))


def row(text: str) -> Any:
    return examples.failure_row(task_type=text, filename=text, error_type=text, message=text, task_id=text)


DRAWN: dict[str, Callable[[str], ui.LayoutView]] = {
    "a failure": lambda text: render(examples.incident(filename=text, message=text, error_type=text)),
    "a failure of an unknown type": lambda text: render(
        examples.incident(task_type=text, trigger_source=text, filename=None, message=text)
    ),
    "an acknowledged failure": lambda text: render(
        examples.incident(
            filename=text, message=text, open_count=0, acknowledgement=examples.in_discord(user_name=text)
        )
    ),
    "a digest": lambda text: render(examples.digest(lines=(line(text),) * 20, kinds=30)),
    "a reminder": lambda text: render(examples.reminder(lines=(line(text),) * 5)),
    "an outage": lambda text: render(examples.outage(detail=text)),
    "the details of an outage": lambda text: outcomes.server_details(examples.outage(detail=text)),
    "a failed task": lambda text: reply(task(text)),
    "a task that is done": lambda text: reply(
        task(text, status=TaskStatus.SUCCESS, result_data={"reason": text})
    ),
    "the details of a task": lambda text: replies.task_details(task(text))[0],
    "a list of failures": lambda text: lists.failures(
        [task(text)] * lists.PAGE, total=99, page=0, server="home", show_server=True
    ),
    "a list behind a card": lambda text: lists.look_through([row(text)] * lists.PAGE, card_id=8, total=99, page=0),
    "a list of mutes": lambda text: lists.mutes([mute(text, number) for number in range(3)]),
    "what was muted": lambda text: replies.message(outcomes.muted(mute(text))),
    "an error of the server": lambda text: replies.message(errors.of_paperless(Rejected(text))),
    "what was not acknowledged": lambda text: replies.message(
        outcomes.to_presser(NotAcknowledged(error=Rejected(text), done=0)) or ""
    ),
}  # fmt: skip
HARMLESS = ("x", "")
"""Where there is no text, a card says other things than where there is one."""


def said(components: Any) -> str:
    found = []
    for component in components:
        found += [component["content"]] if component["type"] == 10 else []
        found += [said(component["components"])] if component.get("components") else []
    return "\n".join(found)


def markup(view: ui.LayoutView) -> Counter[str]:
    """What is left that a client would take for markup, by its character; our own links aside."""
    text = said(view.to_components())  # type: ignore[no-untyped-call]
    text = ESCAPED.sub("e", OUR_LINK.sub("", FENCED.sub("<fence>", text)))
    text = re.sub(r"<t:-?\d+:[Rf]>|<@\d+>", "", text)
    found = Counter(character for character in text if character in "*_~|`[]<>")
    found.update(match[0] for match in re.finditer(r"(?m)^(?:#{1,3} |-# |>>?>? |[-*+] |\d+[.)] )", text))
    return found


@pytest.fixture
async def sandbox() -> SandboxDiscord:
    return SandboxDiscord()


def sent(sandbox: SandboxDiscord, view: ui.LayoutView) -> dict[str, Any]:
    """As the local Discord makes it, with everything allowed to ping: the text alone must not."""
    body = {"components": view.to_components(), "flags": discord.MessageFlags.components_v2.flag}  # type: ignore[no-untyped-call]
    author = sandbox.world.bot_user
    uploads = [Upload(filename=replies.TRACEBACK_FILE, data=b"x")] if "attachment://" in str(body) else []
    return sandbox.create_message(Draft(channel_id=ids.ALERTS_ID, author=author, body=body, uploads=uploads))


def test_there_are_at_least_three_hundred_of_them() -> None:
    assert len(HOSTILE) >= 300
    assert len(set(HOSTILE)) == len(HOSTILE)


@pytest.mark.parametrize(("name", "draw"), list(DRAWN.items()), ids=list(DRAWN))
async def test_a_hostile_text_is_only_text(
    sandbox: SandboxDiscord, name: str, draw: Callable[[str], ui.LayoutView]
) -> None:
    lists_mentions = {ids.ADA_ID} if "acknowledged failure" in name or "mutes" in name else set()
    ours = markup(draw(HARMLESS[0])) | markup(draw(HARMLESS[1]))
    for text in HOSTILE:
        view = draw(text)
        assert_sendable(view, link_base=LINK_BASE)
        message = sent(sandbox, view)
        assert not message["mention_everyone"], text
        assert not message["mention_roles"], text
        assert {int(user["id"]) for user in message["mentions"]} <= lists_mentions, text
        assert not markup(view) - ours, (text, markup(view) - ours)
        sandbox.remove_message(message)


async def test_a_denial_mentions_roles_as_text_and_pings_nobody(house: House) -> None:
    async with house.bot():
        reply = await house.command("tasks run", type="x", user_id=ids.CLEO_ID)
    assert f"<@&{ids.ARCHIVISTS_ID}>" in texts(reply)
    assert reply["mention_roles"] == []
    assert str(AccessDenied("x")) == "x"


async def test_through_paperless_the_watcher_and_the_socket_to_the_channel(tmp_path: Path) -> None:
    """Filenames and messages as a server would hand them on, one card each and then one digest."""
    chosen = [*MENTIONS[:8], *PLAIN[19:60:4]]
    async with House(tmp_path) as house, house.bot() as bot:
        await bot.desk.watchers["home"].poll_once()
        for text in chosen:
            result = {"error_type": "ConsumerError", "error_message": text, "traceback": text}
            house.paperless.fail(text or "x", owner="bob", result_data=result)
        await house.card(lambda said: "failed" in said)
        await house.command("tasks failures")
        await house.discord.until(lambda: len(house.posted()) >= 2)
        for message in house.posted():
            assert [message[key] for key in ("mentions", "mention_roles", "mention_everyone")] == [[], [], False]
        assert_no_ping_is_asked_for(house)
        for posted in house.posted():
            for component in discord_urls(posted):
                assert component.startswith(house.paperless.url)


def discord_urls(message: dict[str, Any]) -> Iterator[str]:
    def walk(components: Any) -> Iterator[str]:
        for component in components:
            if "url" in component and component["type"] == 2:
                yield component["url"]
            yield from walk(component.get("components", []))

    yield from walk(message["components"])


def assert_no_ping_is_asked_for(house: House) -> None:
    """On every send and every edit, whatever made it."""
    bodies = 0
    for request in house.discord.requests:
        if not isinstance(request.json, dict):
            continue
        body = request.json.get("data") or request.json if "/interactions/" in request.path else request.json
        if "components" in body or "content" in body:
            bodies += 1
            assert body.get("allowed_mentions", {}).get("parse") == [], request
            assert not body["allowed_mentions"].get("users"), request
            assert not body["allowed_mentions"].get("roles"), request
    assert bodies


@pytest.mark.parametrize("text", HOSTILE[:40])
def test_the_redactor_takes_nothing_twice(text: str) -> None:
    assert redact(redact(text)) == redact(text)

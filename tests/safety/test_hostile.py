"""Whatever a text says, a message stays what it is: no ping, no broken markup, no link that is not ours, no refusal."""

import importlib
import pkgutil
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import reduce
from operator import or_
from pathlib import Path
from types import CodeType, FrameType, SimpleNamespace
from typing import Any

import discord
import pytest
from discord import ui

import bot.ui
from bot.access import AccessDenied
from bot.labels import CHOICE_LIMIT, suggest_more, suggest_one
from bot.sandbox.discord import SandboxDiscord, ids
from bot.sandbox.discord.files import Upload
from bot.sandbox.discord.messages import Draft
from bot.ui import lists
from bot.ui.redaction import redact
from bot.ui.text import length
from tests.hostile import HOSTILE, MENTIONS, PLAIN
from tests.house import House, nobody_is_pinged, texts
from tests.safety.drawings import DRAWN, MENTIONING, task
from tests.ui.examples import LINK_BASE, NOW
from tests.ui.payload import assert_sendable

FENCED = re.compile(r"```.*?```", re.S)
ESCAPED = re.compile(r"\\.")
OUR_LINK = re.compile(rf"\[[^\]\n]*\]\({re.escape(LINK_BASE)}[^)\s]*\)")


HARMLESS = ("x", "", "x" * 300)
"""Where there is no text, or a long one, a card says other things than where there is a short one."""


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
    """As the local Discord makes it, of somebody who may ping everybody: it is up to the text alone."""
    body = {"components": view.to_components(), "flags": discord.MessageFlags.components_v2.flag}  # type: ignore[no-untyped-call]
    author = sandbox.world.user(ids.ADA_ID)
    uploads = [Upload(filename=name, data=b"x") for name in set(re.findall(r"attachment://([\w.]+)", str(body)))]
    return sandbox.create_message(Draft(channel_id=ids.ALERTS_ID, author=author, body=body, uploads=uploads))


def test_there_are_at_least_three_hundred_of_them() -> None:
    assert len(HOSTILE) >= 300
    assert len(set(HOSTILE)) == len(HOSTILE)


@pytest.mark.parametrize(("name", "draw"), list(DRAWN.items()), ids=list(DRAWN))
async def test_a_hostile_text_is_only_text(
    sandbox: SandboxDiscord, name: str, draw: Callable[[str], ui.LayoutView]
) -> None:
    mentioned = {ids.ADA_ID} if name in MENTIONING else set()
    ours = reduce(or_, (markup(draw(text)) for text in HARMLESS))
    for text in HOSTILE:
        view = draw(text)
        assert_sendable(view, link_base=LINK_BASE)
        message = sent(sandbox, view)
        assert not message["mention_everyone"], text
        assert not message["mention_roles"], text
        assert {int(user["id"]) for user in message["mentions"]} <= mentioned, text
        assert not markup(view) - ours, (text, markup(view) - ours)
        sandbox.remove_message(message)


def drawing_functions() -> dict[CodeType, str]:
    """Every function of `bot/ui` that makes a whole message."""
    found: dict[CodeType, str] = {}
    for module in pkgutil.iter_modules(bot.ui.__path__):
        loaded = importlib.import_module(f"bot.ui.{module.name}")
        for name, function in vars(loaded).items():
            made = str(getattr(function, "__annotations__", {}).get("return", ""))
            own = getattr(function, "__module__", None) == loaded.__name__
            if own and "LayoutView" in made and not re.search(r"Button|Select|ActionRow", made):
                found[function.__code__] = f"{module.name}.{name}"
    return found


async def test_everything_that_can_be_said_is_among_them() -> None:
    functions, called = drawing_functions(), set()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code in functions:
            called.add(frame.f_code)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        for draw in DRAWN.values():
            draw("x")
    finally:
        sys.setprofile(before)
    assert len(functions) > 35
    assert {functions[each] for each in set(functions) - called} == set(), "draw it in tests/safety/drawings.py"


class Known:
    """Labels as a server has them, with whatever name."""

    def __init__(self, *names: str) -> None:
        self.labels = [SimpleNamespace(id=number, name=name) for number, name in enumerate(names)]

    async def get(self) -> Any:
        return self.labels


@pytest.mark.parametrize("typed", ["", "x", "@"])
async def test_suggestions_are_such_as_discord_takes(typed: str) -> None:
    names = [text.encode("utf-8", "replace").decode() for text in HOSTILE]  # as they are once they were decoded
    labels: Any = SimpleNamespace(kept=Known(*names))
    offered = [*await suggest_one(labels, typed), *await suggest_more(labels, typed)]
    found = lists.matching(lists.offers([task(text) for text in names if text], now=NOW), typed)
    assert len(offered) > 20
    assert len(found) > 20
    for text in [*offered, *(part for pair in found for part in pair)]:
        assert 1 <= length(text) <= CHOICE_LIMIT
        assert text.encode("utf-8"), "halves of characters cannot be sent"


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
        await house.press(house.posted()[0], "Acknowledge")
        assert nobody_is_pinged(house.discord.requests) > 3
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


@pytest.mark.parametrize("text", HOSTILE[:40])
def test_the_redactor_takes_nothing_twice(text: str) -> None:
    assert redact(redact(text)) == redact(text)

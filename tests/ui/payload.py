"""What Discord refuses of a message, checked by hand; for any view of ours."""

import re
from typing import Any

from discord import ui

from bot.ui import custom_ids
from bot.ui.text import length

Component = dict[str, Any]


def walk(components: list[Component]) -> list[Component]:
    found = []
    for component in components:
        found.append(component)
        found += walk(component.get("components", []))
    return found


def components_of(view: ui.LayoutView) -> list[Component]:
    return walk(view.to_components())  # type: ignore[no-untyped-call]


def texts(view: ui.LayoutView) -> str:
    return "\n".join(part["content"] for part in components_of(view) if part["type"] == 10)


def lines(view: ui.LayoutView) -> list[str]:
    return texts(view).splitlines()


def buttons(view: ui.LayoutView) -> list[str]:
    return [part["label"] for part in components_of(view) if part["type"] == 2]


def ids(view: ui.LayoutView) -> list[str]:
    return [part["custom_id"] for part in components_of(view) if "custom_id" in part]


def urls(view: ui.LayoutView) -> list[str]:
    return [part["url"] for part in components_of(view) if "url" in part]


def accent(view: ui.LayoutView) -> int:
    found: int = view.to_components()[0]["accent_color"]  # type: ignore[no-untyped-call]
    return found


def links_in(markdown: str) -> list[str]:
    """Every address that a client would make clickable; in a code block it makes none."""
    plain = re.sub(r"\\.", "", re.sub(r"```.*?```", "", markdown, flags=re.S))
    return re.findall(r"[a-z][a-z0-9+.-]*://[^\s)>]+", plain, re.I)


def assert_sendable(view: ui.LayoutView, *, link_base: str | None = None) -> None:
    parts = components_of(view)
    assert view.is_finished(), "a view must be stopped before it is sent"
    assert len(parts) <= 40
    assert sum(length(part["content"]) for part in parts if part["type"] == 10) <= 4000
    assert len(set(ids(view))) == len(ids(view))
    for part in parts:
        _assert_part(part)
    for url in [*links_in(texts(view)), *urls(view)]:
        assert link_base is not None
        assert url.startswith(link_base)
        assert url == link_base or url[len(link_base)] == "/"


def _assert_part(part: Component) -> None:
    if part["type"] == 1:
        assert 1 <= len(part["components"]) <= 5
    if part["type"] == 2:
        assert 1 <= length(part["label"]) <= 80
        assert ("url" in part) != ("custom_id" in part)
        assert length(part.get("url", "")) <= 512
    if part["type"] == 3:
        _assert_menu(part)
    if part["type"] == 10:
        assert part["content"].strip()
    if "custom_id" in part:
        assert 1 <= len(part["custom_id"]) <= 100
        assert custom_ids.parse(part["custom_id"]) is not None


def _assert_menu(part: Component) -> None:
    assert 1 <= len(part["options"]) <= 25
    assert len({option["value"] for option in part["options"]}) == len(part["options"])
    assert length(part.get("placeholder", "")) <= 150
    for option in part["options"]:
        assert 1 <= length(option["label"]) <= 100
        assert 1 <= length(option["value"]) <= 100
        assert length(option.get("description") or "x") <= 100

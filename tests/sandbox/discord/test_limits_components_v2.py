"""What Discord refuses in components v2, row by row, and what it takes at the edge."""

import pytest

from .bodies import Json, button, codes, container, link, row, section, text, v2, with_components

REFUSED: list[tuple[str, Json, str, str]] = [
    ("components v2 without the flag", with_components(text()), "components.0.type", "BASE_TYPE_CHOICES"),
    (
        "the same component id twice",
        v2({**text(), "id": 3}, {**text(), "id": 3}),
        "components.1.id",
        "COMPONENT_ID_DUPLICATED",
    ),
    ("41 components", v2(*[text()] * 41), "components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"),
    (
        "41 components, most of them inside",
        v2(container(*[section(text(), accessory=link()) for _ in range(10)], *[text()] * 10)),
        "components",
        "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
    ),
    ("4001 characters in one text", v2(text("x" * 4001)), "components.0.content", "BASE_TYPE_MAX_LENGTH"),
    (
        "4001 characters in two texts",
        v2(text("x" * 4000), container(text("x"))),
        "components",
        "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
    ),
    ("an empty text", v2(text("")), "components.0.content", "BASE_TYPE_REQUIRED"),
    (
        "a container in a container",
        v2(container(container(text()))),
        "components.0.components.0.type",
        "BASE_TYPE_CHOICES",
    ),
    ("an empty container", v2(container()), "components.0.components", "BASE_TYPE_BAD_LENGTH"),
    (
        "an accent beyond white",
        v2(container(text(), accent_color=0x1000000)),
        "components.0.accent_color",
        "NUMBER_TYPE_MAX",
    ),
    ("four texts in a section", v2(section(*[text()] * 4)), "components.0.components", "BASE_TYPE_BAD_LENGTH"),
    (
        "a section without an accessory",
        v2(section(text(), accessory=None)),
        "components.0.accessory",
        "BASE_TYPE_REQUIRED",
    ),
    ("a text as accessory", v2(section(text(), accessory=text())), "components.0.accessory.type", "BASE_TYPE_CHOICES"),
    (
        "a custom id of the accessory that is taken",
        v2(section(text()), row(button())),
        "components.1.components.0.custom_id",
        "COMPONENT_CUSTOM_ID_DUPLICATED",
    ),
    (
        "eleven pictures",
        v2({"type": 12, "items": [{"media": {"url": "https://a.org/b"}}] * 11}),
        "components.0.items",
        "BASE_TYPE_BAD_LENGTH",
    ),
    (
        "a picture from nowhere",
        v2({"type": 12, "items": [{"media": {"url": "attachment://b"}}]}),
        "components.0.items.0.media.url",
        "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
    ),
    (
        "a file by link",
        v2({"type": 13, "file": {"url": "https://a.org/b"}}),
        "components.0.file.url",
        "UNFURLED_MEDIA_ITEM_ATTACHMENT_REQUIRED",
    ),
    ("a separator of size 3", v2({"type": 14, "spacing": 3}), "components.0.spacing", "BASE_TYPE_CHOICES"),
]

ACCEPTED: list[tuple[str, Json]] = [
    ("40 components", v2(*[text()] * 39, {"type": 14})),
    ("4000 characters of text", v2(text("x" * 2000), container(text("y" * 2000)))),
    (
        "all that a container may hold",
        v2(
            container(
                text(),
                section(text(), text(), text()),
                {"type": 14, "spacing": 2, "divider": False},
                row(button(custom_id="other")),
                {"type": 12, "items": [{"media": {"url": "https://a.org/b.png"}}]},
                accent_color=0,
            )
        ),
    ),
    ("files that came along", {**v2({"type": 13, "file": {"url": "attachment://a.txt"}})}),
]


@pytest.mark.parametrize(("message", "where", "code"), [pytest.param(*one[1:], id=one[0]) for one in REFUSED])
def test_discord_refuses(message: Json, where: str, code: str) -> None:
    assert (where, code) in codes(message)


@pytest.mark.parametrize("message", [pytest.param(one[1], id=one[0]) for one in ACCEPTED])
def test_discord_takes(message: Json) -> None:
    assert codes(message) == set()

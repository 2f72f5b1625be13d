"""What Discord refuses in rows of buttons and selects, row by row, and what it takes at the edge."""

import pytest

from .bodies import IN_ROW, Json, button, buttons, codes, link, option, row, select, with_components

REFUSED: list[tuple[str, Json, str, str]] = [
    (
        "six rows",
        with_components(*[row(button(custom_id=str(n))) for n in range(6)]),
        "components",
        "BASE_TYPE_MAX_LENGTH",
    ),
    ("six buttons in a row", with_components(row(*buttons(6))), "components.0.components", "BASE_TYPE_BAD_LENGTH"),
    ("an empty row", with_components(row()), "components.0.components", "BASE_TYPE_BAD_LENGTH"),
    ("a button outside a row", with_components(button()), "components.0.type", "BASE_TYPE_CHOICES"),
    (
        "a select beside a button",
        with_components(row(button(), select())),
        "components.0.components",
        "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
    ),
    ("a label of 81", with_components(row(button(label="x" * 81))), IN_ROW + ".label", "BASE_TYPE_MAX_LENGTH"),
    (
        "a custom id of 101",
        with_components(row(button(custom_id="x" * 101))),
        IN_ROW + ".custom_id",
        "BASE_TYPE_MAX_LENGTH",
    ),
    (
        "a button without a custom id",
        with_components(row(button(custom_id=None))),
        IN_ROW + ".custom_id",
        "BASE_TYPE_REQUIRED",
    ),
    (
        "a button with nothing on it",
        with_components(row(button(label=None))),
        IN_ROW,
        "BUTTON_COMPONENT_INVALID_LABEL_OR_EMOJI",
    ),
    ("a button of style 7", with_components(row(button(style=7))), IN_ROW + ".style", "BASE_TYPE_CHOICES"),
    (
        "a link with a custom id",
        with_components(row(link(custom_id="x"))),
        IN_ROW,
        "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
    ),
    (
        "a button with a link",
        with_components(row(button(url="https://a.org"))),
        IN_ROW,
        "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
    ),
    (
        "a link button without a link",
        with_components(row(link(url=None))),
        IN_ROW + ".url",
        "BUTTON_COMPONENT_URL_REQUIRED",
    ),
    (
        "a link to a host without a dot",
        with_components(row(link(url="http://localhost:8000/tasks"))),
        IN_ROW + ".url",
        "URL_TYPE_INVALID_URL",
    ),
    (
        "a link to javascript",
        with_components(row(link(url="javascript:alert(1)"))),
        IN_ROW + ".url",
        "URL_TYPE_INVALID_SCHEME",
    ),
    (
        "a link of 513",
        with_components(row(link(url="https://a.org/" + "x" * 500))),
        IN_ROW + ".url",
        "BASE_TYPE_MAX_LENGTH",
    ),
    (
        "the same custom id twice",
        with_components(row(button(), button())),
        "components.0.components.1.custom_id",
        "COMPONENT_CUSTOM_ID_DUPLICATED",
    ),
    (
        "the same custom id in another row",
        with_components(row(button()), row(button())),
        "components.1.components.0.custom_id",
        "COMPONENT_CUSTOM_ID_DUPLICATED",
    ),
    (
        "26 options",
        with_components(row(select(options=[option(str(n)) for n in range(26)]))),
        IN_ROW + ".options",
        "BASE_TYPE_BAD_LENGTH",
    ),
    ("a select without options", with_components(row(select(options=[]))), IN_ROW + ".options", "BASE_TYPE_BAD_LENGTH"),
    (
        "an option label of 101",
        with_components(row(select(options=[option("a", label="x" * 101)]))),
        IN_ROW + ".options.0.label",
        "BASE_TYPE_MAX_LENGTH",
    ),
    (
        "an option value twice",
        with_components(row(select(options=[option("a"), option("a")]))),
        IN_ROW + ".options.1.value",
        "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
    ),
    (
        "a placeholder of 151",
        with_components(row(select(placeholder="x" * 151))),
        IN_ROW + ".placeholder",
        "BASE_TYPE_MAX_LENGTH",
    ),
    ("26 values at most", with_components(row(select(max_values=26))), IN_ROW + ".max_values", "NUMBER_TYPE_MAX"),
    (
        "more at least than at most",
        with_components(row(select(min_values=2))),
        IN_ROW + ".min_values",
        "SELECT_COMPONENT_MIN_VALUES_ABOVE_MAX",
    ),
    (
        "two defaults where one may be chosen",
        with_components(row(select(options=[option("a", default=True), option("b", default=True)]))),
        IN_ROW + ".options",
        "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES",
    ),
    (
        "a text input in a message",
        with_components(row({"type": 4, "custom_id": "x", "style": 1})),
        IN_ROW + ".type",
        "BASE_TYPE_CHOICES",
    ),
]

ACCEPTED: list[tuple[str, Json]] = [
    (
        "five rows of five buttons",
        with_components(*[row(*[button(custom_id=f"{a}{b}") for b in range(5)]) for a in range(5)]),
    ),
    ("a label of 80 and a custom id of 100", with_components(row(button(label="x" * 80, custom_id="y" * 100)))),
    ("a button with an emoji alone", with_components(row(button(label=None, emoji={"name": "👍"})))),
    (
        "links into Discord and to the web",
        with_components(row(link(), link(url="discord://-/channels/1/2"), link(url="http://192.168.0.7:8000"))),
    ),
    ("the same link twice", with_components(row(link(), link()))),
    (
        "25 options, 25 of them at most",
        with_components(row(select(options=[option(str(n)) for n in range(25)], max_values=25))),
    ),
    ("an optional select", with_components(row(select(min_values=0, max_values=1)))),
]


@pytest.mark.parametrize(("message", "where", "code"), [pytest.param(*one[1:], id=one[0]) for one in REFUSED])
def test_discord_refuses(message: Json, where: str, code: str) -> None:
    assert (where, code) in codes(message)


@pytest.mark.parametrize("message", [pytest.param(one[1], id=one[0]) for one in ACCEPTED])
def test_discord_takes(message: Json) -> None:
    assert codes(message) == set()

"""What Discord refuses in application commands, modals and choices, row by row."""

from typing import Any

import pytest

from bot.sandbox.discord.limits_commands import check_command, check_commands, command_size
from bot.sandbox.discord.limits_modals import check_choices, check_modal

Json = dict[str, Any]


def command(**more: Any) -> Json:
    return {"name": "tasks", "description": "Tasks of Paperless"} | more


def option(name: str = "days", kind: int = 4, **more: Any) -> Json:
    return {"type": kind, "name": name, "description": "How many"} | more


def choices(number: int) -> list[Json]:
    return [{"name": str(index), "value": str(index)} for index in range(number)]


def subcommand(*options: Json, name: str = "run", kind: int = 1) -> Json:
    return option(name, kind, options=list(options))


LONG = [{"name": f"{number}" + "x" * 90, "value": "y" * 90} for number in range(5)]
BIG = [option(f"o{number}", 3, description="z" * 100, choices=LONG) for number in range(10)]

REFUSED: list[tuple[str, Json, str, str]] = [
    ("capitals", command(name="Tasks"), "name", "APPLICATION_COMMAND_INVALID_NAME"),
    ("a space in the name", command(name="my tasks"), "name", "APPLICATION_COMMAND_INVALID_NAME"),
    ("a dot in the name", command(name="tasks.run"), "name", "APPLICATION_COMMAND_INVALID_NAME"),
    ("a name of 33", command(name="x" * 33), "name", "BASE_TYPE_MAX_LENGTH"),
    ("no description", command(description=""), "description", "BASE_TYPE_REQUIRED"),
    ("a description of 101", command(description="x" * 101), "description", "BASE_TYPE_MAX_LENGTH"),
    ("an unknown type", command(type=9), "type", "BASE_TYPE_CHOICES"),
    (
        "a described context menu",
        command(type=3),
        "description",
        "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_INVALID",
    ),
    ("26 options", command(options=[option(f"o{n}") for n in range(26)]), "options", "BASE_TYPE_MAX_LENGTH"),
    (
        "two options of one name",
        command(options=[option(), option()]),
        "options.1.name",
        "APPLICATION_COMMAND_OPTIONS_NAME_INVALID",
    ),
    (
        "optional before required",
        command(options=[option("a"), option("b", required=True)]),
        "options.1",
        "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
    ),
    (
        "an option without description",
        command(options=[option(description="")]),
        "options.0.description",
        "BASE_TYPE_REQUIRED",
    ),
    ("an option of no known type", command(options=[option(kind=12)]), "options.0.type", "BASE_TYPE_CHOICES"),
    (
        "a subcommand beside an option",
        command(options=[subcommand(), option("b")]),
        "options",
        "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
    ),
    (
        "a group in a subcommand",
        command(options=[subcommand(subcommand(name="deep", kind=2))]),
        "options.0.options.0.type",
        "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
    ),
    ("26 choices", command(options=[option(kind=3, choices=choices(26))]), "options.0.choices", "BASE_TYPE_MAX_LENGTH"),
    (
        "a choice name of 101",
        command(options=[option(kind=3, choices=[{"name": "x" * 101, "value": "x"}])]),
        "options.0.choices.0.name",
        "BASE_TYPE_MAX_LENGTH",
    ),
    (
        "a choice value of 101",
        command(options=[option(kind=3, choices=[{"name": "x", "value": "x" * 101}])]),
        "options.0.choices.0.value",
        "BASE_TYPE_MAX_LENGTH",
    ),
    (
        "choices and autocomplete",
        command(options=[option(kind=3, choices=choices(1), autocomplete=True)]),
        "options.0.autocomplete",
        "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES_MUTUALLY_EXCLUSIVE",
    ),
    (
        "autocomplete of a file",
        command(options=[option(kind=11, autocomplete=True)]),
        "options.0.type",
        "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID",
    ),
    ("a text of 6001", command(options=[option(kind=3, max_length=6001)]), "options.0.max_length", "NUMBER_TYPE_MAX"),
    ("more than 8000 characters in all", command(options=BIG), "", "APPLICATION_COMMAND_TOO_LARGE"),
]


@pytest.mark.parametrize(("body", "where", "code"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED])
def test_discord_refuses_a_command_with(body: Json, where: str, code: str) -> None:
    found = {(".".join(map(str, one.path)), one.code) for one in check_command(body)}
    assert (where, code) in found


@pytest.mark.parametrize(
    "body",
    [
        command(),
        command(name="aufgaben-über_ich"),
        command(name="文書", description="x" * 100),
        {"name": "Send to Paperless", "type": 3},
        command(options=[option("a", required=True), option("b", 3, choices=choices(25))]),
        command(options=[subcommand(option()), subcommand(subcommand(name="deep"), name="group", kind=2)]),
        command(options=[option("file", 11, required=True)]),
    ],
)
def test_discord_takes_the_command(body: Json) -> None:
    assert check_command(body) == []


def test_the_size_of_a_command_counts_names_descriptions_and_choices() -> None:
    assert command_size({"name": "ab", "description": "cde", "options": [option("f", 3, choices=choices(2))]}) == 18


def test_a_list_of_commands_has_unique_names_of_each_kind_and_at_most_100() -> None:
    twice = check_commands([command(), command()])
    assert [(violation.path, violation.code) for violation in twice] == [
        ((1, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME")
    ]
    assert check_commands([command(), {"name": "tasks", "type": 3}]) == []
    many = check_commands([command(name=f"c{number}") for number in range(101)])
    assert [violation.code for violation in many] == ["APPLICATION_COMMANDS_MAXIMUM_REACHED"]
    assert check_commands([command(), command(name="Bad")])[0].path == (1, "name")


def text_input(**more: Any) -> Json:
    return {"type": 4, "custom_id": "reason", "style": 1} | more


def label(component: Json | None, **more: Any) -> Json:
    return {"type": 18, "label": "Reason", "component": component} | more


def modal(*components: Json, **more: Any) -> Json:
    return {"title": "Why?", "custom_id": "why", "components": list(components)} | more


MODALS_REFUSED: list[tuple[str, Json, str]] = [
    ("a title of 46", modal(label(text_input()), title="x" * 46), "title"),
    ("no custom id", modal(label(text_input()), custom_id=""), "custom_id"),
    ("nothing in it", modal(), "components"),
    ("six fields", modal(*[label(text_input(custom_id=str(n))) for n in range(6)]), "components"),
    ("a button", modal({"type": 2, "style": 1, "label": "x", "custom_id": "x"}), "components.0.type"),
    ("a label of 46", modal(label(text_input(), label="x" * 46)), "components.0.label"),
    ("a label of nothing", modal(label(None)), "components.0.component"),
    ("a label of a text", modal(label({"type": 10, "content": "x"})), "components.0.component.type"),
    ("a placeholder of 101", modal(label(text_input(placeholder="x" * 101))), "components.0.component.placeholder"),
    ("a value of 4001", modal(label(text_input(value="x" * 4001))), "components.0.component.value"),
    ("min above max", modal(label(text_input(min_length=9, max_length=3))), "components.0.component.min_length"),
    (
        "two inputs in a row",
        modal({"type": 1, "components": [text_input(label="a"), text_input(label="b", custom_id="b")]}),
        "components.0.components",
    ),
    (
        "an input in a row without label",
        modal({"type": 1, "components": [text_input()]}),
        "components.0.components.0.label",
    ),
    ("one custom id twice", modal(label(text_input()), label(text_input())), "components.1.component.custom_id"),
]


@pytest.mark.parametrize(("body", "where"), [pytest.param(*row[1:], id=row[0]) for row in MODALS_REFUSED])
def test_discord_refuses_a_modal_with(body: Json, where: str) -> None:
    assert where in {".".join(map(str, one.path)) for one in check_modal(body)}


def test_discord_takes_a_modal_of_labels_rows_and_texts() -> None:
    row = {"type": 1, "components": [text_input(label="Old", custom_id="old")]}
    upload = label({"type": 19, "custom_id": "files", "max_values": 10})
    assert check_modal(modal({"type": 10, "content": "Read this"}, label(text_input()), row, upload)) == []


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"choices": choices(26)}, "choices"),
        ({"choices": [{"name": "", "value": "x"}]}, "choices.0.name"),
        ({"choices": [{"name": "x" * 101, "value": "x"}]}, "choices.0.name"),
        ({"choices": [{"name": "x", "value": "x" * 101}]}, "choices.0.value"),
        ({"choices": [{"name": "x"}]}, "choices.0.value"),
    ],
)
def test_discord_refuses_choices(body: Json, where: str) -> None:
    assert [".".join(map(str, one.path)) for one in check_choices(body)] == [where]


def test_discord_takes_25_choices_and_numbers() -> None:
    assert check_choices({"choices": choices(25)}) == check_choices({"choices": [{"name": "x", "value": 5}]}) == []

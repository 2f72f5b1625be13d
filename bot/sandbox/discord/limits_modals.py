"""What Discord refuses in a modal, and in the choices of an autocomplete. Pure."""

from collections.abc import Sequence

from bot.sandbox.discord.errors import Json, Path, Violation
from bot.sandbox.discord.findings import Findings
from bot.sandbox.discord.limits_components import CUSTOM_ID, ROW, SELECTS, TEXT, Components, check_unique

TEXT_INPUT, LABEL, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 4, 18, 19, 21, 22, 23
IN_LABEL = (TEXT_INPUT, *SELECTS, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX)
TITLE, TOP_LEVEL, FIELD_LABEL, FIELD_DESCRIPTION, INPUT_TEXT, PLACEHOLDER = 45, 5, 45, 100, 4000, 100
CHOICES, CHOICE_NAME, CHOICE_VALUE = 25, 100, 100


def check_modal(modal: Json) -> list[Violation]:
    found = _Fields()
    found.text(("title",), modal.get("title"), least=1, most=TITLE)
    found.text(("custom_id",), modal.get("custom_id"), least=1, most=CUSTOM_ID)
    components = modal.get("components") or []
    found.amount(("components",), components, least=1, most=TOP_LEVEL)
    found.children(("components",), components, (ROW, TEXT, LABEL))
    check_unique(found, ("components",), components)
    return found


def check_choices(data: Json) -> list[Violation]:
    found = Findings()
    choices: Sequence[Json] = data.get("choices") or []
    found.amount(("choices",), choices, most=CHOICES)
    for index, choice in enumerate(choices):
        found.text(("choices", index, "name"), choice.get("name"), least=1, most=CHOICE_NAME)
        if isinstance(choice.get("value"), str):
            found.text(("choices", index, "value"), choice["value"], least=1, most=CHOICE_VALUE)
        elif choice.get("value") is None:
            found.required(("choices", index, "value"))
    return found


class _Fields(Components):
    def __init__(self) -> None:
        super().__init__()
        self.checks |= {
            ROW: self._input_row,
            TEXT_INPUT: self._text_input,
            LABEL: self._label,
            FILE_UPLOAD: lambda at, one: self.several(at, one, most=10),
            RADIO_GROUP: lambda at, one: self.options(at, one, least=2, most=10),
            CHECKBOX_GROUP: lambda at, one: self.options(at, one, least=1, most=10),
        }

    def _input_row(self, at: Path, row: Json) -> None:
        inner = row.get("components") or []
        self.amount((*at, "components"), inner, least=1, most=1)
        self.children((*at, "components"), inner, (TEXT_INPUT,))
        for index, one in enumerate(inner):
            self.text((*at, "components", index, "label"), one.get("label"), least=1, most=FIELD_LABEL)

    def _label(self, at: Path, label: Json) -> None:
        self.text((*at, "label"), label.get("label"), least=1, most=FIELD_LABEL)
        self.text((*at, "description"), label.get("description"), most=FIELD_DESCRIPTION)
        if label.get("component") is None:
            self.required((*at, "component"))
        else:
            self.one((*at, "component"), label["component"], IN_LABEL)

    def _text_input(self, at: Path, field: Json) -> None:
        self.choice((*at, "style"), field.get("style"), (1, 2))
        self.text((*at, "value"), field.get("value"), most=INPUT_TEXT)
        self.text((*at, "placeholder"), field.get("placeholder"), most=PLACEHOLDER)
        self.number((*at, "min_length"), field.get("min_length"), least=0, most=INPUT_TEXT)
        self.number((*at, "max_length"), field.get("max_length"), least=1, most=INPUT_TEXT)
        least, most = field.get("min_length") or 0, field.get("max_length") or INPUT_TEXT
        if least > most:
            self.add((*at, "min_length"), "TEXT_INPUT_MIN_LENGTH_ABOVE_MAX", "min_length must not exceed max_length")

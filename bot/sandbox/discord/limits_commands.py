"""What Discord refuses in application commands. Pure.

https://docs.discord.com/developers/interactions/application-commands
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence

from bot.sandbox.discord.errors import Json, Path, Violation
from bot.sandbox.discord.findings import Findings

CHAT_INPUT, USER, MESSAGE = 1, 2, 3
SUBCOMMAND, GROUP, STRING, INTEGER, NUMBER = 1, 2, 3, 4, 10
OPTION_TYPES = tuple(range(1, 12))
NAME, DESCRIPTION, OPTIONS, CHOICES, CHOICE_TEXT, STRING_LENGTH, SIZE = 32, 100, 25, 25, 100, 6000, 8000
IN_SCOPE = {CHAT_INPUT: 100, USER: 15, MESSAGE: 15}


def check_commands(commands: Sequence[Json]) -> list[Violation]:
    """Of a whole scope, as a bulk overwrite sends it; paths start with the command's place in the list."""
    found = Findings()
    kinds = Counter(command.get("type") or CHAT_INPUT for command in commands)
    for kind, most in IN_SCOPE.items():
        if kinds[kind] > most:
            text = f"Maximum number of application commands reached ({most})."
            found.add((), "APPLICATION_COMMANDS_MAXIMUM_REACHED", text)
    _check_duplicates(
        found, (), commands, "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique"
    )
    for index, command in enumerate(commands):
        found += [Violation((index, *one.path), one.code, one.message) for one in check_command(command)]
    return found


def check_command(command: Json) -> list[Violation]:
    found = Findings()
    kind = command.get("type") or CHAT_INPUT
    if not found.choice(("type",), kind, (CHAT_INPUT, USER, MESSAGE)):
        return found
    found.text(("name",), command.get("name"), least=1, most=NAME)
    if kind == CHAT_INPUT:
        _check_name(found, ("name",), command.get("name"))
        found.text(("description",), command.get("description"), least=1, most=DESCRIPTION)
        _check_options(found, ("options",), command.get("options") or [], depth=0)
    else:
        for key in ("description", "options"):
            if command.get(key):
                text = f"Context menu commands cannot have {key}"
                found.add((key,), f"APPLICATION_COMMAND_CONTEXT_MENU_{key.upper()}_INVALID", text)
    if command_size(command) > SIZE:
        found.add((), "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({SIZE})")
    return found


def command_size(command: Json) -> int:
    """Names, descriptions and choice values, with those of the options: 8000 in all."""
    own = len(command.get("name") or "") + len(command.get("description") or "")
    for choice in command.get("choices") or []:
        own += len(str(choice.get("name"))) + len(str(choice.get("value")))
    return own + sum(map(command_size, command.get("options") or []))


def _check_name(found: Findings, at: Path, name: str | None) -> None:
    if not name or len(name) > NAME:
        return
    if not all(_fits(character) for character in name) or name != name.lower():
        text = "Command name is invalid"
        found.add(at, "APPLICATION_COMMAND_INVALID_NAME", text)


def _fits(character: str) -> bool:
    """A letter or digit of any script (with the vowel signs of Devanagari and Thai), or one of - _ '"""
    if character in "-_'":
        return True
    named = unicodedata.name(character, "")
    return unicodedata.category(character)[0] in "LN" or named.startswith(("DEVANAGARI", "THAI"))


def _check_options(found: Findings, at: Path, options: Sequence[Json], *, depth: int) -> None:
    found.amount(at, options, most=OPTIONS)
    _check_duplicates(found, at, options, "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option names must be unique")
    nested = [option.get("type") in (SUBCOMMAND, GROUP) for option in options]
    if any(nested) and not all(nested):
        text = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        found.add(at, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", text)
    optional_seen = False
    for index, option in enumerate(options):
        _check_option(found, (*at, index), option, depth=depth)
        if option.get("required") and optional_seen:
            text = "Required options must be placed before non-required options"
            found.add((*at, index), "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", text)
        optional_seen = optional_seen or not option.get("required")


def _check_option(found: Findings, at: Path, option: Json, *, depth: int) -> None:
    kind = option.get("type")
    if not found.choice((*at, "type"), kind, OPTION_TYPES):
        return
    found.text((*at, "name"), option.get("name"), least=1, most=NAME)
    _check_name(found, (*at, "name"), option.get("name"))
    found.text((*at, "description"), option.get("description"), least=1, most=DESCRIPTION)
    if kind in (SUBCOMMAND, GROUP):
        if depth + (kind == GROUP) > 1 or (kind == GROUP and depth):
            text = "Sub-command groups cannot be nested"
            found.add((*at, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", text)
        _check_options(found, (*at, "options"), option.get("options") or [], depth=depth + 1)
    _check_choices(found, at, option)
    if kind == STRING:
        found.number((*at, "min_length"), option.get("min_length"), least=0, most=STRING_LENGTH)
        found.number((*at, "max_length"), option.get("max_length"), least=1, most=STRING_LENGTH)


def _check_choices(found: Findings, at: Path, option: Json) -> None:
    choices = option.get("choices") or []
    if choices and option.get("autocomplete"):
        text = "Choices and autocomplete are mutually exclusive"
        found.add((*at, "autocomplete"), "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES_MUTUALLY_EXCLUSIVE", text)
    if (choices or option.get("autocomplete")) and option.get("type") not in (STRING, INTEGER, NUMBER):
        text = "Only string, integer and number options can have choices or autocomplete"
        found.add((*at, "type"), "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", text)
    found.amount((*at, "choices"), choices, most=CHOICES)
    _check_duplicates(
        found, (*at, "choices"), choices, "APPLICATION_COMMAND_OPTIONS_CHOICES_NAME_INVALID", "Names must be unique"
    )
    for index, choice in enumerate(choices):
        path: Path = (*at, "choices", index)
        found.text((*path, "name"), choice.get("name"), least=1, most=CHOICE_TEXT)
        if isinstance(choice.get("value"), str):
            found.text((*path, "value"), choice["value"], most=CHOICE_TEXT)


def _check_duplicates(found: Findings, at: Path, items: Sequence[Json], code: str, text: str) -> None:
    seen: set[tuple[object, object]] = set()
    for index, item in enumerate(items):
        key = (item.get("name"), (item.get("type") or CHAT_INPUT) if not at else None)
        if key in seen:
            found.add((*at, index, "name"), code, text)
        seen.add(key)

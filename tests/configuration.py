"""The reference of the configuration and its example, written from the models (`bot/sections.py`).

`python -m tests.configuration` writes docs/configuration.md and config.example.toml anew; tests/test_configuration.py
says when they are out of date.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.config import ENV_PREFIX, Settings
from bot.keys import Section
from bot.paperless.models import TaskType, TriggerSource
from bot.sections import FailuresSection, PaperlessSection, QuietHours, Route

ROOT = Path(__file__).resolve().parents[1]
REFERENCE, EXAMPLE = ROOT / "docs" / "configuration.md", ROOT / "config.example.toml"
BEGIN, END = "<!-- keys: begin -->\n", "<!-- keys: end -->\n"
SERVER = "home"
COLUMN = 44
SWITCHED_ON = {"access"}  # what everybody has to fill in, though it has a default
EXAMPLE_HEAD = """\
# Copy to config.toml and fill in; a line with a # tells a default or an example. Every key, what it may be and its
# environment variable: docs/configuration.md. `python -m bot check` looks it over.
"""


@dataclass(frozen=True, kw_only=True)
class Key:
    """`path` as in TOML; `schema` as pydantic describes the field; `secret`: there is a `<key>_file` beside it.

    `example`: as TOML and JSON have it; the default where it says enough.
    """

    path: tuple[str, ...]
    schema: dict[str, Any]
    example: Any
    required: bool
    secret: bool

    @property
    def name(self) -> str:
        return self.path[-1]

    @property
    def meaning(self) -> str:
        if "description" not in self.schema:
            raise ValueError(f"{'.'.join(self.path)}: give the field a description in bot/sections.py")
        return str(self.schema["description"])

    @property
    def variable(self) -> str:
        return ENV_PREFIX + "__".join(self.path).upper()


def sections() -> dict[str, type[Section]]:
    """Every table by its name in TOML, in the order of the settings; the ones inside others after them."""
    found: dict[str, type[Section]] = {}
    for name, field in Settings.model_fields.items():
        found[name if name != "paperless" else f"paperless.{SERVER}"] = (
            PaperlessSection if name == "paperless" else _section(field.annotation)
        )
        if name == "failures":
            found["failures.quiet_hours"], found["failures.routes"] = QuietHours, Route
    return found


def _section(annotation: Any) -> type[Section]:
    assert isinstance(annotation, type)
    assert issubclass(annotation, Section)
    return annotation


def keys(table: str, section: type[Section]) -> Iterator[Key]:
    schema = section.model_json_schema()
    for name, described in schema["properties"].items():
        yield Key(
            path=(*table.split("."), name),
            schema=described,
            # Not the schema's: that sorts the keys of a table.
            example=(section.model_fields[name].examples or [described.get("default", "")])[0],
            required=name in schema.get("required", ()),
            secret=name in section.secrets(),
        )


# --- docs/configuration.md


def reference() -> str:
    return "\n".join(_table(table, section) for table, section in sections().items())


def _table(table: str, section: type[Section]) -> str:
    title = f"[[{table}]]" if section is Route else f"[{table}]"
    words = " ".join((section.__doc__ or "").split())
    # A route says again what its channel may be told: it is the section above that explains it.
    own = [key for key in keys(table, section) if section is not Route or key.name not in FailuresSection.model_fields]
    also = ""
    if section is Route:
        shared = [f"`{key.name}`" for key in keys(table, section) if key.name in FailuresSection.model_fields]
        also = f"- {', '.join(shared)}: as in `[failures]`, for this route; `channel_id` must be set.\n"
    return f"### `{title}`\n\n{words}\n\n{''.join(map(_entry, own))}{also}"


def _entry(key: Key) -> str:
    lines = [f"- **`{key.name}`**: {key.meaning}.", f"  {kind(key.schema)}; {_default(key)}."]
    if "examples" in key.schema and key.example not in ("", []):
        lines.append(f"  Example: `{key.name} = {toml(key.example)}`.")
    if "routes" not in key.path[:-1]:
        also = f", or a file that `{key.name}_file` or `{key.variable}_FILE` names" if key.secret else ""
        lines.append(f"  Variable: `{key.variable}`{also}.")
    return "\n".join(lines) + "\n"


def _default(key: Key) -> str:
    if key.required:
        return "must be set"
    default = key.schema.get("default")
    return "by default none" if default in (None, [], "", {}) else f"by default `{toml(default)}`"


def kind(schema: dict[str, Any]) -> str:
    """What a value may be, in words."""
    if "anyOf" in schema:
        return kind(schema["anyOf"][0])
    if "$ref" in schema:
        return _named(schema["$ref"].rpartition("/")[2])
    if "enum" in schema:
        return " or ".join(f"`{toml(value)}`" for value in schema["enum"])
    if schema["type"] == "array":
        return f"List, each: {kind(schema['items']).lower().replace('discord', 'Discord')}"
    if schema["type"] == "object":
        return _map(schema)
    words = {"string": "Text", "integer": "Whole number", "number": "Number", "boolean": "`true` or `false`"}
    formats = {
        "discord-id": "Discord id",
        "password": "Text, secret",
        "path": "Path of a file",
        "time": 'Time, "HH:MM"',
    }
    return formats.get(schema.get("format", ""), words[schema["type"]] + _range(schema))


def _named(name: str) -> str:
    return {
        "QuietHours": "Table, see [below](#failuresquiet_hours)",
        "Route": "table, see [below](#failuresroutes)",
        "TaskType": "a [type of task](#words)",
        "TriggerSource": "a [source](#words)",
        "TaskStatus": "a [status](#words)",
    }[name]


def _map(schema: dict[str, Any]) -> str:
    names = _named(schema["propertyNames"]["$ref"].rpartition("/")[2]) if "propertyNames" in schema else "name"
    return f"Table: {names} and {kind(schema['additionalProperties']).lower()}"


def _range(schema: dict[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if "exclusiveMinimum" in schema:
        return f" above {schema['exclusiveMinimum']:,}"
    if low is None:
        return ""
    return f", at least {low:,}" if high is None else f" from {low:,} to {high:,}"


# --- config.example.toml


def example() -> str:
    tables = [
        _example_table(table, section) for table, section in sections().items() if table != "failures.quiet_hours"
    ]
    return EXAMPLE_HEAD + "".join(tables)


def _example_table(table: str, section: type[Section]) -> str:
    if section is Route:
        own = [key for key in keys(table, section) if key.required or key.name not in FailuresSection.model_fields]
        return (
            "\n"
            + _commented("# [[failures.routes]]", "the first that matches is taken")
            + "".join(map(_example_line, own))
        )
    lines = [_example_line(key) for key in keys(table, section) if key.name != "routes"]
    return "\n" + _commented(f"[{table}]", _said_plainly(section)) + "".join(lines)


def _said_plainly(section: type[Section]) -> str:
    """The words of a section without Markdown."""
    words = " ".join((section.__doc__ or "").split()).rstrip(".")
    return re.sub(r"\[[^]]+\]\(([^)]+)\)", r"docs/\1", words).replace("`", "").replace("*", "")


def _example_line(key: Key) -> str:
    on = (key.required and "routes" not in key.path) or key.path[0] in SWITCHED_ON
    comment = key.meaning
    if key.secret and "password" in str(key.schema):
        comment += f"; or {key.name}_file"
    return _commented(f"{'' if on else '# '}{key.name} = {toml(key.example)}", comment)


def _commented(line: str, comment: str) -> str:
    return f"{line:{COLUMN}}# {comment}\n" if len(line) < COLUMN else f"{line}  # {comment}\n"


def toml(value: Any) -> str:
    if isinstance(value, dict):
        bare = {name: name if name.replace("_", "").isalnum() else json.dumps(name) for name in value}
        return f"{{ {', '.join(f'{bare[name]} = {toml(one)}' for name, one in value.items())} }}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    return json.dumps(value)


def words() -> str:
    """Paperless-ngx's own, which some keys take."""
    named: dict[str, Iterable[str]] = {
        "Types of task": TaskType,
        "Sources": TriggerSource,
        "Statuses of what is told": ("failure", "revoked"),
    }
    return "".join(f"- {name}: {', '.join(f'`{value}`' for value in values)}.\n" for name, values in named.items())


def current() -> str:
    return REFERENCE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]


def generated() -> str:
    return f"{reference()}\n## Words\n\n{words()}"


def main() -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    REFERENCE.write_text(head + BEGIN + generated() + END + rest.split(END)[1], encoding="utf-8")
    EXAMPLE.write_text(example(), encoding="utf-8")


if __name__ == "__main__":
    main()

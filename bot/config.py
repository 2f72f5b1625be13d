"""The configuration: `config.toml`, each key also as environment variable `BOT_SECTION__KEY`.

Every mistake of a file is reported at once, each with its key; an unknown key is a mistake. The models are frozen:
what was read at the start holds until the end.
"""

import difflib
import json
import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Self, get_args
from urllib.parse import unquote

from pydantic import BaseModel, Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.keys import Mistake
from bot.sections import (
    AccessSection,
    AuditSection,
    DatabaseSection,
    DigestSection,
    DiscordSection,
    FailuresSection,
    HealthSection,
    LimitsSection,
    PaperlessSection,
    UploadSection,
)
from bot.ui import redaction

ENV_PREFIX = "BOT_"
WHOLE = "whole_sentence"
"""Of pydantic's errors those whose message begins with its key already."""
PLACEHOLDER = re.compile(r"\$\{\w+\}")


class ConfigError(Exception):
    """One or more mistakes in the configuration; `mistakes` holds a sentence for each, starting with its key."""

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(mistakes))


class Environment(EnvSettingsSource):
    """Variables have no case: what they say of a server is said of the one that the file names, in whatever case."""

    def __init__(self, settings_cls: type[BaseSettings], file: dict[str, Any]) -> None:
        super().__init__(settings_cls)
        self._file = file
        servers = file.get("paperless")
        self._names = {name.lower(): name for name in servers} if isinstance(servers, dict) else {}

    def __call__(self) -> dict[str, Any]:
        found = super().__call__()
        if isinstance(servers := found.get("paperless"), dict):
            found["paperless"] = {self._names.get(name.lower(), name): section for name, section in servers.items()}
        _take_the_place(found, self._file)
        return found

    def decode_complex_value(self, field_name: str, field: FieldInfo | None, value: Any) -> Any:
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            if field is None:  # `token_file`, say: text, beside the fields that there are
                raise
            return Mistake(text="is a list or a table, and as a variable JSON, such as [4000000000000000004]")


def _take_the_place(found: dict[str, Any], file: dict[str, Any]) -> None:
    """A secret that is a variable wins over the file's, also where one is given as a file and the other is not."""
    for key, value in list(found.items()):
        in_file = file.get(key)
        if isinstance(value, dict) and isinstance(in_file, dict):
            _take_the_place(value, in_file)
        other = key.removesuffix("_file") if key.endswith("_file") else f"{key}_file"
        if other in file and other not in found:
            found[other] = ""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix=ENV_PREFIX,
        env_nested_delimiter="__",
        nested_model_default_partial_update=True,
    )

    discord: DiscordSection
    paperless: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")], PaperlessSection] = Field(
        min_length=1
    )
    failures: FailuresSection
    access: AccessSection = AccessSection()
    audit: AuditSection = AuditSection()
    limits: LimitsSection = LimitsSection()
    upload: UploadSection = UploadSection()
    digest: DigestSection = DigestSection()
    database: DatabaseSection = DatabaseSection()
    health: HealthSection = HealthSection()

    @field_validator("failures")
    @classmethod
    def _routes_name_servers(cls, failures: FailuresSection, info: ValidationInfo) -> FailuresSection:
        """Where the servers themselves are right: else it would say that the one that is meant is not there."""
        for number, route in enumerate(failures.routes):
            unknown = sorted(set(route.servers) - set(info.data.get("paperless", route.servers)))
            if unknown:
                raise PydanticCustomError(
                    WHOLE, f"failures.routes.{number}.servers: no [paperless.{unknown[0]}] in this file"
                )
        return failures

    @model_validator(mode="after")
    def _secrets_are_masked(self) -> Self:
        """From here on, wherever they stand."""
        redaction.remember(self.secrets())
        return self

    def secrets(self) -> set[str]:
        """All that must not be shown: tokens, headers, the password of the database (as it is, and as in the URL).

        A header that says what an address says anyway, such as Host, is none.
        """
        addresses = " ".join(f"{one.url} {one.link_base}" for one in self.paperless.values())
        password = self.database.url.partition("://")[2].rpartition("@")[0].partition(":")[2]
        found = {*_secrets_in(self), password, unquote(password)}
        return {secret for secret in found if secret and secret not in addresses}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = init_settings.init_kwargs if isinstance(init_settings, InitSettingsSource) else {}
        return Environment(settings_cls, file), init_settings


def _secrets_in(value: Any) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, BaseModel):
        for _, inner in value:
            yield from _secrets_in(inner)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _secrets_in(inner)


NUMBER = "must be a number; of a role, channel or server of Discord the id: right click, Copy ID"
WORDS = {
    "missing": "missing",
    "too_short": "missing: name a server, such as [paperless.home]",
    "string_pattern_mismatch": "a server's name has up to 32 letters, digits, _ and -",
    "int_parsing": NUMBER,
    "int_type": NUMBER,
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "string_type": "must be text, in quotes",
    "tuple_type": "must be a list, in square brackets",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
}
"""For what pydantic says in words of Python's."""


def sentences(error: ValidationError) -> list[str]:
    """One for each mistake, beginning with its key."""
    return [_sentence(mistake) for mistake in error.errors(include_url=False)]


def _sentence(error: Any) -> str:
    loc, wrong = error["loc"], error["input"]
    if isinstance(wrong, Mistake) and wrong.key is not None:
        loc = (*loc[:-1], wrong.key)
    key = "" if error["type"] == WHOLE else ".".join(str(part) for part in loc if part != "[key]")
    message = redaction.redact(_message(error).replace("Input should be", "must be"))
    return f"{key}: {message}" if key else message


def _message(error: Any) -> str:
    if isinstance(wrong := error["input"], Mistake):
        return wrong.text
    if error["type"] == "extra_forbidden":
        return f"unknown key: {_known_instead(error['loc'])}"
    if len(error["loc"]) == 2 and error["loc"][0] == "paperless" and error["type"].startswith("model_"):
        return "stands in no server's table: write [paperless.home], or another name, instead of [paperless]"
    message: str = WORDS.get(error["type"], error["msg"])
    return message.removeprefix("Value error, ")


def _known_instead(loc: tuple[int | str, ...]) -> str:
    """What an unknown key may have been meant to be."""
    section: type[BaseModel] = Settings
    for part in loc[:-1]:
        if part in section.model_fields:  # else the name of a server, or a number in a list
            section = _section_in(section.model_fields[str(part)].annotation) or section
    close = difflib.get_close_matches(str(loc[-1]), section.model_fields, n=1)
    return f"is it {close[0]}?" if close else "see config.example.toml for those there are"


def _section_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _section_in(inner))), None)


def _placeholders(values: Any, *path: str) -> Iterator[str]:
    """Of whom who expects that `${NAME}` is filled in, as Docker Compose does in its own file."""
    if isinstance(values, dict):
        for key, value in values.items():
            yield from _placeholders(value, *path, key)
    elif isinstance(values, str) and (found := PLACEHOLDER.search(values)):
        variable = ENV_PREFIX + "__".join(path).upper()
        yield f"{'.'.join(path)}: {found[0]} is not filled in here: set the variable {variable} instead of this key"


def _unknown_sections() -> Iterator[str]:
    """Variables that look like ours and name no section: pydantic-settings would pass over them in silence."""
    for name in sorted(name for name in os.environ if name.startswith(ENV_PREFIX)):
        section, separator, _ = name.removeprefix(ENV_PREFIX).partition("__")
        if separator and section.lower() not in Settings.model_fields:
            yield f"{name}: unknown key: there is no section [{section.lower()}]"
        first, single, key = section.partition("_")
        if not separator and single and first.lower() in Settings.model_fields:
            yield f"{name}: unknown key: two underscores follow the section, is it {ENV_PREFIX}{first}__{key}?"


def load(path: Path | None) -> Settings:
    """The settings of `path` (TOML; None: environment alone), overridden by the environment.

    Raises ConfigError with every mistake found.
    """
    values: dict[str, Any] = {}
    if path is not None:
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            raise ConfigError([f"{path}: no such file; copy config.example.toml to it and fill it in"]) from None
        except OSError as error:
            raise ConfigError([f"{path}: cannot be read: {error.strerror}"]) from None
        except UnicodeDecodeError:
            raise ConfigError([f"{path}: not UTF-8: save it in this encoding"]) from None
        except (ValueError, RecursionError) as error:  # nested too deeply, or a number of too many digits
            raise ConfigError([f"{path}: not valid TOML: {error}"]) from None
    mistakes = [*_placeholders(values), *_unknown_sections()]
    try:
        settings = Settings(**values)
    except ValidationError as error:
        mistakes += sentences(error)
    if mistakes:
        raise ConfigError(mistakes)
    return settings

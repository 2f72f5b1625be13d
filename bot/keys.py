"""What the keys of the configuration have in common: the kinds of values, and secrets that lie in files."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from yarl import URL

from bot.paperless.models import OpenStrEnum, TaskStatus, TaskType, TriggerSource


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """Stands where a value should, and is of no type that a key has: so it is told among all the others, as `text`, of
    the key beside it that is named here, if one is."""

    text: str
    key: str | None = None


def _whole(value: object) -> object:
    """What pydantic takes for a number as well: true is 1, and 2000000000000000002.0 has lost its last digits."""
    return Mistake(text="must be a whole number") if isinstance(value, bool | float) else value


Snowflake = Annotated[int, Field(ge=1, lt=2**63, json_schema_extra={"format": "discord-id"}), BeforeValidator(_whole)]
TEN_YEARS = 315_360_000  # seconds; what is longer does not fit into a date


class Section(BaseModel):
    """A table of the configuration. Of each secret `key` there is a `key_file`: Docker's and systemd's are files."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def secrets(cls) -> list[str]:
        """The keys whose values are not to be shown."""
        kinds = (SecretStr, SecretStr | None)
        return [name for name, field in cls.model_fields.items() if not field.repr or field.annotation in kinds]

    @model_validator(mode="before")
    @classmethod
    def _secrets_from_files(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        values = dict(values)
        for key in cls.secrets():
            if path := values.pop(f"{key}_file", None):
                # A section that has defaults is read on top of them.
                alone = values.get(key) in (None, "", cls.model_fields[key].default)
                values[key] = (
                    _text_of(key, path) if alone else Mistake(text=f"set either {key} or {key}_file, not both")
                )
        return values

    @model_validator(mode="before")
    @classmethod
    def _a_yes_is_no_number(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        numbers = {name for name, field in cls.model_fields.items() if field.annotation in (int, float)}
        wrong = {name for name in numbers if isinstance(values.get(name), bool)}
        return {**values, **dict.fromkeys(wrong, Mistake(text="must be a number"))}


def _text_of(key: str, path: object) -> str | Mistake:
    file_key = f"{key}_file"
    if not isinstance(path, str):
        return Mistake(key=file_key, text="must be the path of a file, in quotes")
    try:
        return Path(path).read_text(encoding="utf-8-sig").strip()
    except OSError as error:
        return Mistake(key=file_key, text=f"{path} cannot be read: {error.strerror}")
    except ValueError:
        return Mistake(key=file_key, text=f"{path} is no text in UTF-8")


def _known(value: OpenStrEnum) -> OpenStrEnum:
    if not value.known:
        raise ValueError(f"{value.value!r} is none of {', '.join(sorted(type(value)))}")
    return value


KnownTaskType = Annotated[TaskType, AfterValidator(_known)]
KnownTriggerSource = Annotated[TriggerSource, AfterValidator(_known)]
KnownStatus = Annotated[TaskStatus, AfterValidator(_known)]


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{name!r} is no IANA time zone, such as Europe/Berlin") from None
    return name


Timezone = Annotated[str, AfterValidator(_timezone)]


HOST = re.compile(r"""[^\s/?#@<>"\\^`{|}\x00-\x20\x7f]+""")


def _http_url(url: str) -> str:
    try:
        parsed = URL(url)
    except ValueError:
        parsed = URL()
    if parsed.scheme not in ("http", "https") or not HOST.fullmatch(parsed.host or ""):
        raise ValueError(f"{url!r} is not a URL that starts with http:// or https://")
    if parsed.user or parsed.password or parsed.query_string or parsed.fragment:
        raise ValueError("must hold no user name, password, query or fragment")
    return url.rstrip("/")


HttpUrl = Annotated[str, AfterValidator(_http_url)]


def is_one_word(text: str) -> bool:
    """Of what a token is made."""
    return text.isascii() and text.isprintable() and " " not in text


HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def _can_be_sent(headers: dict[str, SecretStr]) -> dict[str, SecretStr]:
    for name, value in headers.items():
        if not HEADER_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a header: letters, digits and - alone")
        if any(unicodedata.category(character) == "Cc" for character in value.get_secret_value()):
            raise ValueError(f"{name} contains a line break or the like")
    return headers


Headers = Annotated[dict[str, SecretStr], AfterValidator(_can_be_sent)]


SERVER_OPTIONS = {"sslmode", "ssl", "passfile", "target_session_attrs", "krbsrvname", "gsslib", "host", "port"}
"""Of the address of a PostgreSQL: what asyncpg takes as text."""


def _database_url(url: str) -> str:
    if not url.startswith(("sqlite:///", "postgresql://")):
        raise ValueError("must start with sqlite:/// or postgresql://")
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):  # whose text would hold the password
        raise ValueError("is no address, such as postgresql://host:5432/name") from None
    if address.get_backend_name() == "sqlite" and address.database in (None, "", ":memory:"):
        raise ValueError("names no file, and what the bot has told must outlive it: sqlite:///bot.db")
    unknown = set(address.query) - (SERVER_OPTIONS if address.get_backend_name() == "postgresql" else set())
    if unknown:
        raise ValueError(f"takes no {min(unknown)} behind its ?")
    if address.port is not None and not 0 < address.port < 65536:
        raise ValueError("has a port that no machine has: they end with 65535")
    return url


DatabaseUrl = Annotated[str, AfterValidator(_database_url)]

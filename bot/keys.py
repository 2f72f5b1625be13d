"""What the keys of the configuration have in common: the kinds of values, and secrets that lie in files."""

from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator
from yarl import URL

from bot.paperless.models import OpenStrEnum, TaskStatus, TaskType, TriggerSource

Snowflake = Annotated[int, Field(ge=1, lt=2**63, json_schema_extra={"format": "discord-id"})]


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
                if values.get(key) not in (None, "", cls.model_fields[key].default):
                    raise ValueError(f"set either {key} or {key}_file, not both")
                values[key] = _text_of(key, path)
        return values


def _text_of(key: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ValueError(f"{key}_file {path} cannot be read: {error.strerror}") from None


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


def _http_url(url: str) -> str:
    try:
        parsed = URL(url)
    except ValueError:
        parsed = URL()
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ValueError(f"{url!r} is not a URL that starts with http:// or https://")
    if parsed.user or parsed.password or parsed.query_string or parsed.fragment:
        raise ValueError("must hold no user name, password, query or fragment")
    return url.rstrip("/")


HttpUrl = Annotated[str, AfterValidator(_http_url)]

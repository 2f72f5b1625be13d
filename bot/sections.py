"""The sections of the configuration: what each key means, its default and its bounds."""

from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from yarl import URL

from bot import crontab
from bot.paperless.models import OpenStrEnum, TaskStatus, TaskType, TriggerSource

Snowflake = Annotated[int, Field(ge=1, lt=2**63, description="a Discord id; in Discord: right click, Copy ID")]


def _known(value: OpenStrEnum) -> OpenStrEnum:
    if not value.known:
        raise ValueError(f"{value.value!r} is none of {', '.join(sorted(type(value)))}")
    return value


KnownTaskType = Annotated[TaskType, AfterValidator(_known)]
KnownTriggerSource = Annotated[TriggerSource, AfterValidator(_known)]
KnownStatus = Annotated[TaskStatus, AfterValidator(_known)]


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _read_secret(section: Mapping[str, Any], key: str) -> dict[str, Any]:
    """`<key>_file` read into `<key>`: secrets of Docker and systemd are files. Both at once is a mistake."""
    values = dict(section)
    path = values.pop(f"{key}_file", None)
    if not path:
        return values
    if values.get(key):
        raise ValueError(f"set either {key} or {key}_file, not both")
    try:
        values[key] = Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ValueError(f"{key}_file {path} cannot be read: {error.strerror}") from None
    return values


def known_timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{name!r} is no IANA time zone, such as Europe/Berlin") from None
    return name


class DiscordSection(Section):
    token: SecretStr = Field(description="the bot's token; or token_file, a path to a file that holds it")
    guild_id: Snowflake

    @model_validator(mode="before")
    @classmethod
    def _token_file(cls, values: Any) -> Any:
        return _read_secret(values, "token") if isinstance(values, dict) else values

    @field_validator("token")
    @classmethod
    def _token_is_set(cls, token: SecretStr) -> SecretStr:
        if not token.get_secret_value().strip():
            raise ValueError("is empty: copy it from the Bot page of your application on the developer portal")
        return token


class PaperlessSection(Section):
    url: str = Field(description="base URL of the server, as the bot reaches it")
    public_url: str | None = Field(default=None, description="base URL for links people click; url if absent")
    token: SecretStr = Field(description="API token of the user the bot acts as; or token_file")
    run_token: SecretStr | None = Field(
        default=None, description="superuser token used for /tasks run alone; or run_token_file"
    )
    ca_file: Path | None = Field(default=None, description="CA certificates (PEM) to verify the server with")
    headers: dict[str, SecretStr] = Field(
        default_factory=dict, description="extra request headers, for a proxy in front"
    )

    @model_validator(mode="before")
    @classmethod
    def _token_files(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        return _read_secret(_read_secret(values, "token"), "run_token")

    @field_validator("token", "run_token")
    @classmethod
    def _token_is_set(cls, token: SecretStr | None) -> SecretStr | None:
        if token is None:
            return None
        text = token.get_secret_value().strip()
        if not text:
            raise ValueError("is empty: create one in Paperless-ngx under My Profile, API Auth Token")
        if any(character.isspace() for character in text):
            raise ValueError("contains a space or a line break: copy the token alone, without the word Token")
        return SecretStr(text)

    @field_validator("url", "public_url")
    @classmethod
    def _http_url(cls, url: str | None) -> str | None:
        if url is None:
            return None
        try:
            parsed = URL(url)
        except ValueError:
            parsed = URL()
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise ValueError(f"{url!r} is not a URL that starts with http:// or https://")
        if parsed.user or parsed.password or parsed.query_string or parsed.fragment:
            raise ValueError("must hold no user name, password, query or fragment")
        return url.rstrip("/")

    @property
    def link_base(self) -> str:
        """Base of every link that is shown, without a slash at its end."""
        return self.public_url or self.url


class QuietHours(Section):
    """A daily span in which cards are posted without a sound (`silent`) or only when it ends (`hold`)."""

    start: time
    end: time
    timezone: str = Field(default="UTC", description='an IANA name such as "Europe/Berlin"')
    mode: Literal["silent", "hold"] = "silent"

    @field_validator("timezone")
    @classmethod
    def _timezone_exists(cls, name: str) -> str:
        return known_timezone(name)

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if self.start == self.end:
            raise ValueError("start and end are the same time")
        return self


class Receiver(Section):
    """Where the cards of a route go, and who is mentioned."""

    channel_id: Snowflake
    mention_role_id: Snowflake | None = Field(
        default=None, description="role mentioned on a new card, at most once a group_interval and channel"
    )
    quiet_hours: QuietHours | None = None
    thread: bool = Field(default=False, description="open a thread under each card; threads divide people, so off")


class Route(Receiver):
    """A receiver for what matches; an empty list matches everything. The first route that matches is taken."""

    servers: tuple[str, ...] = ()
    task_types: tuple[KnownTaskType, ...] = ()
    trigger_sources: tuple[KnownTriggerSource, ...] = ()
    owners: tuple[int, ...] = Field(default=(), description="user ids of Paperless-ngx")
    statuses: tuple[KnownStatus, ...] = Field(default=(), description="failure or revoked")


class FailuresSection(Receiver):
    poll_seconds: float = Field(default=5, ge=1, le=3600)
    group_interval_seconds: float = Field(
        default=300, ge=1, le=86400, description="failures within it join what stands in a channel"
    )
    single_cards: int = Field(
        default=5,
        ge=0,
        le=20,
        description="cards of their own in one group_interval; what follows goes into one digest",
    )
    escalate_after_seconds: float = Field(
        default=0, ge=0, description="remind when nobody acknowledged for so long; 0: never"
    )
    escalate_role_id: Snowflake | None = Field(default=None, description="role mentioned by the reminder")
    repeat_interval_seconds: float = Field(
        default=4 * 3600,
        ge=60,
        description="between two reminders; and how long after an acknowledgement the same failure reopens its card",
    )
    stuck_started_seconds: float = Field(
        default=2 * 3600,
        ge=0,
        description="a task started for longer is told as stuck; 0: never. The server's own limit is 1,800 s",
    )
    stuck_pending_seconds: float = Field(
        default=2 * 3600, ge=0, description="a task pending for longer is told as stuck; 0: never"
    )
    silence_seconds: dict[KnownTaskType, float] = Field(
        default_factory=dict,
        description="told when no task of this type succeeded for so long, such as { mail_fetch = 3600 }",
    )
    unreachable_after_seconds: float = Field(
        default=60, ge=0, description="told when a server has not answered for so long"
    )
    routes: tuple[Route, ...] = ()


class AccessSection(Section):
    """Role ids per action. "Manage Server" may do everything; an empty `view` means every member of the guild."""

    view: tuple[Snowflake, ...] = ()
    acknowledge: tuple[Snowflake, ...] = ()
    run: tuple[Snowflake, ...] = ()
    upload: tuple[Snowflake, ...] = ()
    audit: tuple[Snowflake, ...] = Field(default=(), description="may read with /tasks audit who did what")


class AuditSection(Section):
    """Who did what, kept in the database; read with /tasks audit, `python -m bot audit`, or in a channel."""

    channel_id: Snowflake | None = Field(default=None, description="a channel that tells each entry, too")
    days: int = Field(default=365, ge=7, le=36500, description="entries are kept for so long")


class LimitsSection(Section):
    """How often one member may ask for something in a minute; 0: as often as they like."""

    view: int = Field(default=120, ge=0, description="looking, details included")
    acknowledge: int = Field(default=120, ge=0, description="acknowledging, and muting")
    run: int = Field(default=10, ge=0)
    upload: int = Field(default=20, ge=0)


class UploadSection(Section):
    """What /upload and "Send to Paperless" take."""

    max_megabytes: int = Field(default=100, ge=1, le=500, description="of one file; Discord itself allows up to 500")
    extensions: tuple[str, ...] = Field(
        default=(), description="extensions that your server takes besides the usual ones, without the dot"
    )

    @field_validator("extensions")
    @classmethod
    def _bare(cls, extensions: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(each.strip().lstrip(".").lower() for each in extensions)


class DigestSection(Section):
    """A weekly look back, posted by itself. Without `cron` there is none."""

    cron: str = Field(default="", description='such as "0 8 * * 1": minute, hour, day, month, day of week (1: Monday)')
    channel_id: Snowflake | None = Field(default=None, description="failures.channel_id if absent")
    timezone: str = Field(default="UTC", description='an IANA name such as "Europe/Berlin"')
    days: int = Field(default=7, ge=1, le=182, description="how far it looks back, and compares with as much before")

    @field_validator("timezone")
    @classmethod
    def _timezone_exists(cls, name: str) -> str:
        return known_timezone(name)

    @field_validator("cron")
    @classmethod
    def _cron_makes_sense(cls, cron: str) -> str:
        if cron.strip():
            crontab.trigger(cron, timezone="UTC")
        return cron.strip()


class DatabaseSection(Section):
    # repr=False: it may hold a password.
    url: str = Field(
        default="sqlite:///bot.db", repr=False, description="sqlite:///path or postgresql://user:password@host/name"
    )

    keep_days: float = Field(
        default=365, ge=0, description="what was settled longer ago is forgotten, with its buttons; 0: never"
    )

    @field_validator("url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if not url.startswith(("sqlite:///", "postgresql://")):
            raise ValueError("must start with sqlite:/// or postgresql://")
        return url


class HealthSection(Section):
    listen: str = Field(default="127.0.0.1:8080", description='"address:port" of /healthz; empty: off')

    @field_validator("listen")
    @classmethod
    def _address_and_port(cls, listen: str) -> str:
        host, _, port = listen.rpartition(":")
        if listen and (not host or not port.isdecimal() or not 0 <= int(port) < 65536):
            raise ValueError(f'{listen!r} is not "address:port", such as "127.0.0.1:8080"; empty switches it off')
        return listen

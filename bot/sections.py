"""The sections of the configuration: what each key means, its default and its bounds.

`docs/configuration.md` and `config.example.toml` are written from here: `python -m tests.configuration`. A description
follows the key there; `examples` stands where the default would tell nothing.
"""

import ssl
from datetime import time
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from yarl import URL

from bot import crontab
from bot.keys import (
    TEN_YEARS,
    DatabaseUrl,
    Headers,
    HttpUrl,
    KnownStatus,
    KnownTaskType,
    KnownTriggerSource,
    Section,
    Snowflake,
    Timezone,
    is_one_word,
)

CHANNEL, OTHER_CHANNEL, ROLE = 3000000000000000003, 3000000000000000004, 4000000000000000004
Roles = tuple[Snowflake, ...]
PerMinute = Annotated[int, Field(ge=0)]


class DiscordSection(Section):
    """The bot's account, and the one Discord server that it works in."""

    token: SecretStr = Field(description="of the bot: Bot page of your application on the developer portal")
    guild_id: Snowflake = Field(
        description="your Discord server: right click on its name, Copy Server ID", examples=[2000000000000000002]
    )

    @field_validator("token")
    @classmethod
    def _token_is_set(cls, token: SecretStr) -> SecretStr:
        text = token.get_secret_value().strip()
        if not text:
            raise ValueError("is empty: copy it from the Bot page of your application on the developer portal")
        if not is_one_word(text):
            raise ValueError("contains a space, a line break or the like: copy the token alone, without the word Bot")
        return SecretStr(text)


class PaperlessSection(Section):
    """A table for each Paperless-ngx. Its name, here `home`, is shown in Discord when there are several."""

    url: HttpUrl = Field(description="as the bot reaches it", examples=["http://localhost:8000"])
    public_url: HttpUrl | None = Field(
        default=None,
        description="for links that people click; url if absent. Discord takes none to a name without a dot",
        examples=["https://docs.example.org"],
    )
    token: SecretStr = Field(description="of the user that the bot acts as: My Profile, API Auth Token")
    run_token: SecretStr | None = Field(
        default=None, description="a superuser's, used for /tasks run alone", examples=[""]
    )
    ca_file: Path | None = Field(
        default=None,
        description="certificates (PEM) to verify the server with",
        examples=["/etc/ssl/private-ca.pem"],
    )
    headers: Headers = Field(
        default_factory=dict,
        description="sent with every request, for a proxy in front",
        examples=[{"CF-Access-Client-Id": ""}],
    )

    @field_validator("token", "run_token")
    @classmethod
    def _token_is_set(cls, token: SecretStr | None) -> SecretStr | None:
        if token is None:
            return None
        text = token.get_secret_value().strip()
        if not text:
            raise ValueError("is empty: create one in Paperless-ngx under My Profile, API Auth Token")
        if not is_one_word(text):
            raise ValueError("contains a space, a line break or the like: copy the token alone, without the word Token")
        return SecretStr(text)

    @field_validator("ca_file")
    @classmethod
    def _ca_file_holds_certificates(cls, path: Path | None) -> Path | None:
        try:
            ssl.create_default_context(cafile=path)
        except OSError as error:  # ssl.SSLError is one
            raise ValueError(f"{path} holds no readable certificates (PEM): {error.strerror or error}") from None
        return path

    @property
    def link_base(self) -> str:
        """Base of every link that is shown, without a slash at its end."""
        return self.public_url or self.url

    @property
    def unlinkable_host(self) -> str | None:
        """The host of that base where Discord refuses a button with a link to it: a name without a dot. None where it
        takes it. Seen of Discord, documented nowhere."""
        host = URL(self.link_base).host or ""
        return None if {".", ":"} & set(host) else host


class QuietHours(Section):
    """A daily span in which cards come without a sound (`silent`) or only when it ends (`hold`)."""

    start: time = Field(description="of the day, in `timezone`", examples=["22:00"])
    end: time = Field(description="of that day or the next", examples=["07:00"])
    timezone: Timezone = Field(default="UTC", description="an IANA name", examples=["Europe/Berlin"])
    mode: Literal["silent", "hold"] = Field(default="silent", description="what is done with a card in that time")

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if self.start == self.end:
            raise ValueError("start and end are the same time")
        return self


class Receiver(Section):
    """Where cards go, and who is mentioned."""

    channel_id: Snowflake = Field(description="where failures are told", examples=[CHANNEL])
    mention_role_id: Snowflake | None = Field(
        default=None,
        description="mentioned on a new card, at most once a group_interval_seconds and channel",
        examples=[ROLE],
    )
    quiet_hours: QuietHours | None = Field(
        default=None,
        description="when cards make no sound",
        examples=[{"start": "22:00", "end": "07:00", "timezone": "Europe/Berlin", "mode": "silent"}],
    )
    thread: bool = Field(default=False, description="open a thread under each card; threads divide people")


class Route(Receiver):
    """A channel for what matches; an empty list matches everything. The first that matches is taken, and what matches
    none goes to `failures.channel_id`."""

    channel_id: Snowflake = Field(description="where these failures are told", examples=[OTHER_CHANNEL])
    servers: tuple[str, ...] = Field(default=(), description="names of [paperless] tables", examples=[["home"]])
    task_types: tuple[KnownTaskType, ...] = Field(
        default=(), description="what kind of work failed", examples=[["mail_fetch"]]
    )
    trigger_sources: tuple[KnownTriggerSource, ...] = Field(
        default=(), description="what started it", examples=[["email_consume"]]
    )
    owners: tuple[int, ...] = Field(default=(), description="user numbers of Paperless-ngx", examples=[[4]])
    statuses: tuple[KnownStatus, ...] = Field(default=(), description="failure or revoked", examples=[["revoked"]])


class FailuresSection(Receiver):
    """What is told, where and when; [alerts.md](alerts.md) shows what comes of it."""

    poll_seconds: float = Field(
        default=5, ge=1, le=3600, description="between two looks at each server; one is a small request, so: often"
    )
    group_interval_seconds: float = Field(
        default=300, ge=1, le=86400, description="failures within it join what stands in the channel"
    )
    single_cards: int = Field(
        default=5, ge=0, le=20, description="cards of their own in one interval; the rest goes into one digest"
    )
    escalate_after_seconds: float = Field(
        default=0, ge=0, le=TEN_YEARS, description="remind when nobody acknowledged for so long; 0: never"
    )
    escalate_role_id: Snowflake | None = Field(default=None, description="mentioned by the reminder", examples=[ROLE])
    repeat_interval_seconds: float = Field(
        default=4 * 3600,
        ge=60,
        le=TEN_YEARS,
        description="between reminders; how long after an acknowledgement the same failure reopens its card",
    )
    stuck_started_seconds: float = Field(
        default=2 * 3600,
        ge=0,
        le=TEN_YEARS,
        description="a task that runs for longer is told as stuck (the server's own limit is 1,800 s); 0: never",
    )
    stuck_pending_seconds: float = Field(
        default=2 * 3600, ge=0, le=TEN_YEARS, description="a task that waits for longer is told as stuck; 0: never"
    )
    silence_seconds: dict[KnownTaskType, Annotated[float, Field(gt=0, le=TEN_YEARS)]] = Field(
        default_factory=dict,
        description="told when no task of a type succeeded for so long",
        examples=[{"mail_fetch": 3600, "train_classifier": 14400}],
    )
    unreachable_after_seconds: float = Field(
        default=60, ge=0, le=TEN_YEARS, description="told when a server has not answered for so long"
    )
    routes: tuple[Route, ...] = Field(
        default=(),
        description="other channels for some of it",
        examples=[[{"channel_id": OTHER_CHANNEL, "task_types": ["mail_fetch"]}]],
    )


class AccessSection(Section):
    """Who may do what, by the ids of roles. *Manage Server* may do everything; [access.md](access.md) has the table."""

    view: Roles = Field(default=(), description="look at tasks; empty: every member")
    acknowledge: Roles = Field(
        default=(), description="acknowledge, mute, read tracebacks; empty: Manage Server alone", examples=[[ROLE]]
    )
    run: Roles = Field(default=(), description="start tasks; empty: Manage Server alone", examples=[[ROLE]])
    upload: Roles = Field(default=(), description="send documents; empty: Manage Server alone", examples=[[ROLE]])
    audit: Roles = Field(default=(), description="read who did what; empty: Manage Server alone")


class AuditSection(Section):
    """Who did what, kept in the database; read with `/tasks audit`, `python -m bot audit`, or in a channel."""

    channel_id: Snowflake | None = Field(
        default=None, description="a channel that tells each entry, too", examples=[OTHER_CHANNEL]
    )
    days: int = Field(default=365, ge=7, le=36500, description="entries are kept for so long")


class LimitsSection(Section):
    """How often one member may ask for something in a minute; 0: as often as they like."""

    view: PerMinute = Field(default=120, description="looking, details included")
    acknowledge: PerMinute = Field(default=120, description="acknowledging, and muting")
    run: PerMinute = Field(default=10, description="starting tasks")
    upload: PerMinute = Field(default=20, description="sending documents")


class UploadSection(Section):
    """What `/upload` and *Send to Paperless* take."""

    max_megabytes: int = Field(default=100, ge=1, le=500, description="of one file; Discord itself allows up to 500")
    extensions: tuple[str, ...] = Field(
        default=(),
        description="taken besides PDF, images, text, e-mail and office documents",
        examples=[["dwg"]],
    )

    @field_validator("extensions")
    @classmethod
    def _bare(cls, extensions: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(each.strip().lstrip(".").lower() for each in extensions)


class DigestSection(Section):
    """A look back, posted by itself. Without `cron` there is none."""

    cron: str = Field(
        default="", description="minute, hour, day, month, day of week: Mondays at 8", examples=["0 8 * * 1"]
    )
    channel_id: Snowflake | None = Field(
        default=None, description="failures.channel_id if absent", examples=[OTHER_CHANNEL]
    )
    timezone: Timezone = Field(default="UTC", description="an IANA name", examples=["Europe/Berlin"])
    days: int = Field(default=7, ge=1, le=182, description="how far it looks back, compared with as much before")

    @field_validator("cron")
    @classmethod
    def _cron_makes_sense(cls, cron: str) -> str:
        if cron.strip():
            crontab.trigger(cron, timezone="UTC")
        return cron.strip()


class DatabaseSection(Section):
    """What the bot keeps: the ledger, and with it the audit."""

    # repr=False: it may hold a password.
    url: DatabaseUrl = Field(
        default="sqlite:///bot.db",
        repr=False,
        description="or postgresql://user:password@host/name: then several processes may run",
    )
    keep_days: float = Field(
        default=365, ge=0, le=36500, description="what was settled longer ago is forgotten, with its buttons; 0: never"
    )


class HealthSection(Section):
    """A page for supervisors and Prometheus: `/healthz`, `/readyz`, `/metrics`."""

    listen: str = Field(
        default="127.0.0.1:8080",
        description="address:port, there is no login; empty: off. Left out, its port taken: no page, as the log says",
    )

    @field_validator("listen")
    @classmethod
    def _address_and_port(cls, listen: str) -> str:
        host, _, port = listen.rpartition(":")
        if listen and (not host or not port.isdecimal() or not 0 <= int(port) < 65536):
            raise ValueError(f'{listen!r} is not "address:port", such as "127.0.0.1:8080"; empty switches it off')
        return listen

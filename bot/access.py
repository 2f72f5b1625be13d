"""Who may do what, decided in one place from the interaction's payload alone.

Denied by default: acknowledging, details (a traceback shows the server's insides), running, uploading and muting
need a role from the configuration or "Manage Server". Looking is for every member of the guild unless `access.view`
names roles. Direct messages and other guilds get nothing.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from math import ceil
from typing import assert_never

from bot.sections import AccessSection, LimitsSection
from bot.ui import custom_ids
from bot.ui.custom_ids import CustomId
from bot.ui.text import plural

REFUSED, REFUSALS_WRITTEN = "refused", 10
"""Of what one member is refused in a minute, so many go into the audit: the rest would only fill it."""


class Action(StrEnum):
    """What a person can ask for. The value completes "... is for"."""

    VIEW = "looking at tasks"
    ACKNOWLEDGE = "acknowledging"
    DETAILS = "reading error details"
    RUN = "running tasks"
    UPLOAD = "uploading documents"
    MUTE = "muting failures"
    AUDIT = "reading who did what"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Who pressed or typed, as the payload says. `guild_id` is None in a direct message."""

    user_id: int
    role_ids: frozenset[int]
    manage_guild: bool
    guild_id: int | None


@dataclass(frozen=True, slots=True)
class Allowed:
    pass


@dataclass(frozen=True, slots=True)
class Denied:
    """`sentence` tells the person why, and who may; it may hold role mentions, which must not ping."""

    sentence: str


Decision = Allowed | Denied


def action_of(custom_id: CustomId) -> Action:
    """What a button or a menu is for."""
    match custom_id:
        case custom_ids.Acknowledge() | custom_ids.AcknowledgeAll() | custom_ids.OnTask(verb="ack"):
            return Action.ACKNOWLEDGE
        case custom_ids.AcknowledgeListed() | custom_ids.AcknowledgeWanted() | custom_ids.AcknowledgeFailures():
            return Action.ACKNOWLEDGE
        case custom_ids.Details() | custom_ids.OnTask(verb="info"):
            return Action.DETAILS
        case custom_ids.Mute() | custom_ids.MuteLine() | custom_ids.EndMute():
            return Action.MUTE
        case custom_ids.RunNow():
            return Action.RUN
        case custom_ids.LookThrough() | custom_ids.OnTask(verb="show" | "follow"):
            return Action.VIEW
        case custom_ids.Failures() | custom_ids.Active() | custom_ids.OpenTask() | custom_ids.Listed():
            return Action.VIEW
        case custom_ids.Audited():
            return Action.AUDIT
        case custom_ids.OnTask():
            raise AssertionError("every verb is above")
        case _:
            assert_never(custom_id)


class AccessDenied(Exception):
    """A denial on its way to the person; `cogs/errors.py` says it."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(sentence)


def per_minute(section: LimitsSection) -> dict[str, int]:
    """How often a member may ask for each action in a minute; 0: no limit."""
    return {
        Action.VIEW: section.view,
        Action.DETAILS: section.view,
        Action.AUDIT: section.view,
        Action.ACKNOWLEDGE: section.acknowledge,
        Action.MUTE: section.acknowledge,
        Action.RUN: section.run,
        Action.UPLOAD: section.upload,
        REFUSED: REFUSALS_WRITTEN,
    }


def too_often(wait: timedelta) -> str:
    return f"That was a lot at once. Try again in {plural(ceil(wait.total_seconds()), 'second')}."


def _roles_text(role_ids: tuple[int, ...]) -> str:
    return " or ".join(f"<@&{role_id}>" for role_id in role_ids[:5])


class Access:
    """The configured rules of one guild."""

    def __init__(self, section: AccessSection, *, guild_id: int) -> None:
        self.guild_id = guild_id
        self._roles: dict[Action, tuple[int, ...]] = {
            Action.VIEW: section.view,
            Action.ACKNOWLEDGE: section.acknowledge,
            Action.DETAILS: section.acknowledge,
            Action.MUTE: section.acknowledge,
            Action.RUN: section.run,
            Action.UPLOAD: section.upload,
            Action.AUDIT: section.audit,
        }

    def decide(self, member: Member, action: Action) -> Decision:
        if member.guild_id is None:
            return Denied("This does not work in direct messages: use it in the server's channels.")
        if member.guild_id != self.guild_id:
            return Denied("This bot serves another Discord server and does nothing here.")
        roles = self._roles[action]
        everyone = action is Action.VIEW and not roles
        if everyone or member.manage_guild or not member.role_ids.isdisjoint(roles):
            return Allowed()
        return Denied(self._why_not(action, roles))

    def _why_not(self, action: Action, roles: tuple[int, ...]) -> str:
        what = action.value.capitalize()
        if roles:
            return (
                f"{what} is for {_roles_text(roles)}, and for those who may manage this Discord server. "
                "Ask one of them, or for the role."
            )
        return (
            f"{what} is for those who may manage this Discord server: "
            "no role is named for it in the bot's configuration."
        )

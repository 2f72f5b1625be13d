"""Who may do what: the table is the specification."""

import pytest

from bot.access import Access, Action, Allowed, Denied, Member
from bot.sections import AccessSection

GUILD, ELSEWHERE = 2000000000000000002, 2000000000000000003
ARCHIVISTS, READERS = 4000000000000000004, 4000000000000000005
NEEDS_A_ROLE = [Action.ACKNOWLEDGE, Action.DETAILS, Action.MUTE, Action.RUN, Action.UPLOAD]

EVERY = AccessSection(acknowledge=(ARCHIVISTS,), run=(ARCHIVISTS,), upload=(ARCHIVISTS,))
READING = AccessSection(view=(READERS,), acknowledge=(ARCHIVISTS,))


def member(*role_ids: int, manage: bool = False, guild: int | None = GUILD) -> Member:
    return Member(user_id=1, role_ids=frozenset(role_ids), manage_guild=manage, guild_id=guild)


def may(who: Member, action: Action, section: AccessSection = EVERY) -> bool:
    return isinstance(Access(section, guild_id=GUILD).decide(who, action), Allowed)


def test_every_member_may_look_when_no_role_is_named() -> None:
    assert may(member(), Action.VIEW)


def test_only_the_named_role_may_look_when_one_is_named() -> None:
    assert not may(member(), Action.VIEW, READING)
    assert not may(member(ARCHIVISTS), Action.VIEW, READING)
    assert may(member(READERS), Action.VIEW, READING)


@pytest.mark.parametrize("action", NEEDS_A_ROLE)
class TestWhatNeedsARole:
    def test_is_denied_without_it(self, action: Action) -> None:
        assert not may(member(), action)
        assert not may(member(READERS), action)

    def test_is_allowed_with_it(self, action: Action) -> None:
        assert may(member(READERS, ARCHIVISTS), action)

    def test_is_denied_to_all_roles_when_none_is_configured(self, action: Action) -> None:
        assert not may(member(ARCHIVISTS, GUILD), action, AccessSection())

    def test_is_allowed_to_who_may_manage_the_server(self, action: Action) -> None:
        assert may(member(manage=True), action)
        assert may(member(manage=True), action, AccessSection())


@pytest.mark.parametrize("action", Action)
class TestElsewhere:
    def test_a_direct_message_gets_nothing_whatever_the_rights(self, action: Action) -> None:
        assert not may(member(ARCHIVISTS, READERS, manage=True, guild=None), action)

    def test_another_guild_gets_nothing_whatever_the_rights(self, action: Action) -> None:
        assert not may(member(ARCHIVISTS, READERS, manage=True, guild=ELSEWHERE), action)


def test_the_everyone_role_opens_nothing_by_being_the_guilds_id() -> None:
    assert not may(member(GUILD), Action.RUN)


def test_a_denial_tells_who_may() -> None:
    decision = Access(EVERY, guild_id=GUILD).decide(member(), Action.ACKNOWLEDGE)
    assert isinstance(decision, Denied)
    assert decision.sentence == (
        f"Acknowledging is for <@&{ARCHIVISTS}>, and for those who may manage this Discord server. "
        "Ask one of them, or for the role."
    )


def test_a_denial_without_any_role_tells_that_none_is_configured() -> None:
    decision = Access(AccessSection(), guild_id=GUILD).decide(member(), Action.RUN)
    assert isinstance(decision, Denied)
    assert "no role is named for it" in decision.sentence

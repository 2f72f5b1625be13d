"""The search for secrets finds them: each place in which it looks, with a secret in it."""

import logging
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.discord import ids
from tests import canary
from tests.house import House
from tests.safety.test_audit import entry


@pytest.fixture(params=["discord", "paperless"])
def secret_of(request: pytest.FixtureRequest) -> Any:
    return {"discord": lambda house: house.discord.token, "paperless": lambda house: house.paperless.tokens["admin"]}[
        request.param
    ]


async def said(path: Path, secret_of: Any) -> None:
    async with House(path) as house, house.bot() as bot:
        channel = bot.get_partial_messageable(ids.ALERTS_ID, guild_id=ids.GUILD_ID)
        await channel.send(f"It is {secret_of(house)}.")


async def audited(path: Path, secret_of: Any) -> None:
    async with House(path) as house, house.bot() as bot:
        await bot.ledger.audit.record(entry(subject=secret_of(house)))


async def exported(path: Path, secret_of: Any) -> None:
    async with House(path) as house:
        (path / "audit.csv").write_text(f"1,{secret_of(house)}\n")
        (path / "config.toml").write_text(f'token = "{secret_of(house)}"\n')


@pytest.mark.parametrize(
    ("leaking", "where"),
    [(said, "a request to Discord"), (audited, r"the file bot\.db"), (exported, r"the file audit\.csv")],
)
async def test_in_what_leaves_the_bot(tmp_path: Path, secret_of: Any, leaking: Any, where: str) -> None:
    with pytest.raises(canary.Leaked, match=where):
        await leaking(tmp_path, secret_of)


async def test_in_what_was_logged_or_printed(house: House, secret_of: Any) -> None:
    formatter = logging.Formatter("%(message)s")
    record = logging.LogRecord("x", logging.WARNING, __file__, 1, "sent %s", (secret_of(house),), None)
    assert canary.look_through_report([("Captured log call", formatter.format(record))])
    assert canary.look_through_report([("Captured stdout call", "all is well")]) is None


def test_the_password_of_the_database_is_never_forgotten() -> None:
    canary.watch(f"{number:064d}" for number in range(canary.KEPT + 1))
    assert canary.found_in(f"x{canary.DATABASE_PASSWORD}x")

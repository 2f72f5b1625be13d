"""Each token and each permission is used for what it is there for, and for nothing else."""

from pathlib import Path

import discord
import pytest

from bot.checks.discord import NEEDED_PERMISSIONS, invite_link
from bot.config import Settings
from tests.house import House

RUN = "/api/tasks/run/"


class Apart(House):
    """A server whose everyday token may not run, and whose run_token belongs to somebody else, who may do anything."""

    def settings(self) -> Settings:
        tokens = self.paperless.tokens
        server = {"url": self.paperless.url, "token": tokens["staff"], "run_token": tokens["admin"]}
        self.overrides = {"paperless": {"home": server}}
        return super().settings()

    def asked_by(self, name: str) -> set[str]:
        """Without the question which version the server speaks: it names a task that there never is."""
        return {
            f"{each.method} {each.path}"
            for each in self.paperless.requests
            if each.user == name and "task_id=probe" not in each.query
        }


@pytest.mark.parametrize("version", ["3.0.5", "2.20.15"])
async def test_the_run_token_runs_and_the_other_does_everything_else(tmp_path: Path, version: str) -> None:
    async with Apart(tmp_path, version=version) as house, house.bot() as bot:
        await bot.desk.watchers["home"].poll_once()
        house.paperless.fail("invoice-11.pdf")
        card = await house.card(lambda text: "invoice-11.pdf" in text)
        await house.press(card, "Details")
        await house.press(card, "Acknowledge")
        question = await house.command("tasks run", type="sanity_check")
        await house.press(question, "Run now")
        await house.card(lambda text: "The sanity check is done" in text)
        for command in ("tasks active", "tasks failures", "tasks summary"):
            await house.command(command)
    by_run_token = house.asked_by("admin")
    assert f"POST {RUN}" in by_run_token
    assert f"POST {RUN}" not in house.asked_by("staff")
    # 2.20 runs inside the request and answers no id: only the lists before and after tell which row it made.
    assert by_run_token - {f"POST {RUN}"} <= ({"GET /api/tasks/"} if version.startswith("2") else set())


def test_the_invite_link_asks_for_what_is_used_and_no_more() -> None:
    asked = discord.Permissions(int(invite_link(1).partition("permissions=")[2].partition("&")[0]))
    assert asked == discord.Permissions(view_channel=True, send_messages=True, read_message_history=True)
    assert asked == discord.Permissions(**dict.fromkeys(NEEDED_PERMISSIONS, True))
    assert not asked.administrator
    assert not asked.mention_everyone


async def test_it_asks_for_threads_and_pictures_where_there_are_any(house: House) -> None:
    house.overrides = {"failures": {"thread": True}, "digest": {"cron": "0 8 * * 1"}}
    link = invite_link(1, house.settings())
    asked = discord.Permissions(int(link.partition("permissions=")[2].partition("&")[0]))
    basic = discord.Permissions(**dict.fromkeys(NEEDED_PERMISSIONS, True))
    more = discord.Permissions(create_public_threads=True, send_messages_in_threads=True, attach_files=True)
    assert asked == basic | more


async def test_the_only_intent_is_guilds(house: House) -> None:
    async with house.bot() as bot:
        assert {name for name, on in bot.intents if on} == {"guilds"}
        assert not bot.commands, "a text command would be reached without the gate"

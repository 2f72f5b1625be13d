"""How often is too often."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.access import REFUSALS_WRITTEN
from bot.audit import Result
from bot.limits import ALLOWED, FIRST_PAUSE, LONGEST_PAUSE, PATIENCE, REMEMBERED, WINDOW, Limits, Refusals
from bot.sandbox.discord import ids
from bot.sandbox.discord.files import Upload
from tests.house import House, buttons, texts

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class TestLimits:
    def test_so_many_at_once_and_then_one_at_a_time(self) -> None:
        limits = Limits({"run": 6})
        assert [limits.take(1, "run", now=NOW) for _ in range(6)] == [None] * 6
        assert limits.take(1, "run", now=NOW) == 10 * SECOND
        assert limits.take(1, "run", now=NOW + 9 * SECOND) == SECOND
        assert limits.take(1, "run", now=NOW + 10 * SECOND) is None

    def test_another_member_and_another_action_have_their_own(self) -> None:
        limits = Limits({"run": 1, "view": 1})
        assert limits.take(1, "run", now=NOW) is None
        assert limits.take(2, "run", now=NOW) is None
        assert limits.take(1, "view", now=NOW) is None
        assert limits.take(1, "run", now=NOW) is not None

    def test_nought_means_no_limit(self) -> None:
        limits = Limits({"view": 0})
        assert all(limits.take(1, "view", now=NOW) is None for _ in range(10_000))

    def test_a_clock_that_was_set_back_stops_nobody_for_good(self) -> None:
        limits = Limits({"run": 1})
        limits.take(1, "run", now=NOW)
        limits.take(1, "run", now=NOW - timedelta(days=1))
        assert limits.take(1, "run", now=NOW - timedelta(days=1) + timedelta(minutes=1)) is None

    def test_it_remembers_no_more_than_so_many(self) -> None:
        limits = Limits({"run": 1})
        for member in range(3 * REMEMBERED):
            limits.take(member, "run", now=NOW)
        assert len(limits._free_at) <= REMEMBERED

    @given(st.lists(st.floats(0, 30), max_size=100))
    def test_never_more_than_twice_the_number_in_a_minute(self, waits: list[float]) -> None:
        limits, now, taken = Limits({"run": 6}), NOW, []
        for wait in waits:
            now += timedelta(seconds=wait)
            if limits.take(1, "run", now=now) is None:
                taken.append(now)
        assert all(sum(at <= other < at + timedelta(minutes=1) for other in taken) <= 12 for at in taken)


class TestThroughDiscord:
    async def test_what_is_too_much_is_refused_audited_and_asked_of_nobody(self, tmp_path: Path) -> None:
        async with House(tmp_path, overrides={"limits": {"run": 1}}) as house, house.bot() as bot:
            await house.command("tasks run", type="sanity_check")
            before = len(house.paperless.requests)
            again = await house.command("tasks run", type="sanity_check")
            other = await house.command("tasks run", type="sanity_check", user_id=ids.ADA_ID)
            (entry,) = (await bot.ledger.audit.page()).rows
        assert "That was a lot at once. Try again in " in texts(again)
        assert "Run now" in buttons(other), "another member has their own"
        assert [each.path for each in list(house.paperless.requests)[before:] if "run" in each.path] == []
        assert (entry.entry.user_id, entry.entry.result) == (ids.BEN_ID, Result.REFUSED)

    async def test_so_are_presses(self, tmp_path: Path) -> None:
        async with House(tmp_path, overrides={"limits": {"acknowledge": 1}}) as house, house.bot():
            first, second = house.paperless.fail("a.pdf"), house.paperless.fail("b.pdf")
            shown = [await house.command("task", ref=row.task_id) for row in (first, second)]
            await house.press(shown[0], "Acknowledge")
            assert "That was a lot at once" in texts(await house.press(shown[1], "Acknowledge"))
        assert house.paperless.row(first.id).acknowledged
        assert not house.paperless.row(second.id).acknowledged

    async def test_each_file_of_a_message_counts_as_a_document(self, tmp_path: Path) -> None:
        files = [Upload(filename=f"{name}.pdf", data=b"%PDF", content_type="application/pdf") for name in "abc"]
        async with House(tmp_path, overrides={"limits": {"upload": 2}}) as house, house.bot():
            posted = await house.discord.post_message(ids.ADA_ID, "see", files, channel_id=ids.ALERTS_ID)
            asked = await house.discord.context_menu(
                user_id=ids.BEN_ID, channel_id=ids.ALERTS_ID, name="Send to Paperless", target_id=int(posted["id"])
            )
            assert "That was a lot at once" in texts(await asked.reply(timeout=10))
        assert [each for each in house.paperless.requests if each.method == "POST"] == []

    async def test_refusals_do_not_fill_the_audit(self, house: House) -> None:
        async with house.bot() as bot:
            for _ in range(REFUSALS_WRITTEN + 3):
                await house.command("tasks run", type="sanity_check", user_id=ids.CLEO_ID)
            assert (await bot.ledger.audit.page()).total == REFUSALS_WRITTEN


class TestRefusals:
    def test_a_tenth_of_what_discord_bans_for_and_then_silence_until_it_is_over(self) -> None:
        refusals = Refusals()
        for second in range(ALLOWED):
            assert refusals.pause(None, now=NOW) is None
            refusals.refused(None, counts=True, now=NOW + second / 10 * SECOND)
        now = NOW + ALLOWED / 10 * SECOND
        wait = refusals.pause(None, now=now)
        assert wait == NOW + WINDOW - now
        assert refusals.pause(None, now=now + wait) is None

    def test_one_channel_in_a_row_is_left_alone_for_longer_each_time(self) -> None:
        refusals, now, waits = Refusals(), NOW, []
        for _ in range(PATIENCE + 8):
            wait = refusals.pause("3", now=now)
            if wait is not None:
                waits.append(wait)
                now += wait
            refusals.refused("3", counts=True, now=now)
        assert waits[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
        assert waits[-1] == LONGEST_PAUSE
        assert refusals.pause("4", now=now) is None

    def test_what_was_taken_opens_the_channel_again(self) -> None:
        refusals = Refusals()
        for _ in range(PATIENCE):
            refusals.refused("3", counts=False, now=NOW)
        refusals.taken("3")
        assert refusals.pause("3", now=NOW) is None

    @given(st.lists(st.tuples(st.floats(0, 5), st.sampled_from(["3", "4", None])), min_size=1, max_size=300))
    def test_a_bot_that_asks_as_soon_as_it_may_stays_far_below_a_ban(
        self, tries: list[tuple[float, str | None]]
    ) -> None:
        refusals, now, asked = Refusals(), NOW, 0
        for wait, channel in tries:
            now += timedelta(seconds=wait)
            if refusals.pause(channel, now=now) is None:
                refusals.refused(channel, counts=True, now=now)
                asked += 1
        assert refusals.recent(now) <= min(asked, ALLOWED)

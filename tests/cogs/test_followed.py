"""The message that follows a run, or somebody else's task, to an honest end."""

from bot.sandbox.discord import ids
from tests.cogs.at_work import at_work
from tests.cogs.running import order, row_of, runs
from tests.house import House, polled, texts


class TestTheMessageThatFollows:
    async def test_it_is_for_everybody_and_tells_the_end(self, house: House) -> None:
        async with at_work(house):
            answer = await order(house)
            done = await house.card(lambda text: "Training the classifier is done" in text)
        assert "ordered" in texts(answer)
        assert answer["flags"] & 64
        assert not done["flags"] & 64
        assert f"ordered by <@{ids.BEN_ID}>" in texts(done)
        assert done["mentions"] == []
        assert len(house.posted()) == 1

    async def test_it_tells_its_place_and_that_it_runs_meanwhile(self, house: House) -> None:
        house.paperless.worker.pace.work = 60
        async with at_work(house):
            house.paperless.upload("long.pdf")
            house.paperless.upload("before.pdf")
            await order(house)
            waits = await house.card(lambda text: "1 task waits before it" in text)
            house.paperless.finish(row_of(house, "long.pdf"))
            house.paperless.finish(row_of(house, "before.pdf"))
            await house.card(lambda text: "Training the classifier is running" in text)
        assert "Number 2 in the queue" in texts(waits)
        assert "1 task running" in texts(waits)
        assert "queued <t:" in texts(waits)

    async def test_a_failure_is_told_there_and_on_no_card_beside_it(self, house: House) -> None:
        house.paperless.weather.training_broken = True
        async with at_work(house) as bot:
            await order(house)
            failed = await house.card(lambda text: "Training the classifier failed" in text)
            await polled(bot)
            await house.card(lambda text: "Acknowledge" in text and "started by hand" in text)
            acknowledged = await house.press(house.posted()[0], "Acknowledge")
            await house.card(lambda text: f"acknowledged by <@{ids.BEN_ID}>" in text)
        assert [message["id"] for message in house.posted()] == [failed["id"]] == [acknowledged["id"]]
        (row,) = runs(house)
        assert row.acknowledged

    async def test_a_manual_sanity_check_never_says_that_all_is_well(self, house: House) -> None:
        house.paperless.weather.library_damaged = True
        async with at_work(house):
            await order(house, "sanity_check")
            told = texts(await house.card(lambda text: "The sanity check is done" in text))
        assert "not part of the answer" in told
        assert "no issues" not in told.lower()

    async def test_a_uuid_without_a_row_is_said_so(self, house: House) -> None:
        house.paperless.weather.database_locked = True
        async with at_work(house):
            await order(house)
            told = texts(await house.card(lambda text: "lists no such task" in text))
        assert "look in Paperless before you order it again" in told

    async def test_a_row_that_is_removed_meanwhile_is_said_so(self, house: House) -> None:
        house.paperless.worker.pace.work = 60
        async with at_work(house):
            await order(house)
            await house.card(lambda text: "is running" in text)
            house.paperless.delete(runs(house))
            told = await house.card(lambda text: "no longer in Paperless" in text)
        assert [message["id"] for message in house.posted()] == [told["id"]]

    async def test_it_goes_on_after_a_restart(self, house: House) -> None:
        house.paperless.worker.pace.work = 60
        async with at_work(house):
            await order(house)
        (row,) = runs(house)
        house.paperless.finish(row)
        async with at_work(house):
            await house.card(lambda text: "Training the classifier is done" in text)
        assert len(house.posted()) == 1

    async def test_a_failure_while_the_bot_is_away_is_still_told_there_alone(self, house: House) -> None:
        house.paperless.worker.pace.work = 60
        async with at_work(house) as bot:
            await polled(bot)
            await order(house)
        (row,) = runs(house)
        house.paperless.finish(row, "failed")
        async with at_work(house) as bot:
            await house.card(lambda text: "Training the classifier failed" in text)
            await polled(bot)
            await polled(bot)
        assert len(house.posted()) == 1

    async def test_deleted_by_a_moderator_its_failure_gets_a_card_of_its_own(self, house: House) -> None:
        house.paperless.worker.pace.work = 60
        async with at_work(house) as bot:
            await polled(bot)
            await order(house)
            await house.card(lambda text: "is running" in text)
            await house.discord.delete_message(int(house.posted()[0]["id"]))
            (row,) = runs(house)
            house.paperless.finish(row, "failed")
            card = await house.card(lambda text: "Training the classifier failed" in text)
        assert "started by hand" in texts(card)

    async def test_discord_stumbling_meanwhile_costs_nothing(self, house: House) -> None:
        house.paperless.worker.pace.work = 60
        async with at_work(house):
            await order(house)
            house.discord.fail_next("PATCH", rf"/channels/{ids.ALERTS_ID}/messages/", status=503, times=2)
            (row,) = runs(house)
            house.paperless.finish(row)
            done = await house.card(lambda text: "Training the classifier is done" in text)
        assert [message["id"] for message in house.posted()] == [done["id"]]

    async def test_paperless_away_meanwhile_is_told_and_waited_for(self, house: House) -> None:
        house.paperless.worker.pace.work = 60
        async with at_work(house):
            await order(house)
            await house.card(lambda text: "is running" in text)
            await house.paperless.down()
            await house.card(lambda text: "has not answered" in text and "Training" in text)
            await house.paperless.up()
            (row,) = runs(house)
            house.paperless.finish(row)
            done = await house.card(lambda text: "Training the classifier is done" in text, timeout=20)
        assert [message["id"] for message in house.posted()] == [done["id"]]


class TestFollow:
    async def test_somebody_elses_task_can_be_followed(self, house: House) -> None:
        async with at_work(house):
            row = house.paperless.upload("slow.pdf", seconds=60)
            reply = await house.command("task", ref=row.task_id)
            await house.press(reply, "Follow")
            await house.card(lambda text: "slow.pdf is running" in text)
            house.paperless.finish(row)
            done = await house.card(lambda text: "slow.pdf is done" in text)
        assert f"followed for <@{ids.BEN_ID}>" in texts(done)

    async def test_what_has_ended_meanwhile_is_not_followed(self, house: House) -> None:
        async with at_work(house):
            row = house.paperless.upload("slow.pdf", seconds=60)
            reply = await house.command("task", ref=row.task_id)
            house.paperless.finish(row)
            said = await house.press(reply, "Follow")
        assert "ended already" in texts(said)
        assert not house.posted()

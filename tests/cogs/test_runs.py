"""/tasks run, end to end: the question, the order, and the message that follows it to an honest end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.app import TaskBot
from bot.following import Pace
from bot.sandbox.discord import ids
from tests.house import House, buttons, texts

Json = dict[str, Any]
MANUAL = "train_classifier"


@asynccontextmanager
async def at_work(house: House) -> AsyncIterator[TaskBot]:
    """A bot whose followers look more often than they would."""
    if house.paperless.worker.pace.work == 1:
        house.paperless.worker.pace.work = 0.05
    async with house.bot() as bot:
        bot.following.pace = Pace(looks=(0.2, 0.3, 0.5), tries=(0.1, 0.5), appears=1)
        yield bot


def runs(house: House, kind: str = MANUAL) -> list[Any]:
    return [row for row in house.paperless.table.newest() if row.task_type == kind]


async def order(house: House, kind: str = MANUAL, *, user_id: int = ids.BEN_ID, **options: Any) -> Json:
    """Ask, confirm; what the question has become, or the refusal."""
    question = await house.command("tasks run", user_id=user_id, type=kind, **options)
    reply = await house.press(question, "Run now", user_id=user_id)
    if reply["flags"] & 64 and reply["id"] != question["id"]:
        return reply
    message_id = int(question["id"])
    await house.discord.until(lambda: "Run now" not in buttons(house.discord.message(message_id) or {}))
    return house.discord.message(message_id) or {}


class TestTheQuestion:
    async def test_nothing_runs_before_it_is_answered(self, house: House) -> None:
        async with at_work(house):
            question = await house.command("tasks run", type=MANUAL)
        assert "Train the classifier, now?" in texts(question)
        assert "no earlier run" in texts(question)
        assert list(buttons(question)) == ["Run now"]
        assert question["flags"] & 64
        assert not runs(house)

    async def test_it_tells_of_the_last_run(self, house: House) -> None:
        house.paperless.fail_routine(MANUAL, ago=3600)
        async with at_work(house):
            question = await house.command("tasks run", type=MANUAL)
        assert "The last one ran <t:" in texts(question)
        assert "and failed" in texts(question)

    async def test_it_is_refused_without_the_role_before_paperless_is_asked(self, house: House) -> None:
        async with at_work(house):
            reply = await house.command("tasks run", type=MANUAL, user_id=ids.CLEO_ID)
        assert "Running tasks is for" in texts(reply)
        assert not runs(house)

    async def test_access_is_asked_again_at_the_press(self, house: House) -> None:
        async with at_work(house):
            question = await house.command("tasks run", type=MANUAL)
            house.discord.set_roles(ids.BEN_ID, [])
            refusal = await house.press(question, "Run now")
        assert "Running tasks is for" in texts(refusal)
        assert not runs(house)

    async def test_the_choices_are_what_this_server_can_run_named_for_what_it_does(self, house: House) -> None:
        async with at_work(house):
            await house.command("tasks active")
            choices = await suggestions(house, "")
        assert choices == {
            "Train the classifier": "train_classifier",
            "Check the archive's sanity": "sanity_check",
            "Update the LLM index": "llm_index",
        }

    async def test_a_choice_typed_by_hand_is_understood(self, house: House) -> None:
        async with at_work(house):
            assert "Update the LLM index, now?" in texts(await house.command("tasks run", type="update the LLM index"))

    async def test_what_cannot_be_run_is_refused_with_what_can(self, house: House) -> None:
        async with at_work(house):
            reply = await house.command("tasks run", type="empty_trash")
        assert "cannot be started on this server" in texts(reply)
        assert "llm" in texts(reply)

    async def test_with_paperless_down_it_is_not_even_asked(self, house: House) -> None:
        async with at_work(house):
            await house.paperless.down()
            reply = await house.command("tasks run", type=MANUAL)
        assert "try again in a minute" in texts(reply)

    async def test_where_the_bot_sees_no_channel_it_says_that_it_could_not_follow(self, house: House) -> None:
        async with at_work(house):
            question = await house.command("tasks run", type=MANUAL)
            house.discord.set_overwrite(ids.ALERTS_ID, ids.BOT_ROLE_ID, deny=1 << 10)
            refusal = await house.press(question, "Run now")
        assert "cannot see this channel" in texts(refusal)
        assert not runs(house)


async def suggestions(house: House, typed: str) -> dict[str, str]:
    choices = await house.discord.autocomplete(
        user_id=ids.BEN_ID, channel_id=ids.ALERTS_ID, name="tasks run", options={"type": typed}, focused="type"
    )
    return {choice["name"]: choice["value"] for choice in choices}


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
        assert "since <t:" in texts(waits)

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


class TestOneAtATime:
    async def test_another_is_refused_while_one_is_under_way(self, house: House) -> None:
        house.paperless.worker.pace.work = 60
        async with at_work(house):
            await order(house)
            refusal = await order(house, "sanity_check", user_id=ids.ADA_ID)
        assert f"Training the classifier is under way, ordered by <@{ids.BEN_ID}>" in texts(refusal)
        assert not runs(house, "sanity_check")

    async def test_the_same_again_at_once_is_refused(self, house: House) -> None:
        async with at_work(house):
            await order(house)
            await house.card(lambda text: "is done" in text)
            refusal = await order(house)
        assert "It can be run again <t:" in texts(refusal)
        assert len(runs(house)) == 1

    async def test_both_hold_after_a_restart(self, house: House) -> None:
        async with at_work(house):
            await order(house)
            await house.card(lambda text: "is done" in text)
        async with at_work(house):
            assert "It can be run again" in texts(await order(house))

    async def test_another_server_is_another_matter(self, tmp_path: Path) -> None:
        async with House(tmp_path, servers=("home", "office")) as house:
            for paperless in house.all_paperless.values():
                paperless.worker.pace.work = 60
            async with at_work(house):
                await order(house, server="home")
                answer = await order(house, server="office")
        assert "ordered" in texts(answer)

    async def test_what_paperless_refused_keeps_nobody_from_trying_again(self, house: House) -> None:
        async with at_work(house):
            house.paperless.faults.add("status", path="/run/", status=500, times=1)
            refusal = await order(house)
            answer = await order(house)
        assert "error of its own" in texts(refusal)
        assert "ordered" in texts(answer)


class TestOtherServersAndTokens:
    async def test_2_20_is_done_when_it_answers(self, tmp_path: Path) -> None:
        async with House(tmp_path, version="2.20.15") as house, at_work(house):
            await house.command("tasks failures")
            choices = await suggestions(house, "opt")
            await order(house, "index_optimize")
            done = await house.card(lambda text: "Optimising the search index is done" in text)
        assert list(choices) == ["Optimise the search index"]
        assert "lists no task for it" in texts(done)

    async def test_on_2_20_the_ordinary_token_sees_the_row_of_a_run_of_the_superusers(self, tmp_path: Path) -> None:
        """Such a row belongs to nobody there (recorded), and what belongs to nobody all see."""
        async with House(tmp_path, version="2.20.15") as house:
            tokens = {"token": house.paperless.tokens["operator"], "run_token": house.paperless.tokens["admin"]}
            house.overrides = {"paperless": {"home": {"url": house.paperless.url, **tokens}}}
            async with at_work(house):
                await order(house)
                done = await house.card(lambda text: "Training the classifier is done" in text)
        (row,) = runs(house)
        assert row.owner is None
        assert f"task {row.id}" in texts(done)
        assert "lists no task for it" not in texts(done)

    async def test_a_run_that_failed_inside_the_request_is_told_on_its_message_alone(self, tmp_path: Path) -> None:
        async with House(tmp_path, version="2.20.15") as house:
            house.paperless.weather.training_broken = True
            async with at_work(house) as bot:
                await polled(bot)
                await order(house)
                await house.card(lambda text: "Training the classifier failed" in text)
                await polled(bot)
                await polled(bot)
            assert len(house.posted()) == 1

    async def test_a_token_that_may_not_run_is_named_to_the_person_alone(self, tmp_path: Path) -> None:
        async with House(tmp_path) as house:
            user = house.paperless.tokens["operator"]
            house.overrides = {"paperless": {"home": {"url": house.paperless.url, "token": user}}}
            async with at_work(house):
                refusal = await order(house)
        assert "superuser" in texts(refusal)
        assert refusal["flags"] & 64
        assert not house.posted()


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


async def polled(bot: TaskBot) -> None:
    for watcher in bot.desk.watchers.values():
        await watcher.poll_once()


def row_of(house: House, filename: str) -> Any:
    return next(row for row in house.paperless.table.newest() if row.filename == filename)

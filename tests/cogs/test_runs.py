"""/tasks run, end to end: the question, the order, and who may have one when."""

from pathlib import Path

from bot.sandbox.discord import ids
from tests.cogs.at_work import at_work
from tests.cogs.running import MANUAL, order, runs, suggestions
from tests.house import House, buttons, polled, texts


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
        assert texts(reply) == (
            r"“empty\_trash” is nothing that this server can run. "
            "It can: Train the classifier, Check the archive's sanity, Update the LLM index."
        )

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

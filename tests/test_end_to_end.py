"""The main job: a team sees failed tasks in Discord and acts on them there. Real sockets, both servers local."""

from pathlib import Path

from bot.sandbox.discord import ids
from tests.house import House, buttons, texts


async def test_a_failed_task_appears_as_one_card_with_its_story(house: House) -> None:
    async with house.bot():
        house.paperless.upload("invoice-11.pdf", outcome="corrupt", owner="bob")

        card = await house.card(lambda text: "invoice-11.pdf" in text)

    assert "Consuming invoice-11.pdf failed" in texts(card).replace("\\", "")
    assert "Acknowledge" in buttons(card)
    assert "Details" in buttons(card)


async def test_pressing_acknowledge_acknowledges_in_paperless_and_shows_who(house: House) -> None:
    async with house.bot():
        row = house.paperless.upload("invoice-11.pdf", outcome="corrupt", owner="bob")
        card = await house.card(lambda text: "invoice-11.pdf" in text)

        await house.press(card, "Acknowledge", user_id=ids.BEN_ID)
        acknowledged = await house.card(lambda text: "acknowledged" in text)

    assert house.paperless.row(row.id).acknowledged
    assert acknowledged["id"] == card["id"]
    assert f"<@{ids.BEN_ID}>" in texts(acknowledged)
    assert "Acknowledge" not in buttons(acknowledged)
    assert acknowledged["mentions"] == []


async def test_a_restart_between_post_and_press_changes_nothing(house: House) -> None:
    async with house.bot():
        row = house.paperless.upload("invoice-11.pdf", outcome="corrupt", owner="bob")
        card = await house.card(lambda text: "invoice-11.pdf" in text)

    async with house.bot():
        await house.press(card, "Acknowledge")
        await house.card(lambda text: "acknowledged" in text)

    assert house.paperless.row(row.id).acknowledged
    assert len(house.posted()) == 1


async def test_a_failure_during_a_restart_is_told_once(house: House) -> None:
    async with house.bot():
        house.paperless.upload("first.pdf", outcome="corrupt", owner="bob")
        await house.card(lambda text: "first.pdf" in text)
    row = house.paperless.upload("meanwhile.pdf", outcome="corrupt", owner="bob")
    await house.paperless.settled(row.id)

    for _ in range(2):
        async with house.bot() as bot:
            await house.card(lambda text: "meanwhile.pdf" in text)
            await bot.desk.watchers["home"].poll_once()

    assert len(house.posted()) == 2


async def test_what_had_failed_before_the_first_start_is_one_message_with_its_count(house: House) -> None:
    house.paperless.burst(37)

    async with house.bot() as bot:
        card = await house.card(lambda text: "37" in text)
        await bot.desk.watchers["home"].poll_once()

    assert [message["id"] for message in house.posted()] == [card["id"]]


async def test_acknowledged_in_the_web_ui_turns_the_card(house: House) -> None:
    async with house.bot():
        row = house.paperless.upload("invoice-11.pdf", outcome="corrupt", owner="bob")
        card = await house.card(lambda text: "invoice-11.pdf" in text)

        house.paperless.acknowledge_in_web_ui([row.id])
        acknowledged = await house.card(lambda text: "acknowledged in Paperless" in text)

    assert acknowledged["id"] == card["id"]
    assert "Acknowledge" not in buttons(acknowledged)


async def test_a_member_without_the_role_may_not_acknowledge(house: House) -> None:
    async with house.bot():
        row = house.paperless.upload("invoice-11.pdf", outcome="corrupt", owner="bob")
        card = await house.card(lambda text: "invoice-11.pdf" in text)

        refusal = await house.press(card, "Acknowledge", user_id=ids.CLEO_ID)

    assert refusal["flags"] & 64
    assert f"<@&{ids.ARCHIVISTS_ID}>" in texts(refusal)
    assert not house.paperless.row(row.id).acknowledged


async def test_the_commands_answer(house: House) -> None:
    failed = house.paperless.upload("invoice-11.pdf", outcome="corrupt", owner="bob")
    await house.paperless.settled(failed.id)

    async with house.bot():
        one = await house.command("task", ref=failed.task_id)
        by_number = await house.command("task", ref=str(failed.id))
        summary = await house.command("tasks summary")
        failures = await house.command("tasks failures")
        active = await house.command("tasks active")

    for reply in (one, by_number, failures):
        assert "invoice-11.pdf" in texts(reply)
    assert "Consume" in texts(summary)
    assert "Nothing waits or runs" in texts(active)
    assert all(reply["flags"] & 64 for reply in (one, by_number, summary, failures, active))


async def test_a_run_is_started_from_the_chat(house: House) -> None:
    async with house.bot():
        question = await house.command("tasks run", type="train_classifier")
        await house.press(question, "Run now")
        told = await house.card(lambda text: "Training the classifier is done" in text)

    (row,) = [row for row in house.paperless.table.newest() if row.task_type == "train_classifier"]
    assert row.trigger_source == "manual"
    assert f"ordered by <@{ids.BEN_ID}>" in texts(told)


async def test_two_servers_are_told_apart(tmp_path: Path) -> None:
    async with House(tmp_path, servers=("home", "office")) as house, house.bot():
        house.all_paperless["office"].upload("lease.pdf", outcome="corrupt", owner="bob")

        card = await house.card(lambda text: "lease.pdf" in text)

    assert "office" in texts(card)

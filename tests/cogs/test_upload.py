"""/upload, end to end: from a file in Discord to the document, or to the reason why not."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.discord import ids
from tests.cogs.at_work import at_work
from tests.cogs.uploading import PDF, file, suggestions, upload
from tests.house import House, buttons, polled, texts


class TestUpload:
    async def test_it_is_followed_to_the_link_of_the_document(self, house: House) -> None:
        async with at_work(house):
            reply = await upload(house)
            done = await house.card(lambda text: "Consuming scan.pdf is done" in text)
        (document,) = house.paperless.documents
        assert f"/documents/{document.id}/details" in texts(done)
        assert f"sent by <@{ids.BEN_ID}>" in texts(done)
        assert "owner admin" in texts(done)
        assert buttons(done) == {"Open in Paperless": f"{house.paperless.url}/documents/{document.id}/details"}
        assert [message["id"] for message in house.posted()] == [reply["id"]]
        assert done["mentions"] == []

    async def test_what_was_said_about_it_arrives(self, house: House) -> None:
        async with at_work(house):
            await upload(
                house, title="Taxes 2025", tags="taxes, Inbox", correspondent="acme gmbh", document_type="Invoice"
            )
            await house.card(lambda text: "is done" in text)
        (document,) = house.paperless.documents
        assert (document.title, document.original_file_name) == ("Taxes 2025", "scan.pdf")
        assert (document.tags, document.correspondent, document.document_type) == ((2, 1), 1, 1)

    async def test_a_name_that_discord_changed_is_the_old_one_again(self, house: House) -> None:
        async with at_work(house):
            await upload(house, file("Rechnung März (2).pdf"))
            await house.card(lambda text: "is done" in text)
        (document,) = house.paperless.documents
        assert document.original_file_name == "Rechnung März (2).pdf"

    async def test_its_place_in_the_queue_is_told(self, house: House) -> None:
        house.paperless.worker.pace.work = 60
        async with at_work(house):
            for name in ("one.pdf", "two.pdf", "three.pdf"):
                house.paperless.upload(name)
            await upload(house)
            told = await house.card(lambda text: "in the queue" in text)
        assert "Number 3 in the queue: 2 tasks wait before it" in texts(told)
        assert "queued <t:" in texts(told)

    async def test_a_failure_is_told_there_and_on_no_card_beside_it(self, house: House) -> None:
        async with at_work(house) as bot:
            await upload(house, file("torn.pdf", b"%PDF-1.7 torn"))
            await house.card(lambda text: "Consuming torn.pdf failed" in text)
            await polled(bot)
            await house.card(lambda text: "API upload" in text and "ended" not in text)  # the ledger's card by now
            await polled(bot)
            await house.press(house.posted()[0], "Acknowledge")
            await house.card(lambda text: "acknowledged" in text)
        assert len(house.posted()) == 1
        (row,) = house.paperless.table.newest()
        assert row.acknowledged

    async def test_a_duplicate_leads_to_its_original(self, house: House) -> None:
        house.paperless.weather.reject_duplicates = True
        async with at_work(house):
            await upload(house)
            await house.card(lambda text: "is done" in text)
            await upload(house)
            told = await house.card(lambda text: "duplicates" in text)
        assert "/documents/1/details" in texts(told)

    async def test_what_paperless_itself_refuses_is_told_in_its_words(self, house: House) -> None:
        async with at_work(house):
            reply = await upload(house, file("zipped.pdf", b"PK\x03\x04 a zip"))
            told = await house.card(lambda text: "was not sent" in text)
        assert told["id"] == reply["id"]
        assert "File type application/zip not supported" in texts(told).replace("\\", "")
        assert not list(house.paperless.table.newest())


class TestRefusals:
    async def test_without_the_role(self, house: House) -> None:
        async with at_work(house):
            refusal = await upload(house, user_id=ids.CLEO_ID)
        assert "Uploading documents is for" in texts(refusal)
        assert refusal["flags"] & 64

    @pytest.mark.parametrize(
        ("name", "data", "says"),
        [
            ("empty.pdf", b"", "empty.pdf is empty"),
            ("setup.exe", b"MZ", "setup.exe is nothing that Paperless takes: it takes PDF, images"),
            ("README", b"x", "has no extension that tells what it is"),
            ("large.pdf", b"%PDF" + bytes(1_000_000), "large.pdf has 1.0 MB, and the bot sends at most 1.0 MB"),
        ],
    )
    async def test_what_cannot_be_sent_is_told_at_once_and_to_the_person_alone(
        self, tmp_path: Path, name: str, data: bytes, says: str
    ) -> None:
        async with House(tmp_path, overrides={"upload": {"max_megabytes": 1}}) as house, at_work(house):
            refusal = await upload(house, file(name, data, content_type="application/octet-stream"))
        assert says in texts(refusal).replace("\\", "")
        assert refusal["flags"] & 64
        assert not [one for one in house.paperless.requests if one.method == "POST"]
        assert not any("attachments/" in one.path for one in house.discord.requests)

    async def test_a_tag_that_is_not_there_is_told_with_those_that_are_and_to_the_person_alone(
        self, house: House
    ) -> None:
        async with at_work(house):
            refusal = await upload(house, tags="Taxes, Wishes")
        assert "There is no tag 'Wishes' in Paperless. There are Inbox, Taxes." in texts(refusal)
        assert refusal["flags"] & 64
        assert not list(house.paperless.table.newest())

    async def test_a_tag_made_a_moment_ago_is_found(self, house: House) -> None:
        async with at_work(house):
            assert await suggestions(house, "tags", "") == ["Inbox", "Taxes"]
            house.paperless.labels["tags"][9] = "Wishes"
            private = await upload(house, tags="Wishes")
            await house.card(lambda text: "is done" in text)
        assert (texts(private), bool(private["flags"] & 64)) == ("The message below follows it.", True)
        (document,) = house.paperless.documents
        assert document.tags == (9,)


class TestTrouble:
    async def test_paperless_down(self, house: House) -> None:
        async with at_work(house):
            await house.paperless.down()
            await upload(house)
            told = await house.card(lambda text: "was not sent to Paperless" in text)
        assert "cannot be reached" in texts(told)

    async def test_a_token_that_may_not_upload_is_named(self, tmp_path: Path) -> None:
        async with House(tmp_path) as house:
            token = house.paperless.tokens["viewer"]
            house.overrides = {"paperless": {"home": {"url": house.paperless.url, "token": token}}}
            async with at_work(house):
                await upload(house)
                told = await house.card(lambda text: "was not sent" in text)
        assert "add\\_document" in texts(told)

    async def test_a_connection_that_breaks_in_the_middle_of_the_file_leaves_no_message_that_says_sending(
        self, house: House
    ) -> None:
        async with at_work(house):
            house.paperless.faults.add("drop", path="post_document")
            await upload(house, file(data=PDF.ljust(3_000_000) + b"%%EOF"))
            told = await house.card(lambda text: "was not sent" in text or "It is not known whether" in text)
        assert "scan.pdf" in texts(told)

    async def test_an_answer_that_is_lost_claims_neither(self, house: House) -> None:
        async with at_work(house):
            house.paperless.faults.add("drop_after", path="post_document", times=1)
            await upload(house)
            told = await house.card(lambda text: "It is not known whether scan.pdf reached Paperless" in text)
        assert "before trying again" in texts(told)

    @pytest.mark.parametrize(
        ("failure", "hint"),
        [(404, "attach it again"), (500, "try again"), ("drop", "try again"), ("cut", "try again")],
    )
    async def test_a_file_that_discord_does_not_give_is_not_sent(self, house: House, failure: Any, hint: str) -> None:
        async with at_work(house):
            house.discord.fail_next("GET", "attachments/", status=failure, times=10)
            await upload(house)
            told = await house.card(lambda text: "was not sent" in text)
        assert "Discord" in texts(told)
        assert hint in texts(told)
        assert not list(house.paperless.table.newest())

    async def test_a_uuid_without_a_row_is_said_so(self, house: House) -> None:
        house.paperless.weather.database_locked = True
        async with at_work(house):
            await upload(house)
            await house.card(lambda text: "Consuming scan.pdf: Paperless took it**\nThis message" in text)
            told = await house.card(lambda text: "lists no such task" in text)
        assert "look in Paperless before you send it again" in texts(told)


class TestRestart:
    async def test_what_was_sent_is_followed_on(self, house: House) -> None:
        house.paperless.worker.pace.work = 60
        async with at_work(house):
            await upload(house)
            await house.card(lambda text: "is running" in text)
        house.paperless.finish(next(iter(house.paperless.table.newest())))
        async with at_work(house):
            await house.card(lambda text: "scan.pdf failed" in text or "scan.pdf is done" in text)
        assert len(house.posted()) == 1

    async def test_a_bot_stopped_while_it_sends_says_that_it_does_not_know(self, house: House) -> None:
        stalled = house.paperless.faults.add("stall", path="post_document")
        async with at_work(house) as bot:
            await upload(house)
            await asyncio.wait_for(stalled.arrived.wait(), 5)
            for one in asyncio.all_tasks():
                if one.get_name().startswith("CommandTree-invoker"):
                    one.cancel()  # as a stop does after ten seconds
            await bot.following.close()
        stalled.release()
        async with at_work(house):
            told = await house.card(lambda text: "The bot was stopped while it sent scan.pdf" in text)
        assert "may have arrived all the same" in texts(told)

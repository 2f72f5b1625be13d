"""*Send to Paperless* in the menu of a message; and what is suggested while tags and the like are typed."""

from pathlib import Path

from bot.sandbox.discord import ids
from tests.cogs.at_work import at_work
from tests.cogs.uploading import PDF, file, send, suggestions
from tests.house import House, texts


class TestSendToPaperless:
    async def test_every_file_of_the_message_has_a_message_of_its_own(self, house: House) -> None:
        async with at_work(house):
            await send(house, file("a.pdf"), file("b.txt", b"text"), file("c.pdf", PDF + b"3 %%EOF"))
            for name in ("a.pdf", "b.txt", "c.pdf"):
                await house.card(lambda text, name=name: f"Consuming {name} is done" in text)  # type: ignore[misc]
        assert len(house.posted()) == 3
        assert {document.original_file_name for document in house.paperless.documents} == {"a.pdf", "b.txt", "c.pdf"}

    async def test_what_cannot_be_sent_is_told_to_the_person_and_the_rest_is_sent(self, house: House) -> None:
        async with at_work(house):
            await send(house, file("a.pdf"), file("b.exe", b"MZ"))
            await house.card(lambda text: "Consuming a.pdf is done" in text)
        private = [one for one in house.discord.messages(ids.ALERTS_ID, user_id=ids.BEN_ID) if one["flags"] & 64]
        assert ["b.exe is nothing that Paperless takes" in texts(one) for one in private] == [True]

    async def test_a_message_without_files(self, house: House) -> None:
        async with at_work(house):
            reply = await send(house)
        assert "There is no file in that message" in texts(reply)
        assert reply["flags"] & 64

    async def test_without_the_role(self, house: House) -> None:
        async with at_work(house):
            reply = await send(house, file(), user_id=ids.CLEO_ID)
        assert "Uploading documents is for" in texts(reply)
        assert not list(house.paperless.table.newest())

    async def test_with_several_servers_there_is_an_entry_for_each(self, tmp_path: Path) -> None:
        async with House(tmp_path, servers=("home", "office")) as house, at_work(house):
            await send(house, file(), name="Send to Paperless (office)")
            await house.card(lambda text: "scan.pdf is done" in text and "office" in text)
        assert len(house.all_paperless["office"].documents) == 1
        assert len(house.all_paperless["home"].documents) == 0


class TestSuggestions:
    async def test_they_come_from_paperless_and_no_keystroke_asks_it(self, house: House) -> None:
        async with at_work(house):
            await suggestions(house, "tags", "")
            asked = len(house.paperless.requests)
            assert await suggestions(house, "tags", "ta") == ["Taxes"]
            assert await suggestions(house, "tags", "Taxes, i") == ["Taxes, Inbox"]
            assert await suggestions(house, "tags", "Taxes, t") == []
        assert not [one for one in list(house.paperless.requests)[asked:] if "/api/tags/" in one.path]

    async def test_of_correspondents_and_types(self, house: House) -> None:
        async with at_work(house):
            assert await suggestions(house, "correspondent", "gm") == ["ACME GmbH"]
            assert await suggestions(house, "document_type", "") == ["Invoice"]

    async def test_without_the_role_nothing_is_offered(self, house: House) -> None:
        async with at_work(house):
            assert await suggestions(house, "tags", "", user_id=ids.CLEO_ID) == []

    async def test_with_paperless_down_nothing_is_offered_and_nothing_fails(self, house: House) -> None:
        async with at_work(house):
            house.paperless.faults.add("drop", path="/api/tags/")
            assert await suggestions(house, "tags", "x") == []

    async def test_names_longer_than_discord_takes_are_left_out(self, house: House) -> None:
        house.paperless.labels["tags"] = {1: "x" * 101, 2: "short"}
        async with at_work(house):
            assert await suggestions(house, "tags", "") == ["short"]

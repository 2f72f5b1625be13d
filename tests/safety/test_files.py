"""What people attach: read from where Discord says, and from nowhere else."""

from bot.sandbox.discord.files import Upload
from tests.house import House


async def test_a_file_that_leads_elsewhere_is_not_fetched_from_there(house: House) -> None:
    """Whoever could answer for the CDN would else have the bot ask the machines around it, and store their answers."""
    async with house.bot():
        house.discord.fail_next("GET", "attachments", 302, headers={"Location": "http://169.254.169.254/latest/"})
        file = Upload(filename="scan.pdf", data=b"%PDF-1.4", content_type="application/pdf")
        await house.command("upload", file=file)
        await house.card(lambda text: "scan.pdf was not sent" in text)
    assert [each for each in house.discord.requests if "latest" in each.path] == []
    assert list(house.paperless.documents) == []

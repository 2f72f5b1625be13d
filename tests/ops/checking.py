"""`check` of a house, for its tests: as findings, and as what is printed."""

import io

from bot.check import check, report
from bot.checks.finding import Finding
from bot.exits import Exit
from tests.house import House


def use(house: House, *, user: str = "staff", run_user: str | None = "admin", server: str = "home") -> None:
    """The configuration with these users' tokens."""
    paperless = house.all_paperless[server]
    section = {"url": paperless.url, "token": paperless.tokens[user]}
    if run_user:
        section["run_token"] = paperless.tokens[run_user]
    house.overrides = {**house.overrides, "paperless": {**house.overrides.get("paperless", {}), server: section}}


async def findings(house: House) -> list[Finding]:
    return await check(house.settings(), connector=house.discord.connector())


async def lines(house: House, subject: str) -> list[str]:
    return [str(finding) for finding in await findings(house) if finding.subject == subject]


async def exit_and_lines(house: House) -> tuple[Exit, str]:
    stream = io.StringIO()
    status = report(await findings(house), stream=stream)
    return status, stream.getvalue()

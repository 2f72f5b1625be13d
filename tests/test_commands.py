"""docs/commands.md says what the tree of commands is, neither more nor less."""

import re
from pathlib import Path

from tests.house import House
from tests.reference import blocks

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")


async def test_every_command_stands_there_as_it_is(house: House) -> None:
    async with house.bot() as bot:
        for block in blocks(bot):
            assert block.strip() in DOCUMENT, f"docs/commands.md lacks this part:\n{block}"


async def test_no_command_stands_there_that_is_not(house: House) -> None:
    async with house.bot() as bot:
        known = {block.splitlines()[0] for block in blocks(bot)}
    told = set(re.findall(r"^## .*`/.*$|^## .*\(in the menu.*$", DOCUMENT, re.M))
    assert told == known


async def test_every_command_stands_in_the_table_of_the_readme(house: House) -> None:
    rows = re.findall(r"^\| (`/.*?) \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.M)
    told = {
        name if name[0] == "/" else f"/tasks {name}" for row in rows for name in re.findall(r"`(/tasks \w+|/?\w+)", row)
    }
    async with house.bot() as bot:
        assert {block.splitlines()[0].strip("# `") for block in blocks(bot) if block.startswith("## `")} == told


async def test_every_command_has_a_picture(house: House) -> None:
    parts = re.split(r"^## ", DOCUMENT, flags=re.M)[1:]
    without = [part.splitlines()[0] for part in parts if "](pictures/commands/" not in part]
    assert without == ["The digest"]

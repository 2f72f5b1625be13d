"""What the documents say is so: links lead somewhere, commands exist, examples run."""

import ast
import re
from pathlib import Path

import discord
import pytest

from bot.__main__ import main
from bot.sandbox.paperless import SandboxPaperless

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
README = (ROOT / "README.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.M | re.S)


def blocks(document: Path, language: str) -> list[str]:
    return [body for name, body in FENCE.findall(document.read_text(encoding="utf-8")) if name == language]


def name_of(document: Path) -> str:
    return str(document.relative_to(ROOT))


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_link_to_a_file_leads_to_one(document: Path) -> None:
    text = FENCE.sub("", document.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        path, _, fragment = target.partition("#")
        linked = (document.parent / path).resolve() if path else document
        assert linked.exists(), f"{target} is not there"
        if fragment:
            headings = re.findall(r"^#+ (.+)$", linked.read_text(encoding="utf-8"), re.M)
            assert fragment in map(slug, headings), f"{target}: no such heading"


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)\b", document.read_text(encoding="utf-8"), re.M))

    assert named <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_command_line_of_ours_is_understood(document: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command, options in re.findall(
        r"python -m bot ([a-z]+)((?: --[a-z-]+)*)", document.read_text(encoding="utf-8")
    ):
        with pytest.raises(SystemExit) as ended:
            main([command, "--help"])
        assert ended.value.code == 0
        offered = capsys.readouterr().out
        assert all(option in offered for option in options.split())


def test_the_readme_fits_a_print() -> None:
    assert len(README.splitlines()) < 150


def test_the_invite_link_of_the_readme_asks_for_the_permissions_that_it_names() -> None:
    match = re.search(r"permissions=(\d+)", README)
    assert match
    needed = discord.Permissions(view_channel=True, send_messages=True, read_message_history=True)

    assert int(match[1]) == needed.value


async def test_the_python_example_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = blocks(ROOT / "README.md", "python")
    async with SandboxPaperless() as paperless:
        paperless.fail("invoice-11.pdf")
        code = compile(
            example.replace("http://localhost:8000", paperless.url), "README.md", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        )
        await eval(code, {"token": paperless.tokens["admin"]})  # noqa: S307  our own README

    assert "invoice-11.pdf" in capsys.readouterr().out

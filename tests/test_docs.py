"""What the documents say is so: links lead somewhere, commands exist, examples run."""

import ast
import re
import tomllib
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from bot.__main__ import main
from bot.checks.discord import NEEDED_PERMISSIONS, PICTURE_PERMISSIONS, THREAD_PERMISSIONS, invite_link
from bot.config import Settings
from bot.failures.routing import MATCHERS
from bot.sandbox.paperless import SandboxPaperless

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
README = (ROOT / "README.md").read_text(encoding="utf-8")
LEAST: dict[str, dict[str, Any]] = {  # what an example may leave out
    "discord": {"token": "token", "guild_id": 1},
    "paperless": {"home": {"url": "http://localhost:8000", "token": "token"}},
    "failures": {"channel_id": 1},
}
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


def test_every_picture_is_shown_somewhere() -> None:
    """Those of cards in other colours and widths are compared with, and linked as a folder."""
    said = "".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    pictures = [*ROOT.glob("docs/pictures/*.*"), *ROOT.glob("docs/pictures/commands/*.*")]
    assert [
        one.name for one in pictures if f"pictures/{one.relative_to(ROOT / 'docs/pictures').as_posix()})" not in said
    ] == []


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


@pytest.mark.parametrize("document", ["README.md", "docs/discord.md"])
def test_an_invite_link_asks_for_what_is_used_and_no_more(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    links = re.findall(r"https://discord\.com/oauth2/authorize\?([^`\s]+)", text)

    asked = [dict(parse_qsl(link)) | {"client_id": "1"} for link in links]
    assert asked == [dict(parse_qsl(urlsplit(invite_link(1)).query))]


def test_the_setup_names_each_permission_that_is_used() -> None:
    text = (ROOT / "docs/discord.md").read_text(encoding="utf-8")
    for name in (*NEEDED_PERMISSIONS.values(), *THREAD_PERMISSIONS.values(), *PICTURE_PERMISSIONS.values()):
        assert name.replace("View Channel", "View Channels") in text


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_example_of_a_configuration_is_one(document: Path) -> None:
    for block in blocks(document, "toml"):
        shown = tomllib.loads(block)
        missing = {key: table | shown.get(key, {}) for key, table in LEAST.items()}
        assert Settings(**shown | missing)


def test_every_matcher_of_routes_is_shown_where_routes_are_explained() -> None:
    shown = [tomllib.loads(block) for block in blocks(ROOT / "docs/alerts.md", "toml")]
    routes = chain.from_iterable(example.get("failures", {}).get("routes", ()) for example in shown)
    assert set().union(*routes) >= MATCHERS


async def test_the_python_example_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = blocks(ROOT / "README.md", "python")
    async with SandboxPaperless() as paperless:
        paperless.fail("invoice-11.pdf")
        code = compile(
            example.replace("http://localhost:8000", paperless.url), "README.md", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        )
        await eval(code, {"token": paperless.tokens["admin"]})  # noqa: S307  our own README

    assert "invoice-11.pdf" in capsys.readouterr().out

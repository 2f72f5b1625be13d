"""The client in a program of one's own: what it needs, and what a type checker knows of it."""

import sys
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import assert_type

import bot
from bot.paperless import (
    AcknowledgeResult,
    Document,
    DocumentDraft,
    Label,
    PaperlessClient,
    Rights,
    RunResult,
    Task,
    TaskPage,
    TaskStatus,
    TaskStatusCounts,
    TaskSummary,
)
from bot.sandbox.paperless import SandboxPaperless
from tests.test_import_rules import ROOT, imports, modules

TEXT = (ROOT / "docs/client.md").read_text(encoding="utf-8")
NEEDED = {"aiohttp", "msgspec"}
OF_AIOHTTP = {"multidict", "yarl"}  # aiohttp's own words for headers and URLs, installed with it


def test_it_needs_what_the_documentation_says_and_nothing_else() -> None:
    found = {name.partition(".")[0] for path in modules("bot/paperless") for name in imports(path)}

    assert found - set(sys.stdlib_module_names) - {"bot"} == NEEDED | OF_AIOHTTP
    assert all(f"`{name}`" in TEXT for name in NEEDED)


def test_type_checkers_are_told_that_it_is_typed() -> None:
    """Without the file they take every call for Any, once it is installed."""
    package = Path(bot.__file__).parent
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert (package / "py.typed").is_file()
    assert "py.typed" in project["tool"]["setuptools"]["package-data"]["bot"]


async def test_every_call_has_the_type_that_it_answers(paperless: PaperlessClient, server: SandboxPaperless) -> None:
    """mypy holds `assert_type`, the run holds that it is true."""
    failed = server.fail("scan.pdf", "unsupported")
    task = await paperless.tasks(failed.task_id)

    assert_type(task, Task)
    assert_type((task.status, task.date_created, task.date_done), tuple[TaskStatus, datetime, datetime | None])
    assert_type([one async for one in paperless.tasks], list[Task])
    async with paperless.tasks.filter(status=[TaskStatus.FAILURE], acknowledged=False) as failures:
        assert_type([one async for one in failures], list[Task])
    assert_type([page async for page in failures.pages(page_size=10)], list[TaskPage])
    assert_type((await failures.page()).results, tuple[Task, ...])
    assert_type(await paperless.tasks.filter(acknowledged=None, ordering=None).page(), TaskPage)
    assert_type([one async for one in paperless.tasks.active()], list[Task])
    assert_type(await paperless.tasks.summary(days=7), tuple[TaskSummary, ...])
    assert_type(await paperless.tasks.status_counts(acknowledged=False), TaskStatusCounts)
    number = assert_type(await paperless.tasks.acknowledge([failed.id]), AcknowledgeResult)
    assert_type(number.rejected, tuple[int, ...])
    assert_type(await paperless.tasks.run("sanity_check"), RunResult)
    task_uuid = assert_type(await paperless.documents.save(DocumentDraft(document=b"x", filename="a.txt")), str)
    document = assert_type(
        await paperless.documents((await paperless.tasks.wait(task_uuid)).related_document_ids[0]), Document
    )
    assert_type(document.created, date | None)
    assert_type(await paperless.tags(), tuple[Label, ...])
    assert_type(await paperless.rights(), Rights)

    assert (number, number.acknowledged, number.rejected) == (1, (failed.id,), ())
    assert isinstance(task.date_created, datetime)
    assert isinstance(document.created, date | None)

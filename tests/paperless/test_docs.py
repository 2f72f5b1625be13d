"""The examples of docs/client.md, run from top to bottom."""

import ast
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from bot.paperless import PaperlessClient, Timeouts, errors
from bot.paperless.filters import ORDERINGS, TaskFilters
from bot.paperless.models import Task
from bot.sandbox.paperless import Pace, SandboxPaperless

TEXT = (Path(__file__).parents[2] / "docs/client.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", TEXT, re.M | re.S)


async def run(example: str, names: dict[str, Any]) -> None:
    code = compile(example, "docs/client.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    result = eval(code, names)  # noqa: S307
    if inspect.isawaitable(result):
        await result


@pytest.mark.parametrize("version", ["3.0.5", "2.20.15"])
async def test_every_example_runs(version: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(EXAMPLES) >= 9
    async with SandboxPaperless(version=version, pace=Pace(queue=0.01, work=0.01)) as server:
        failed = server.fail("invoice-11.pdf", "unsupported")
        server.burst(2)
        server.stick()
        async with PaperlessClient(server.url, server.tokens["admin"]) as paperless:
            names: dict[str, Any] = {
                "token": server.tokens["admin"],
                "task_uuid": failed.task_id,
                "scan": b"%PDF-1.7 %%EOF",
            }
            for example in EXAMPLES:
                names["paperless"] = paperless
                await run(example.replace("http://localhost:8000", server.url), names)

    told = capsys.readouterr().out
    for words in ("invoice-11.pdf", "Unsupported mime type", "3 acknowledged (1, 2, 3) but not (4711,)", "Scan"):
        assert words in told


def test_every_error_is_in_the_table() -> None:
    kinds = [
        kind for kind in vars(errors).values() if inspect.isclass(kind) and issubclass(kind, errors.PaperlessError)
    ]

    assert [kind.__name__ for kind in kinds if f"`{kind.__name__}" not in TEXT] == []


def test_every_filter_and_ordering_is_named() -> None:
    assert [name for name in (*TaskFilters.__annotations__, *ORDERINGS) if f"`{name}`" not in TEXT] == []


def test_every_property_of_a_task_is_named() -> None:
    own = [name for name, value in vars(Task).items() if isinstance(value, property) and name != "result_text"]

    assert [name for name in own if f"`{name}`" not in TEXT and f"task.{name}`" not in TEXT] == []


def test_the_timeouts_are_the_defaults() -> None:
    written = ", ".join(f"{name}={getattr(Timeouts(), name):g}" for name in Timeouts.__dataclass_fields__)

    assert f"`Timeouts({written})`" in TEXT

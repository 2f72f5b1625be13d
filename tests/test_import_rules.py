"""What docs/architecture.md says: who may import whom, read from the sources, and what stands where."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CLOCKS = {"now", "utcnow", "today", "monotonic", "perf_counter"}  # time.time needs `import time`, refused below


def modules(*folders: str) -> list[Path]:
    paths = [ROOT / folder for folder in folders]
    return [file for path in paths for file in ([path] if path.is_file() else sorted(path.rglob("*.py")))]


def imports(path: Path) -> set[str]:
    """Every module that a file imports, anywhere in it; `from a import b` counts as `a.b` and as `a`."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return found


def offending(path: Path, *forbidden: str, allowed: tuple[str, ...] = ()) -> set[str]:
    def under(name: str, root: str) -> bool:
        return name == root or name.startswith(root + ".")

    return {
        name
        for name in imports(path)
        if any(under(name, root) for root in forbidden)
        and not any(under(name, root) for root in allowed)
        and name not in ("bot",)
    }


def identifier(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", modules("bot/paperless"), ids=identifier)
def test_the_tasks_client_imports_nothing_else_of_ours_and_no_discord(path: Path) -> None:
    assert not offending(path, "bot", "cogs", "discord", allowed=("bot.paperless",))


@pytest.mark.parametrize("path", modules("bot/paperless/models.py", "bot/paperless/wire.py"), ids=identifier)
def test_models_and_wire_do_no_io(path: Path) -> None:
    assert not offending(path, "aiohttp", "asyncio", "socket")


PURE = [
    *modules(
        "bot/failures/plan.py",
        "bot/failures/incident.py",
        "bot/failures/routing.py",
        "bot/access.py",
        "bot/ui",
    )
]


@pytest.mark.parametrize("path", PURE, ids=identifier)
def test_pure_modules_do_no_io(path: Path) -> None:
    assert not offending(path, "aiohttp", "asyncio", "socket", "sqlalchemy", "aiosqlite", "subprocess", "time")


@pytest.mark.parametrize("path", PURE, ids=identifier)
def test_pure_modules_never_read_the_clock(path: Path) -> None:
    calls = {
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not calls & CLOCKS


@pytest.mark.parametrize("path", modules("bot/failures"), ids=identifier)
def test_the_failure_watcher_knows_no_discord(path: Path) -> None:
    assert not offending(path, "discord", "cogs", "bot.ui")


@pytest.mark.parametrize("path", modules("cogs"), ids=identifier)
def test_cogs_import_the_bot_and_never_each_other(path: Path) -> None:
    assert not offending(path, "cogs")


@pytest.mark.parametrize("path", modules("bot"), ids=identifier)
def test_the_bot_names_a_cog_only_as_a_string(path: Path) -> None:
    assert not offending(path, "cogs")


@pytest.mark.parametrize("path", modules("bot", "cogs"), ids=identifier)
def test_only_the_command_line_imports_the_sandbox(path: Path) -> None:
    if path == ROOT / "bot/__main__.py" or ROOT / "bot/sandbox" in path.parents:
        return
    assert not offending(path, "bot.sandbox")


@pytest.mark.parametrize("path", modules("bot/sandbox/paperless"), ids=identifier)
def test_the_local_paperless_shares_only_models_with_the_client(path: Path) -> None:
    assert not offending(path, "bot.paperless", allowed=("bot.paperless.models",)) - {"bot.paperless"}


def test_importing_the_command_line_does_nothing() -> None:
    tree = ast.parse((ROOT / "bot/__main__.py").read_text(encoding="utf-8"))
    effects = [node for node in tree.body if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)]
    assert not effects


def test_the_health_check_of_the_container_imports_next_to_nothing() -> None:
    """It runs twice a minute for ever."""
    assert imports(ROOT / "bot/alive.py") == {"http.client", "sys", "urllib.request"}


@pytest.mark.parametrize(
    ("library", "user"),
    [
        ("discord", "bot/app.py"),
        ("aiohttp", "bot/paperless/transport.py"),
        ("pydantic", "bot/sections.py"),
        ("pydantic_settings", "bot/config.py"),
        ("apscheduler.schedulers.asyncio", "bot/app.py"),
    ],
)
def test_it_stands_on_what_its_user_named(library: str, user: str) -> None:
    assert library in imports(ROOT / user)


@pytest.mark.parametrize(
    ("room", "library"),
    [("bot/paperless", "pydantic"), ("bot/config.py", "msgspec"), ("bot/sections.py", "msgspec")],
)
def test_answers_and_configuration_are_read_by_a_library_each(room: str, library: str) -> None:
    assert not any(offending(path, library) for path in modules(room))


def test_the_architecture_names_every_module_and_none_that_is_not_there() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| ((?:`[a-z_]+\.py` ?)+)\|", text, re.M))
    in_tables = {name for row in named for name in re.findall(r"[a-z_]+\.py", row)}
    rooms = set(re.findall(r"^\| `([a-z]+)/`", text, re.M))

    assert in_tables == {path.name for path in (ROOT / "bot").glob("*.py")} - {"__init__.py"}
    assert rooms == {path.parent.name for path in (ROOT / "bot").glob("*/*")} - {"__pycache__"}

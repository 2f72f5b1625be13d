"""What a clean machine gets: the locks, the container's install steps, the files around them."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
LOCKS = ("requirements.lock", "requirements-dev.lock")


def pins(name: str) -> dict[str, str]:
    """Package and marker -> version, of one lock."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    found = (re.match(r"([a-z0-9-]+(?:\[[^]]*\])?)==(\S+?)((?: ;[^\\]*)?) \\$", line) for line in lines)
    return {match[1] + match[3]: match[2] for match in found if match}


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_of_a_lock_is_pinned_by_version_and_hash(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"\n(?=[a-z0-9])", text) if re.match(r"[a-z0-9]", entry)]

    assert len(entries) > 20
    assert all(re.match(r"\S+==\S", entry) and "--hash=sha256:" in entry for entry in entries)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address(name: str) -> None:
    assert not re.search(r"https?:|--index-url|--find-links|--extra-index", (ROOT / name).read_text(encoding="utf-8"))


def test_the_developers_lock_holds_the_same_versions_as_the_one_that_ships() -> None:
    developers = pins("requirements-dev.lock")

    assert {package: developers.get(package) for package in pins("requirements.lock")} == pins("requirements.lock")


def test_every_dependency_that_is_declared_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    declared = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    locked = {re.split(r"[\[ ]", package)[0] for package in pins("requirements-dev.lock")}

    assert {re.split(r"[\[<>=~; ]", name)[0].lower().replace(".", "-") for name in declared} <= locked


@pytest.mark.thorough
def test_the_containers_install_steps_make_a_bot_that_starts(tmp_path: Path) -> None:
    """The Dockerfile's own pip command into an empty environment, then its own copies, then its own entry point."""
    command = re.search(r"(/venv/bin/python -m pip install .*)", DOCKERFILE)
    assert command
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    # Wheels out of the cache and no byte code beforehand: half of the time, and nothing of what is tested.
    quick = command[1].replace("--no-cache-dir", "--no-compile")
    steps = quick.replace("/venv/", f"{tmp_path}/venv/").replace("/build/", f"{ROOT}/")
    subprocess.run(steps.split(), check=True, stdout=subprocess.DEVNULL)
    for source, target in re.findall(r"^COPY (bot|cogs) /app/(\S+)$", DOCKERFILE, re.M):
        shutil.copytree(ROOT / source, tmp_path / "app" / target, ignore=shutil.ignore_patterns("__pycache__"))

    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path / "app"), "PYTHONDONTWRITEBYTECODE": "1"}
    started = subprocess.run(
        [tmp_path / "venv/bin/python", "-m", "bot", "run", "--config", tmp_path / "none.toml"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert started.returncode == 78, started.stderr
    assert "no such file; copy config.example.toml" in started.stderr


def test_the_image_does_not_run_as_root_and_is_checked_for_health() -> None:
    final_stage = DOCKERFILE.split("\nFROM ")[-1]

    assert re.search(r"^USER (?!root)", final_stage, re.M)
    assert "HEALTHCHECK" in final_stage
    assert '"bot.alive"' in final_stage


def test_the_dockerfile_satisfies_its_linter() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    if not hadolint.exists():
        pytest.skip("hadolint has no wheel for this machine")

    linted = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)

    assert linted.returncode == 0, linted.stdout


def test_the_compose_file_runs_read_only_and_without_privileges() -> None:
    text = (ROOT / "compose.example.yaml").read_text(encoding="utf-8")

    assert "read_only: true" in text
    assert "cap_drop: [ALL]" in text
    assert "no-new-privileges:true" in text


def test_no_file_names_a_package_index_or_a_path_of_the_machine_it_was_written_on() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    hosts = re.compile("|".join(("py" + r"pi\.org", "python" + "hosted", r"registry\.npm" + "js", r"deb\.deb" + "ian")))
    naming = [
        name
        for name in listed.stdout.splitlines()
        if (ROOT / name).suffix not in (".png", ".gif") and hosts.search((ROOT / name).read_text(encoding="utf-8"))
    ]

    assert naming == []

"""The environment of the side-by-side benchmarks: pypaperless 6 needs Python 3.13, which this project does not."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

PEER = "pypaperless==6.0.2"
ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".venv" / "bench"
# The same releases as this project uses, for both sides.
COMMON = ("aiohttp", "msgspec", "orjson")


class NoPeer(Exception):
    """The peer cannot be measured on this machine; the text says why."""


def peer_python() -> Path:
    """The interpreter of an environment with both sides in it, made at the first call."""
    python = FOLDER / "bin" / "python"
    requirements = [PEER, *(f"{name}=={version(name)}" for name in COMMON)]
    made_of = FOLDER / "requirements"
    if made_of.is_file() and made_of.read_text() == "\n".join(requirements):
        return python
    _run([str(_python_3_13()), "-m", "venv", "--clear", str(FOLDER)])
    _install(python, requirements)
    made_of.write_text("\n".join(requirements))
    return python


def _install(python: Path, requirements: list[str]) -> None:
    uv = shutil.which("uv")
    if uv is not None:
        _run([uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(python), *requirements])
    else:
        _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NoPeer(f"{' '.join(command[:4])} ... failed: {done.stderr.strip()[-300:]}")


def _python_3_13() -> Path:
    for path in _candidates():
        asked = subprocess.run([path, "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, text=True)
        if asked.stdout.split() == ["3", "13"]:
            return path
    raise NoPeer("there is no Python 3.13 on the PATH, which pypaperless 6 needs")


def _candidates() -> Iterator[Path]:
    yield Path(sys.executable)
    for folder in map(Path, os.environ.get("PATH", "").split(os.pathsep)):
        if (folder / "python3.13").is_file():
            yield folder / "python3.13"
        if folder.name == "shims":  # pyenv: its python3.13 runs only where that version is switched on
            yield from sorted(folder.parent.glob("versions/3.13*/bin/python3.13"), reverse=True)

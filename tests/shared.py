"""The recordings and documents that lie beside a checkout in `../shared`; read from there, never copied."""

import json
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"
PAPERLESS_3 = SHARED / "paperless"
PAPERLESS_2 = SHARED / "paperless-2.20"
DISCORD_OPENAPI = SHARED / "discord" / "openapi.json"

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the recordings of real servers are not beside this checkout (../shared)"
)


def recording(name: str) -> dict[str, Any]:
    """One recorded request with its answer, by file name without `.json`."""
    found: dict[str, Any] = json.loads((PAPERLESS_3 / f"{name}.json").read_text(encoding="utf-8"))
    return found

"""Drawing beside the loop, in a process."""

import subprocess
import sys

import pytest

from bot import drawing
from bot.drawing import Drawing
from bot.ui.charts import Bar, Chart

pytestmark = pytest.mark.thorough  # each starts one
CHART = Chart(title="1 of 10 tasks failed", subtitle="", bars=(Bar(label="Mail", succeeded=9, failed=1, other=0),))
PNG = b"\x89PNG\r\n\x1a\n"


async def test_a_picture_comes_from_a_process_of_its_own() -> None:
    pen = Drawing()
    png = await pen.png(CHART)
    pen.close()
    assert png is not None
    assert png.startswith(PNG)


def test_the_bot_itself_imports_no_matplotlib() -> None:
    asked = "import sys, bot.app, bot.run, bot.drawing; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", asked], check=False).returncode == 0


async def test_the_process_knows_nothing_of_the_bots_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONSTARTUP", "x")
    monkeypatch.setenv("PYTHONHOME", "/nowhere")  # a Python that got it would not even start
    pen = Drawing()
    assert await pen.png(CHART) is not None
    pen.close()


async def test_what_cannot_be_drawn_is_no_picture_and_one_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    pen = Drawing()
    broken = Chart(title="", subtitle="", bars=(Bar(label="x", succeeded="many", failed=1, other=0),))  # type: ignore[arg-type]
    assert await pen.png(broken) is None
    pen.close()
    (record,) = caplog.records
    assert "TypeError" in record.getMessage()
    assert "\n" not in record.getMessage()


async def test_one_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "SECONDS", 0.01)
    pen = Drawing()
    assert await pen.png(CHART) is None
    pen.close()

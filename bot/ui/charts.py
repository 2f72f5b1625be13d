"""The picture of a summary: a bar a type of task, its share of success and failure, and how that was before.

Drawn on a background of its own, so that it reads alike in Discord's light and dark. Colours of Okabe and Ito, which
the colour-blind can tell apart; what failed is hatched as well, and every number stands beside its bar. Matplotlib is
imported when something is drawn, by whoever draws: `bot.drawing`, in a process of its own.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.ui.text import count, plural

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, TOP, ROW, BOTTOM = 10.0, 1.35, 1.0, 0.75  # inches; a hundred pixels each
DPI = 100
MOST_BARS = 12
ALT_LIMIT = 1024

PAPER, INK, FAINT = "#1e1f22", "#f2f3f5", "#b5b9c1"
BLUE, ORANGE, GREY = "#56b4e9", "#e69f00", "#6d7078"
BAR = 0.34  # of a row's height
LEAST = 0.015  # of a bar's length: one failure among thousands is to be seen


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One type of task. `before`: the share that succeeded in the window before, 0 to 1; None: not known."""

    label: str
    succeeded: int
    failed: int
    other: int  # waiting, running, or not run
    before: float | None = None

    @property
    def runs(self) -> int:
        return self.succeeded + self.failed + self.other


@dataclass(frozen=True, kw_only=True)
class Chart:
    title: str
    subtitle: str
    bars: tuple[Bar, ...]

    @property
    def alt(self) -> str:
        """The picture in words, for who does not see it."""
        told = [
            f"{bar.label}: {plural(bar.runs, 'run')}, {count(bar.succeeded)} succeeded, {count(bar.failed)} failed"
            for bar in self.bars[:MOST_BARS]
        ]
        return f"Bars by type of task. {self.title}. {'; '.join(told)}."[:ALT_LIMIT]


def draw(chart: Chart) -> bytes:
    """A PNG, 1,000 pixels wide: on a phone a third of that, where its letters still read."""
    from matplotlib.figure import Figure

    bars = chart.bars[:MOST_BARS]
    height = TOP + ROW * max(1, len(bars)) + BOTTOM
    figure = Figure(figsize=(WIDTH, height), dpi=DPI, facecolor=PAPER)
    figure.text(0.03, 1 - 0.45 / height, chart.title, color=INK, fontsize=23, fontweight="bold", va="center")
    figure.text(0.03, 1 - 0.95 / height, chart.subtitle, color=FAINT, fontsize=17, va="center")
    axes = figure.add_axes((0.03, BOTTOM / height, 0.94, ROW * max(1, len(bars)) / height))
    axes.set(xlim=(0, 1), ylim=(max(1, len(bars)), 0))
    axes.axis("off")
    for number, bar in enumerate(bars):
        _draw_bar(axes, bar, number)
    _draw_key(figure.add_axes((0.03, 0.0, 0.94, BOTTOM / height)), bars)
    target = io.BytesIO()
    figure.savefig(target, format="png")
    return target.getvalue()


def _draw_bar(axes: "Axes", bar: Bar, number: int) -> None:
    axes.text(0, number + 0.27, bar.label, color=INK, fontsize=19, va="center")
    said = f"{plural(bar.runs, 'run')}, {count(bar.failed)} failed"
    axes.text(1, number + 0.27, said, color=INK, fontsize=19, va="center", ha="right")
    middle, left = number + 0.66, 0.0
    for share, colour, hatch in _parts(bar):
        axes.barh(middle, share, BAR, left=left, color=colour, hatch=hatch, edgecolor=PAPER, linewidth=0)
        left += share
    if not bar.runs:
        axes.barh(middle, 1, BAR, color=PAPER, edgecolor=GREY, linewidth=1.5)
    if bar.before is not None:
        axes.plot([bar.before] * 2, [middle - BAR * 0.6, middle + BAR * 0.75], color=INK, linewidth=4, clip_on=False)


def _parts(bar: Bar) -> Sequence[tuple[float, str, str | None]]:
    """Shares of the whole bar, none of them too small to be seen."""
    shares = [max(LEAST, amount / bar.runs) if amount else 0.0 for amount in (bar.succeeded, bar.failed, bar.other)]
    whole = sum(shares) or 1
    succeeded, failed, other = (share / whole for share in shares)
    return (succeeded, BLUE, None), (failed, ORANGE, "///"), (other, GREY, "..")


def _draw_key(axes: "Axes", bars: Sequence[Bar]) -> None:
    """What the colours mean, as far as they occur."""
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.axis("off")
    entries: list[tuple[str, str, str | None]] = [("succeeded", BLUE, None), ("failed", ORANGE, "///")]
    if any(bar.other for bar in bars):
        entries.append(("waits, runs, not run", GREY, ".."))
    if any(bar.before is not None for bar in bars):
        entries.append(("share that succeeded before", INK, None))
    left = 0.0
    for name, colour, hatch in entries:
        width = 0.005 if colour == INK else 0.03
        axes.barh(0.5, width, 0.4, left=left, color=colour, hatch=hatch, edgecolor=PAPER, linewidth=0)
        axes.text(left + width + 0.012, 0.5, name, color=FAINT, fontsize=16, va="center")
        left += width + 0.06 + len(name) * 0.0112

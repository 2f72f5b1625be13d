"""What a benchmark yields, and how it is printed."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Row:
    """One measurement. `columns` are shown in order; `wanted` is the target in words, `met` whether it was reached."""

    work: str
    columns: dict[str, str]
    wanted: str = ""
    met: bool | None = None

    def cells(self) -> list[str]:
        verdict = {None: "", True: "yes", False: "no"}[self.met]
        return [self.work, *self.columns.values(), self.wanted, verdict]


def as_table(rows: Iterable[Row]) -> str:
    """A Markdown table, aligned for the eye."""
    found = list(rows)
    lines = [["work", *found[0].columns, "wanted", "met"], *(row.cells() for row in found)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = ["| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in lines]
    return "\n".join([padded[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *padded[1:]])

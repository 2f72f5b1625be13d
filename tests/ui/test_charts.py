"""The picture of a summary: what it shows, how it reads, what it says to who does not see it."""

import io
import itertools
from typing import Any

import pytest
from PIL import Image

from bot.ui.charts import ALT_LIMIT, BLUE, FAINT, GREY, INK, MOST_BARS, ORANGE, PAPER, Bar, Chart, draw


def bar(label: str = "Mail fetch", **numbers: Any) -> Bar:
    values: dict[str, Any] = {"label": label, "succeeded": 9, "failed": 1, "other": 0}
    return Bar(**values | numbers)


def chart(*bars: Bar) -> Chart:
    return Chart(title="12 of 1,402 tasks failed", subtitle="the last 7 days", bars=bars)


def picture(*bars: Bar) -> Image.Image:
    return Image.open(io.BytesIO(draw(chart(*bars)))).convert("RGB")


def pixels(image: Image.Image, colour: str) -> int:
    wanted = tuple(bytes.fromhex(colour.removeprefix("#")))
    return sum(number for number, found in image.getcolors(1 << 24) or [] if found == wanted)


def luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG21/#dfn-relative-luminance"""
    parts = [part / 255 for part in bytes.fromhex(colour.removeprefix("#"))]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def seen_without_green(colour: str) -> tuple[float, ...]:
    """As with deuteranopia (Machado 2009, severity 1)."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return (
        0.367322 * red + 0.860646 * green - 0.227968 * blue,
        0.280085 * red + 0.672501 * green + 0.047413 * blue,
        -0.011820 * red + 0.042940 * green + 0.968881 * blue,
    )


def test_it_is_as_wide_as_discord_shows_pictures_and_grows_with_the_types() -> None:
    one, three = picture(bar()), picture(bar(), bar(), bar())
    assert one.width == three.width == 1000
    assert three.height - one.height == 200


def test_success_and_failure_have_their_share_of_the_bar() -> None:
    image = picture(bar(succeeded=50, failed=50))
    assert pixels(image, BLUE) > 0
    assert pixels(image, ORANGE) > 0
    assert pixels(picture(bar(succeeded=50, failed=0)), ORANGE) < pixels(image, ORANGE)


def test_one_failure_among_thousands_is_to_be_seen() -> None:
    nothing = pixels(picture(bar(succeeded=10_000, failed=0)), ORANGE)
    assert pixels(picture(bar(succeeded=10_000, failed=1)), ORANGE) > nothing + 100


def test_how_it_was_before_is_marked_where_it_is_known() -> None:
    known, unknown = picture(bar(before=0.5)), picture(bar(before=None))
    middle = range(490, 511), range(180, 215)
    assert any(known.getpixel(at) == (0xF2, 0xF3, 0xF5) for at in itertools.product(*middle))
    assert not any(unknown.getpixel(at) == (0xF2, 0xF3, 0xF5) for at in itertools.product(*middle))


@pytest.mark.parametrize("bars", [(), (bar(succeeded=0, failed=0),), (bar(other=10**9),), (bar("x" * 80),)])
def test_whatever_the_numbers_it_is_drawn(bars: tuple[Bar, ...]) -> None:
    assert picture(*bars).width == 1000


def test_it_never_grows_beyond_the_most_bars() -> None:
    assert picture(*[bar()] * 40).height == picture(*[bar()] * MOST_BARS).height


@pytest.mark.parametrize("colour", [INK, FAINT])
def test_its_letters_stand_out_from_its_own_background_whatever_the_theme(colour: str) -> None:
    assert contrast(colour, PAPER) >= 7


@pytest.mark.parametrize("pair", [(BLUE, ORANGE), (BLUE, GREY), (ORANGE, GREY)], ids=" ".join)
def test_its_colours_are_told_apart_without_green(pair: tuple[str, str]) -> None:
    one, other = map(seen_without_green, pair)
    assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 > 80


def test_in_words_it_says_the_same_numbers() -> None:
    said = chart(bar(succeeded=1002, failed=6), bar("Sanity check", succeeded=0, failed=1)).alt
    assert "12 of 1,402 tasks failed" in said
    assert "Mail fetch: 1,008 runs, 1,002 succeeded, 6 failed" in said
    assert "Sanity check: 1 run, 0 succeeded, 1 failed" in said


def test_its_words_are_no_longer_than_discord_takes() -> None:
    assert len(chart(*[bar("x" * 200)] * MOST_BARS).alt) <= ALT_LIMIT

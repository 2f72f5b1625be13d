"""Each card, light and dark, on a desktop and on a phone: it fits, can be read, and looks as in the documentation."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests import card_pictures
from tests.browser.violations import violations
from tests.card_pictures import VARIANTS, difference, dress, kept, letters, path_of, take
from tests.gallery import cards

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
MOST_DIFFERENT = 0.0005  # of the pixels: less than a letter
ANEW = "if that is meant, take them anew: .venv/bin/python docs/make_pictures.py cards"
MISFITS = """() => {
  const wrong = [];
  const told = (what, node) => wrong.push(`${what}: ${node.textContent}`);
  const beside = (one, two) => one.left >= two.right || two.left >= one.right;
  const apart = (one, two) => beside(one, two) || one.top >= two.bottom || two.top >= one.bottom;
  for (const card of document.querySelectorAll(".container")) {
    const outer = card.getBoundingClientRect();
    if (outer.left < 0 || outer.right > innerWidth) told("out of the window", card);
    for (const part of card.querySelectorAll("*:not(.visually-hidden)")) {
      const inner = part.getBoundingClientRect();
      const isBox = getComputedStyle(part).display !== "inline";
      if (inner.width && (inner.right > outer.right + 1 || inner.left < outer.left - 1)) told("outside its card", part);
      if (isBox && part.scrollWidth > part.clientWidth + 1) told("cut off", part);
    }
    const buttons = [...card.querySelectorAll(".button")].map((one) => one.getBoundingClientRect());
    if (buttons.some((one) => one.height < 24 || one.width < 24)) told("a button is too small to hit", card);
    const overlaps = (one, at) => !buttons.slice(at + 1).every((two) => apart(one, two));
    if (buttons.some(overlaps)) told("buttons overlap", card);
  }
  return wrong;
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    async with card_pictures.showing(browser) as page:
        yield page


async def test_every_card_has_its_pictures_and_there_are_no_others() -> None:
    wanted = {path_of(variant, name) for variant in VARIANTS for name in cards()}
    assert set(card_pictures.FOLDER.rglob("*.png")) == wanted, ANEW


@pytest.mark.parametrize("variant", VARIANTS)
async def test_every_card_fits_and_can_be_read(page: Page, variant: str) -> None:
    await dress(page, variant)
    assert await page.evaluate(MISFITS) == []
    assert await violations(page) == []


@pytest.mark.parametrize("variant", VARIANTS)
async def test_every_card_looks_as_in_the_documentation(page: Page, variant: str, tmp_path: Path) -> None:
    if await letters(page) != card_pictures.FINGERPRINT.read_text().strip():
        pytest.skip("this machine's fonts or chromium draw other letters than those of docs/pictures/cards")
    wrong = []
    for name, picture in (await take(page, variant)).items():
        part, where = difference(kept(variant, name), picture)
        if part > MOST_DIFFERENT:
            for kind, image in (("is", picture), ("differs", where)):
                if image is not None:
                    image.save(tmp_path / f"{variant} {name} {kind}.png")
            wrong.append(f"{variant} {name}: {part:.2%} of it differs" if where else f"{variant} {name}: another size")
    assert not wrong, f"{wrong}; see {tmp_path}; {ANEW}"


async def test_a_picture_that_differs_by_a_word_is_told_from_one_that_does_not() -> None:
    one, other = (kept("light-desktop", name) for name in ("Acknowledged here", "Acknowledged in Paperless"))
    width, height = min(one.width, other.width), min(one.height, other.height)
    assert difference(one, one)[0] == 0
    assert difference(one.crop((0, 0, width, height)), other.crop((0, 0, width, height)))[0] > MOST_DIFFERENT

"""docs/alerts.md shows the cards as the code draws them."""

from tests.gallery import current, gallery


async def test_the_gallery_of_the_document_is_what_the_code_draws() -> None:
    assert current() == await gallery(), "run `python -m tests.gallery`"

"""What can be sent to Paperless, and what is said of the rest."""

import pytest

from bot.ui import uploads

MOST = 100_000_000


@pytest.mark.parametrize(
    "filename", ["scan.pdf", "SCAN.PDF", "photo.jpeg", "a.b.tiff", "letter.docx", "mail.eml", "notes.txt", ".x.png"]
)
def test_documents_can_be_sent(filename: str) -> None:
    assert uploads.why_not(filename, 1, most=MOST) is None


@pytest.mark.parametrize(
    ("filename", "octets", "says"),
    [
        ("scan.pdf", 0, "scan.pdf is empty."),
        ("scan.pdf", MOST + 1, "scan.pdf has 100 MB, and the bot sends at most 100 MB: upload it in Paperless itself."),
        ("film.mp4", 1, "film.mp4 is nothing that Paperless takes: it takes PDF, images"),
        ("archive.tar.gz", 1, "archive.tar.gz is nothing that Paperless takes"),
        ("pdf", 1, "pdf has no extension that tells what it is"),
        (".pdf", 1, ".pdf has no extension"),
        ("x](https://evil.example).exe", 1, r"x\]\(https\://evil.example).exe is nothing"),
    ],
)
def test_the_rest_is_told_why_not(filename: str, octets: int, says: str) -> None:
    assert (uploads.why_not(filename, octets, most=MOST) or "").startswith(says)


def test_a_server_may_take_more() -> None:
    assert uploads.why_not("plan.dwg", 1, most=MOST, also=("dwg",)) is None


@pytest.mark.parametrize(
    ("filename", "title", "content_type", "named"),
    [
        ("scan.pdf", None, "application/pdf", "scan.pdf"),
        ("Rechnung_Mrz.pdf", "Rechnung März", "application/pdf", "Rechnung März.pdf"),
        ("unknown", None, "application/pdf; charset=x", "unknown.pdf"),
        ("unknown", "März", "image/png", "März.png"),
        ("unknown", "März", None, "unknown"),
    ],
)
def test_it_has_the_name_that_it_had_before(
    filename: str, title: str | None, content_type: str | None, named: str
) -> None:
    assert uploads.filename_of(filename, title=title, content_type=content_type) == named

"""The second line of a card: the server's own words, made short, and a hint for what everyone meets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ui.reasons import hint, one_line, reason

# Messages as real servers wrote them (3.0.5 and 2.20.15).
ONE_LINE = [
    (
        "the file name in front goes",
        "invoice.zip",
        "invoice.zip: Unsupported mime type application/zip",
        "Unsupported mime type application/zip",
    ),
    (
        "the frame around an exception goes",
        "corrupt.pdf",
        "corrupt.pdf: Error occurred while consuming document corrupt.pdf: OSError: image file is truncated",
        "OSError: image file is truncated",
    ),
    (
        "a name of more emoji than are shown goes as well",
        "\N{PARTY POPPER}" * 20 + ".pdf",
        "{0}: Error occurred while consuming document {0}: OSError: truncated".format("\N{PARTY POPPER}" * 20 + ".pdf"),
        "OSError: truncated",
    ),
    (
        "an exception without words keeps its name",
        "corrupt.pdf",
        "corrupt.pdf: Error occurred while consuming document corrupt.pdf: InputFileError: ",
        "InputFileError",
    ),
    (
        "paths go, the name in them is the file",
        "queued-F-0.txt",
        "queued-F-0.txt: Cannot consume /tmp/scratch/tmp8zqhsk1f/queued-F-0.txt: File not found.",
        "Cannot consume the file: File not found.",
    ),
    (
        "paths in quotes keep their last name",
        None,
        "[Errno 21] Is a directory: '/usr/src/paperless/data/classification_model.pickle.part' -> "
        "'/usr/src/paperless/data/classification_model.pickle'",
        "[Errno 21] Is a directory: 'classification_model.pickle.part' -> 'classification_model.pickle'",
    ),
    (
        "a path with spaces, in quotes",
        None,
        "[Errno 2] No such file or directory: '/usr/src/paperless/my scans/a b.pdf'",
        "[Errno 2] No such file or directory: 'a b.pdf'",
    ),
    ("a path of Windows", None, r"cannot open C:\paperless\scans\x.pdf here", "cannot open x.pdf here"),
    (
        "a script's command",
        "s.txt",
        "s.txt: Error while executing pre-consume script: Command '['/bin/false']' returned non-zero exit status 1.",
        "Error while executing pre-consume script: Command '['false']' returned non-zero exit status 1.",
    ),
    (
        "a digest's message, whose file name was cut out",
        None,
        "Error occurred while consuming: OSError: image file is truncated",
        "OSError: image file is truncated",
    ),
    (
        "2.20 says the name twice",
        "asn2.txt",
        "asn2.txt: Not consuming asn2.txt: Given ASN 77 already exists!",
        "Given ASN 77 already exists!",
    ),
    (
        "a traceback stored as the message: its last line",
        None,
        'Traceback (most recent call last):\n  File "/usr/local/lib/pool.py", line 1265, in mark\n'
        "billiard.exceptions.WorkerLostError: Worker exited prematurely: signal 9 (SIGKILL) Job: 14.\n",
        "billiard.exceptions.WorkerLostError: Worker exited prematurely: signal 9 (SIGKILL) Job: 14.",
    ),
    ("several lines become one", None, "first\nsecond", "first second"),
    ("an address on the web is no path", None, "see https://ghostscript.com/a/b", "see https://ghostscript.com/a/b"),
    ("a media type is no path", None, "application/vnd.ms-excel", "application/vnd.ms-excel"),
    ("a date is no path", None, "23/11/2026", "23/11/2026"),
    (
        "a password in an address",
        None,
        "cannot reach redis://:hunter2@broker:6379",
        "cannot reach redis://[redacted]@broker:6379",
    ),
    ("a short name stays within words", "a", "a: an apple", "an apple"),
    ("nothing", "x.pdf", "", ""),
    ("only the name", "x.pdf", "x.pdf: ", ""),
]


@pytest.mark.parametrize(
    ("filename", "message", "expected"), [case[1:] for case in ONE_LINE], ids=[case[0] for case in ONE_LINE]
)
def test_one_line(filename: str | None, message: str, expected: str) -> None:
    assert one_line(message, filename) == expected


@pytest.mark.parametrize(
    ("error_type", "message", "says"),
    [
        ("ConsumerError", "f.zip: Unsupported mime type application/zip", "type of file"),
        ("ConsumerError", "x: It is a duplicate of note (#1).", "there already"),
        (
            "ConsumerError",
            "x: It is a duplicate of note (#6). Note: existing document is in the trash.",
            "in the trash",
        ),
        ("WorkerLostError", "Worker exited prematurely: signal 9 (SIGKILL) Job: 10.", "memory"),
        ("TimeLimitExceeded", "TimeLimitExceeded(5,)", "PAPERLESS_WORKER_TIMEOUT"),
        ("ConnectionRefusedError", "[Errno 111] Connection refused", "reach it"),
        ("ConsumerError", "x: Error while executing post-consume script: ...", "may be there all the same"),
        ("ConsumerError", "x: InputFileError: ", "damaged"),
        ("ConsumerError", "x: MissingDependencyError: Ghostscript 10.0.0 ...", "too old"),
        ("SubprocessOutputError", "Tesseract OCR failed", "Text recognition"),
        ("OSError", "[Errno 28] No space left on device", "full"),
        ("SanityCheckFailedException", "1 document(s) with errors", "archive"),
        ("MailError", "b'[AUTHENTICATIONFAILED] Invalid credentials'", "password"),
    ],
)
def test_a_hint_for_what_everyone_meets(error_type: str, message: str, says: str) -> None:
    advice = hint(error_type, message)
    assert advice is not None
    assert says in advice


def test_no_hint_where_there_is_nothing_to_advise() -> None:
    assert hint("KeyError", "'x'") is None
    assert hint(None, None) is None


def test_an_error_without_words_gives_its_class() -> None:
    said = reason(error_type="FileNotFoundError", message=None)
    assert said is not None
    assert said.text == "FileNotFoundError"


def test_nothing_said_gives_nothing() -> None:
    assert reason(error_type=None, message=None) is None


@given(st.text(), st.text())
def test_any_message_gives_one_line_of_at_most_200(message: str, filename: str) -> None:
    said = reason(error_type=None, message=message, filename=filename)
    assert said is None or (len(said.text) <= 200 and "\n" not in said.text)

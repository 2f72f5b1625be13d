"""Why a task failed, in one line of the server's own words, and what to do about what everyone meets.

The server's texts may be translated; they are shown, and matched only for a hint: where none matches, nothing is lost.
"""

import re
from dataclasses import dataclass

from bot.ui.text import REASON_LIMIT, Escaped, clean, escape, redact

MIN_NAME = 4
"""A shorter file name is left where it stands: "a" is in every sentence."""

MAX_MESSAGE = 4000
"""Of a longer one a line of 200 shows nothing."""

_QUOTED_PATH = re.compile(r"""(['"])(?:[A-Za-z]:\\|~?/)[^'"]{0,1000}[/\\]([^'"/\\]{1,300})[/\\]?\1""")
_PATH = re.compile(r"""(?<![\w:/.<])~?(?:/[^\s'"/:,;()\[\]]{1,255}){2,}/?""")
_WINDOWS_PATH = re.compile(r"""\b[A-Za-z]:\\(?:[^\s'"\\]{1,255}\\)*[^\s'"\\]{0,255}""")
# What the server says around the reason; on a digest the file name between is cut out already.
_FRAME = re.compile(r"(?:Error occurred while consuming|Not consuming)(?: document)?\s*(?:the file\b)?\s*:\s*", re.I)
_LAST_LINE = re.compile(r"\A\s*Traceback \(most recent call last\)")


@dataclass(frozen=True, kw_only=True)
class Reason:
    """`text` is escaped, one line, at most 200; `hint` is ours, or None."""

    text: Escaped
    hint: str | None


_UNREACHABLE = "Something Paperless needs did not answer: is it running, and can the Paperless server reach it?"
_DAMAGED = "The file is damaged or not what its name says. Open it, save it anew, and upload it again."

# The first that matches the error's class and message; so the particular stand before the general.
_HINTS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.I), hint)
    for pattern, hint in (
        (
            r"unsupported mime type|file type .* not supported|mime type .* not supported",
            "Paperless cannot read this type of file. Unpack it or convert it, to PDF for instance.",
        ),
        (r"duplicate.*in the trash", "The original is in the trash: restore it, or empty the trash and upload again."),
        (r"duplicate of", "The document is there already; nothing needs to be done."),
        (r"ASN .* already exists", "Another document has this archive serial number; give one of them another."),
        (
            r"WorkerLostError|signal 9|SIGKILL",
            "The worker was killed while it ran, mostly because memory ran out. Give it more, or use fewer workers.",
        ),
        (
            r"TimeLimitExceeded",
            "It took longer than a worker may. Split the file, or raise PAPERLESS_WORKER_TIMEOUT on the server.",
        ),
        (r"pre-consume script", "The server's own pre-consume script failed; its output is in the Paperless log."),
        (
            r"post-consume script",
            "The server's own post-consume script failed; the document may be there all the same.",
        ),
        (r"encrypted|password[- ]protected|EncryptedPdf", "The file asks for a password. Remove it and upload again."),
        (r"digital(ly)? sign", "The PDF is signed, and OCR would break the signature. See PAPERLESS_OCR_USER_ARGS."),
        (
            r"prior ?ocr|already has text",
            "The PDF holds text already. The OCR mode of the server (PAPERLESS_OCR_MODE) decides about that.",
        ),
        (r"ghostscript|MissingDependency", "A program that OCR needs is missing or too old on the Paperless server."),
        (r"InputFileError|image file is truncated|cannot identify image|not a PDF|EOF marker", _DAMAGED),
        (
            r"tesseract|ocrmypdf|\bOCR\b",
            "Text recognition (OCR) failed on this file; Details has its own words.",
        ),
        (r"gotenberg|tika", "Tika or Gotenberg, which read office files and mails, did not answer or gave up."),
        (
            r"File not found|FileNotFound|No such file",
            "The file was gone before a worker took it. Upload it once more.",
        ),
        (r"No space left|Errno 28", "The disk of the Paperless server is full."),
        (r"MemoryError|Cannot allocate memory", "The Paperless server ran out of memory."),
        (r"Permission denied|Errno 13", "Paperless may not write or read there: look at the owner of its folders."),
        (r"database is locked", "The database was busy. Try again; if it happens often, PostgreSQL copes better."),
        (
            r"AUTHENTICATIONFAILED|invalid credentials|login failed",
            "The mail server refused the login: check the mail account's password in Paperless.",
        ),
        (r"SanityCheckFailed", "Something in the archive is not as it should be; the Paperless log names it."),
        (
            r"certificate verify failed|CERTIFICATE_VERIFY",
            "The other server's certificate is not trusted by Paperless.",
        ),
        (r"Name or service not known|getaddrinfo|name resolution", _UNREACHABLE),
        (r"Connection refused|Connection reset|ConnectionError|Errno 111|Max retries", _UNREACHABLE),
        (r"timed out|Timeout", _UNREACHABLE),
    )
)


def _base_name(match: re.Match[str]) -> str:
    return re.split(r"[/\\]", match[0].rstrip("/\\"))[-1]


def without_paths(text: str) -> str:
    """Paths of the server shortened to the name at their end."""
    text = _QUOTED_PATH.sub(r"\1\2\1", text)
    return _WINDOWS_PATH.sub(_base_name, _PATH.sub(_base_name, text))


def _without_name(text: str, filename: str) -> str:
    text = text.removeprefix(f"{filename}:").strip()
    return text.replace(filename, "the file") if len(filename) >= MIN_NAME else text


def one_line(message: str, filename: str | None) -> str:
    """A message as a card shows it, not yet escaped: redacted, without paths, without the file name said again."""
    if _LAST_LINE.match(message):  # 2.20 stores the traceback of a killed worker where others have a sentence
        message = message.strip().splitlines()[-1]
    if filename:  # first as it is: of many emoji `clean` would leave another part in the one than in the other
        message = _without_name(message, filename)
    text = without_paths(clean(redact(message[:MAX_MESSAGE])))
    if name := clean(redact(filename or "")):
        text = _without_name(text, name)
    return _FRAME.sub("", text).strip().removesuffix(":").strip()


def hint(error_type: str | None, message: str | None) -> str | None:
    """What to do about it, where it is one of those that everyone meets."""
    said = f"{error_type or ''}: {clean((message or '')[:MAX_MESSAGE])}"
    return next((advice for pattern, advice in _HINTS if pattern.search(said)), None)


def reason(
    *, error_type: str | None, message: str | None, filename: str | None = None, limit: int = REASON_LIMIT
) -> Reason | None:
    """None where Paperless said nothing at all."""
    text = one_line(message or "", filename)
    if not text and error_type:
        text = error_type
    if not text:
        return None
    return Reason(text=escape(text, limit), hint=hint(error_type, message))

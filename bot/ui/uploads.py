"""What can be sent to Paperless, decided from name, type and size alone; and why not, in a sentence."""

from collections.abc import Collection, Sequence

from bot.ui.following import size
from bot.ui.text import escape

NAME_LIMIT = 80

# By its extension, since a phone's or Discord's own idea of a type is often none.
DOCUMENTS = frozenset({"pdf", "txt", "csv", "md", "eml", "rtf"})
IMAGES = frozenset({"png", "jpg", "jpeg", "tif", "tiff", "gif", "bmp", "webp", "heic", "heif"})
OFFICE = frozenset({"doc", "docx", "odt", "xls", "xlsx", "ods", "ppt", "pptx", "ppsx", "odp"})
TAKEN = DOCUMENTS | IMAGES | OFFICE
"""What a Paperless-ngx can take, if it is set up for it (office documents and e-mails need Tika)."""
_KINDS = "PDF, images, text, e-mails, office documents"
_BY_TYPE = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/tiff": "tiff",
    "image/gif": "gif",
    "image/webp": "webp",
    "text/plain": "txt",
}


def extension(filename: str) -> str:
    stem, dot, end = filename.rpartition(".")
    return end.lower() if dot and stem else ""


def filename_of(filename: str, *, title: str | None, content_type: str | None) -> str:
    """The name it had: Discord keeps that, without its extension, as `title` where it had to change the name."""
    found = extension(filename)
    if not found:
        found = _BY_TYPE.get((content_type or "").partition(";")[0].strip().lower(), "")
        filename = f"{filename}.{found}" if found else filename
    return f"{title}.{found}" if title and found else filename


def why_not(filename: str, octets: int, *, most: int, also: Collection[str] = ()) -> str | None:
    """None: it can be sent. `most` in bytes; `also`: extensions that this server takes besides."""
    name = escape(filename, NAME_LIMIT)
    if octets == 0:
        return f"{name} is empty."
    if octets > most:
        return f"{name} has {size(octets)}, and the bot sends at most {size(most)}: upload it in Paperless itself."
    found = extension(filename)
    if found in TAKEN or found in also:
        return None
    if not found:
        return f"{name} has no extension that tells what it is: Paperless takes {_KINDS}."
    return f"{name} is nothing that Paperless takes: it takes {_KINDS}."


def not_sent(sentences: Sequence[str]) -> str:
    return "\n".join(("Not sent:", *(f"- {sentence}" for sentence in sentences)))


BELOW = "The message below follows it."
NOTHING_ATTACHED = "There is no file in that message."

"""The documents of the sandbox, and what a server can tell about a file from its bytes."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

KEPT_TAIL = 2048
SUPPORTED = frozenset(
    {
        "application/pdf",
        "image/png",
        "image/jpeg",
        "image/tiff",
        "image/gif",
        "image/bmp",
        "image/webp",
        "text/plain",
        "text/csv",
    }
)
MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\x7fELF\x02\x01\x01", "application/x-executable"),
    (b"MZ\x90", "application/x-dosexec"),
)


@dataclass
class Upload:
    """A file as it streams in: only its digest, its size, its beginning and its end are kept."""

    filename: str
    size: int = 0
    head: bytes = b""
    tail: bytes = b""
    _digest: Any = field(default_factory=hashlib.sha256, repr=False)

    def feed(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self._digest.update(chunk)
        if len(self.head) < KEPT_TAIL:
            self.head = (self.head + chunk)[:KEPT_TAIL]
        self.tail = (self.tail + chunk[-KEPT_TAIL:])[-KEPT_TAIL:]

    @property
    def checksum(self) -> str:
        return str(self._digest.hexdigest())

    @property
    def mime_type(self) -> str:
        for magic, mime_type in MAGIC:
            if self.head.startswith(magic):
                return mime_type
        if self.head[:4] == b"RIFF" and self.head[8:12] == b"WEBP":
            return "image/webp"
        return "application/octet-stream" if _binary(self.head) else "text/plain"

    @property
    def accepted_as(self) -> str | None:
        """What the upload is taken for; None is refused. An unknown stream named .pdf gets its chance."""
        if self.mime_type in SUPPORTED:
            return self.mime_type
        if self.mime_type == "application/octet-stream" and self.filename.lower().endswith(".pdf"):
            return self.mime_type
        return None

    @property
    def complete(self) -> bool:
        """Whether a parser would reach the end: a PDF with its trailer, a PNG with its last chunk."""
        if self.mime_type == "application/pdf":
            return b"%%EOF" in self.tail
        if self.mime_type == "image/png":
            return b"IEND" in self.tail
        return True


def _binary(head: bytes) -> bool:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start < len(head) - 4  # a character cut in two at the end of the head is still text
    return b"\x00" in head


@dataclass(kw_only=True)
class Document:
    id: int
    title: str
    original_file_name: str
    mime_type: str
    checksum: str
    added: datetime
    created: str
    owner: int | None = None
    tags: tuple[int, ...] = ()
    correspondent: int | None = None
    document_type: int | None = None
    archive_serial_number: int | None = None
    content: str = ""
    page_count: int | None = None
    modified: datetime | None = None
    deleted_at: datetime | None = None


class Documents:
    def __init__(self) -> None:
        self._by_id: dict[int, Document] = {}
        self._next_id = 1

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Any:
        return iter(self._by_id.values())

    def add(self, **fields: Any) -> Document:
        fields.setdefault("id", self._next_id)
        document = Document(**fields)
        self._next_id = max(self._next_id, document.id + 1)
        self._by_id[document.id] = document
        return document

    def get(self, pk: int) -> Document | None:
        """None for a document in the trash, too."""
        document = self._by_id.get(pk)
        return None if document is None or document.deleted_at is not None else document

    def same_as(self, checksum: str) -> Document | None:
        return next((d for d in self._by_id.values() if d.checksum == checksum), None)

    def with_serial_number(self, number: int) -> Document | None:
        return next((d for d in self._by_id.values() if d.archive_serial_number == number), None)

    def trash(self, pk: int, *, at: datetime) -> None:
        self._by_id[pk].deleted_at = at

    def title(self, pk: int) -> str:
        document = self._by_id.get(pk)
        return document.title if document is not None else f"document {pk}"

    def as_duplicates(self, pk: int | None) -> list[dict[str, Any]]:
        document = self._by_id.get(pk) if pk is not None else None
        if document is None:
            return []
        return [{"id": document.id, "title": document.title, "deleted_at": document.deleted_at}]

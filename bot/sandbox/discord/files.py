"""Attachments: bytes in, links of the CDN out. Links expire after a day, as Discord's signed ones do."""

import mimetypes
import re
from dataclasses import dataclass
from urllib.parse import quote

from bot.sandbox.discord import errors
from bot.sandbox.discord.clock import Clock
from bot.sandbox.discord.errors import Json
from bot.sandbox.discord.ids import Snowflakes
from bot.sandbox.discord.world import ATTACHMENT_SIZE_LIMIT

CDN = "https://cdn.discordapp.com"
PROXY = "https://media.discordapp.net"
LINK_SECONDS = 86_400
UNSAFE = re.compile(r"[^\w.\-]", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Upload:
    filename: str
    data: bytes
    content_type: str | None = None
    description: str | None = None


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    data: bytes
    content_type: str
    expires: float


def safe_filename(name: str) -> str:
    """Discord's own renaming: spaces become underscores; of the rest only ASCII letters, digits and `.-_` stay."""
    return UNSAFE.sub("", name.replace(" ", "_")) or "unknown"


class Files:
    def __init__(self, clock: Clock, new_id: Snowflakes) -> None:
        self._clock = clock
        self._new_id = new_id
        self._by_path: dict[str, StoredFile] = {}

    def store(self, upload: Upload, *, folder: int, ephemeral: bool = False) -> Json:
        """`folder` is the channel; for an option's attachment (`ephemeral`) the application."""
        if len(upload.data) > ATTACHMENT_SIZE_LIMIT:
            raise errors.too_large()
        attachment_id, filename = self._new_id(), safe_filename(upload.filename)
        kind = upload.content_type or mimetypes.guess_type(filename)[0] or "application/octet-stream"
        path = f"{'ephemeral-attachments' if ephemeral else 'attachments'}/{folder}/{attachment_id}/{quote(filename)}"
        expires = self._clock.time() + LINK_SECONDS
        self._by_path[f"/{path}"] = StoredFile(data=upload.data, content_type=kind, expires=expires)
        signature = f"?ex={int(expires):x}&is={int(self._clock.time()):x}&hm={attachment_id:x}&"
        attachment: Json = {
            "id": str(attachment_id),
            "filename": filename,
            "size": len(upload.data),
            "url": f"{CDN}/{path}{signature}",
            "proxy_url": f"{PROXY}/{path}{signature}",
            "content_type": kind,
        }
        if filename != upload.filename:
            attachment["title"] = upload.filename.rsplit(".", 1)[0]
        if upload.description is not None:
            attachment["description"] = upload.description
        return attachment | ({"ephemeral": True} if ephemeral else {})

    def read(self, path: str) -> StoredFile | None:
        """By the path of its link, without host and query; None where there is none, or no longer."""
        found = self._by_path.get(path)
        return found if found is not None and found.expires > self._clock.time() else None

"""Attachments: bytes in, links of the CDN out. Links expire after a day, as Discord's signed ones do."""

import json
import mimetypes
import re
import secrets
from dataclasses import dataclass
from urllib.parse import quote

from bot.sandbox.discord.clock import Clock
from bot.sandbox.discord.errors import Json
from bot.sandbox.discord.ids import Snowflakes

CDN = "https://cdn.discordapp.com"
PROXY = "https://media.discordapp.net"
FOLDER, EPHEMERAL_FOLDER = "attachments", "ephemeral-attachments"
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
        attachment_id, filename = self._new_id(), safe_filename(upload.filename)
        kind = upload.content_type or mimetypes.guess_type(filename)[0] or "application/octet-stream"
        path = f"/{EPHEMERAL_FOLDER if ephemeral else FOLDER}/{folder}/{attachment_id}/{quote(filename)}"
        self._by_path[path] = StoredFile(data=upload.data, content_type=kind)
        signed = path + self._signature()
        attachment: Json = {
            "id": str(attachment_id),
            "filename": filename,
            "size": len(upload.data),
            "url": CDN + signed,
            "proxy_url": PROXY + signed,
            "content_type": kind,
        }
        if filename != upload.filename:
            attachment["title"] = upload.filename.rsplit(".", 1)[0]
        if upload.description is not None:
            attachment["description"] = upload.description
        return attachment | ({"ephemeral": True} if ephemeral else {})

    def read(self, path: str, *, expires: str | None = None) -> StoredFile | None:
        """By the path of its link; `expires` is the link's `ex`: past it the link is dead, the file is not."""
        if expires is not None and self._is_over(expires):
            return None
        return self._by_path.get(path)

    def refreshed(self, message: Json) -> Json:
        """The message with links that work: Discord signs them anew whenever a message is read."""
        stale = {found for url in _urls(message) if (found := url.partition("?")[2]) and self._is_over(_ex(found))}
        if not stale:
            return message
        text = json.dumps(message)
        for signature in stale:
            text = text.replace(f"?{signature}", self._signature())
        fresh: Json = json.loads(text)
        return fresh

    def _signature(self) -> str:
        now = int(self._clock.time())
        return f"?ex={now + LINK_SECONDS:x}&is={now:x}&hm={secrets.token_hex(16)}&"

    def _is_over(self, expires: str) -> bool:
        try:
            return int(expires, 16) <= self._clock.time()
        except ValueError:
            return True


def _urls(message: Json) -> list[str]:
    return [attachment["url"] for attachment in message["attachments"]]


def _ex(signature: str) -> str:
    return signature.partition("ex=")[2].partition("&")[0]

"""One request of the bot, as it came in and as it was answered."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.sandbox.discord.errors import Json
from bot.sandbox.discord.files import Upload


@dataclass(kw_only=True)
class Request:
    """`path` starts after `/api/v10`. `json` is the body, of a multipart one its `payload_json`.

    A download from the CDN is among them, with its own host. `status` is None while the request is under way, and for
    ever where the connection was dropped.
    """

    method: str
    path: str
    query: dict[str, str]
    json: Json | list[Json] | None
    files: list[Upload] = field(default_factory=list, repr=False)
    at: datetime
    host: str = ""
    user_agent: str = ""
    status: int | None = None
    answer: Json | list[Json] | None = field(default=None, repr=False)
    planned: bool = False  # a fault on request took part in the answer

    def __str__(self) -> str:
        return f"{self.method} {self.path} -> {self.status}"

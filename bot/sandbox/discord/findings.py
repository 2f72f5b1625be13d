"""The checks that every kind of body shares, in Discord's words. Pure."""

from collections.abc import Collection
from typing import Any
from urllib.parse import SplitResult, urlsplit

from bot.sandbox.discord.errors import Path, Violation

WEB = ("http", "https")


def dotless(parts: SplitResult) -> bool:
    """Discord takes no link to http://localhost:8000 or http://paperless:8000; documented nowhere, met by others:
    https://github.com/bugsink/bugsink/issues/280"""
    return parts.scheme in WEB and not {".", ":"} & set(parts.hostname or "")


class Findings(list[Violation]):
    def add(self, path: Path, code: str, message: str) -> None:
        self.append(Violation(path, code, message))

    def required(self, path: Path) -> None:
        self.add(path, "BASE_TYPE_REQUIRED", "This field is required")

    def text(self, path: Path, value: Any, *, most: int, least: int = 0) -> None:
        """Of a text that is there; what is only white space counts as missing where something is needed."""
        if value is None:
            if least:
                self.required(path)
            return
        if not isinstance(value, str):
            self.add(path, "STRING_TYPE_CONVERT", "Could not interpret value as string.")
        elif least and not value.strip():
            self.required(path)
        elif len(value) > most or len(value) < least:
            self._length(path, most=most, least=least)

    def amount(self, path: Path, items: Collection[Any], *, most: int, least: int = 0) -> None:
        if len(items) > most or len(items) < least:
            self._length(path, most=most, least=least)

    def _length(self, path: Path, *, most: int, least: int) -> None:
        if least > 1 or (least and isinstance(path[-1], str) and path[-1] in ("components", "options", "items")):
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        else:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")

    def number(self, path: Path, value: Any, *, least: int, most: int) -> None:
        if value is None:
            return
        if isinstance(value, bool) or not isinstance(value, int):
            self.add(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
        elif value < least:
            self.add(path, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {least}.")
        elif value > most:
            self.add(path, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")

    def choice(self, path: Path, value: Any, allowed: Collection[int]) -> bool:
        if value in allowed and not isinstance(value, bool):
            return True
        self.add(path, "BASE_TYPE_CHOICES", f"Value must be one of {{{', '.join(map(str, allowed))}}}.")
        return False

    def url(self, path: Path, value: Any, *, schemes: Collection[str] = WEB, most: int = 2048) -> None:
        if value is None:
            return
        self.text(path, value, most=most)
        parts = urlsplit(str(value))
        if parts.scheme not in schemes:
            code, found = ("URL_TYPE_INVALID_SCHEME", parts.scheme) if parts.scheme else ("URL_TYPE_INVALID_URL", "")
            named = f'Scheme "{found}" must be one of {tuple(schemes)}.' if found else "Not a well formed URL."
            self.add(path, code, named)
        elif not (parts.netloc or parts.path) or any(character.isspace() for character in str(value)) or dotless(parts):
            self.add(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")

    def media(self, path: Path, url: str | None, uploaded: Collection[str]) -> None:
        """A link, or `attachment://` and the name of a file that comes along or is there already."""
        self.url(path, url, schemes=(*WEB, "attachment"))
        if url and url.startswith("attachment://") and url.removeprefix("attachment://") not in uploaded:
            code = "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"
            self.add(path, code, f"The attachment {url} was not found.")

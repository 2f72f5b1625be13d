"""An administrator's own Paperless-ngx behind the demo, instead of the local one.

The bot works there as it would in earnest: it reads, and changes something when a person on the page asks for it. With
`read_only` nothing but GET leaves this machine, whatever is pressed.
"""

import asyncio
import getpass
import os
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import ValidationError
from yarl import URL

from bot.app import Server
from bot.checks.finding import Finding, failure, ok
from bot.checks.paperless import check_server, open_failures
from bot.config import ConfigError, sentences
from bot.exits import Exit
from bot.paperless import PaperlessClient
from bot.paperless.errors import PaperlessError
from bot.sandbox.activity import Asked, asked_paperless
from bot.sandbox.local import lamp
from bot.sections import AccessSection, PaperlessSection

TOKEN_VARIABLE = "PAPERLESS_TOKEN"  # noqa: S105  the name of a variable
PATIENCE_SECONDS = 30.0
CHANGES = "Acknowledging, starting a run and uploading change it, and happen only when somebody here asks for them."
CHANGES_NOTHING = "The demo was started with --read-only: nothing there is changed, whatever is pressed here."


class ReadOnly(PaperlessError):
    """Refused on this machine."""


class OwnPaperless:
    def __init__(self, section: PaperlessSection, *, read_only: bool) -> None:
        self.section = section
        self.read_only = read_only
        self._server: Server | None = None
        self._answers = True
        self._record: Callable[[Asked], None] = lambda asked: None
        self._changed: Callable[[], None] = lambda: None

    # --- what the page tells of it

    def place(self) -> Mapping[str, Any]:
        """`about`: sentences for who is about to press something; `tag`: the same in a few words."""
        about = [
            f"The bot reads the tasks of {self.section.url}, with your token.",
            CHANGES_NOTHING if self.read_only else CHANGES,
            "What it remembers is in a temporary folder, and gone when the demo ends.",
            "Files that fail at a press, a server that is down and time that passes need the local Paperless-ngx: "
            "start the demo without --paperless.",
        ]
        if (host := self.section.unlinkable_host) is not None:
            about.append(_without_links(self.section.url, host))
        return {"own": True, "tag": f"{self.section.url}{', read-only' if self.read_only else ''}", "about": about}

    def lamps(self) -> list[dict[str, str]]:
        version = None if self._server is None else self._server.client.version
        text = f"{version.server} answers" if version and version.server else "answers"
        return [lamp("Paperless-ngx", text if self._answers else "does not answer", good=self._answers)]

    async def listen(self, record: Callable[[Asked], None], changed: Callable[[], None]) -> None:
        self._record, self._changed = record, changed
        await asyncio.Event().wait()

    # --- between the bot and the server

    def join(self, server: Server) -> None:
        """Hear what the bot asks from now on, before it asks anything."""
        self._server = server
        for client in {server.client, server.run_client}:
            client.through(self._pass)

    async def _pass(self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        if self.read_only and request.method != "GET":
            raise ReadOnly("This demo only reads (--read-only): nothing was changed in Paperless-ngx")
        try:
            answer = await handler(request)
        except (aiohttp.ClientError, OSError):
            self._note(request, None, None)
            raise
        self._note(request, answer.status, answer.content_length)
        return answer

    def _note(self, request: aiohttp.ClientRequest, status: int | None, size: int | None) -> None:
        url = request.url
        path = url.path.removeprefix(URL(self.section.url).path.rstrip("/"))
        at = datetime.now(UTC).timestamp()
        self._record(
            asked_paperless(
                method=request.method, path=path, query=url.raw_query_string, status=status, at=at, size=size
            )
        )
        answers = status is not None and status < 500
        if answers is not self._answers:
            self._answers = answers
            self._changed()


def _without_links(url: str, host: str) -> str:
    """As on Discord, which the demo does not make look better than it is."""
    number = URL(url).with_host("127.0.0.1" if host == "localhost" else "192.168.0.7")
    return (
        f"Cards come without Open in Paperless: Discord takes no link to {host}, a name without a dot. "
        f"Its number would do, such as --paperless {number}; of a real bot, public_url."
    )


# --- before it starts


def own_paperless(url: str, *, token_file: Path | None, ca_file: Path | None, read_only: bool) -> OwnPaperless:
    """Raises ConfigError. The token comes from `token_file`, from PAPERLESS_TOKEN, or is asked for without an echo:
    never from the command line, which every user of the machine can read."""
    values: dict[str, Any] = {"url": url, "ca_file": ca_file}
    values |= {"token_file": str(token_file)} if token_file else {"token": _token(url)}
    try:
        section = PaperlessSection(**values)
    except ValidationError as error:
        raise ConfigError(sentences(error)) from None
    return OwnPaperless(section, read_only=read_only)


def _token(url: str) -> str:
    given = os.environ.get(TOKEN_VARIABLE, "").strip()
    if given:
        return given
    if not sys.stdin.isatty():
        raise ConfigError([f"token: missing; set {TOKEN_VARIABLE}, or name a file that holds it with --token-file"])
    return getpass.getpass(f"API token for {url} (My Profile, API Auth Token; it is not shown): ")


async def look_over(own: OwnPaperless, access: AccessSection) -> list[Finding]:
    """Whether it can work there: what `check` finds; of a read-only one what can be found by reading alone."""
    section = own.section
    token = section.token.get_secret_value()
    try:
        async with PaperlessClient(section.url, token, ca_file=section.ca_file, tries=2) as client:
            version = await client.probe()
            if not own.read_only:
                return await check_server("home", client, client, access=access, patience=PATIENCE_SECONDS)
            said = f"Paperless-ngx {version.server}, API version {version.api}, at {client.url}"
            return [ok("paperless.home.url", said), await open_failures("paperless.home", client)]
    except PaperlessError as error:
        return [failure("paperless", str(error), Exit.UNAVAILABLE if error.retryable else Exit.CONFIG)]

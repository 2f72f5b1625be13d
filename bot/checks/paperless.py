"""Each Paperless-ngx: does it answer, which version is it, what may its tokens do, and which of that is too much."""

import asyncio
from collections.abc import AsyncIterator

from bot.checks.finding import Finding, failure, ok, unanswered, warning
from bot.paperless import PaperlessClient
from bot.paperless.errors import BadToken, Forbidden, PaperlessError
from bot.paperless.models import NEEDS_ATTENTION
from bot.paperless.rights import Rights
from bot.sections import AccessSection
from bot.ui.text import plural

NEEDED = "view_paperlesstask and change_paperlesstask"


async def check_server(
    name: str, client: PaperlessClient, run_client: PaperlessClient, *, access: AccessSection, patience: float
) -> list[Finding]:
    """What is found within `patience` seconds. A server that does not answer is a warning: the bot starts, tells it in
    the channel, and waits for it."""
    key = f"paperless.{name}"
    findings: list[Finding] = []
    try:
        async with asyncio.timeout(patience):
            async for finding in _look(key, client, run_client, access):
                findings.append(finding)  # noqa: PERF401  what was found before an error counts
    except TimeoutError:
        late = "has not answered in full" if findings else "has not answered"
        findings.append(unanswered(f"{key}.url", f"{client.url} {late} after {patience:g} s; the bot goes on trying"))
    return findings


async def _look(
    key: str, client: PaperlessClient, run_client: PaperlessClient, access: AccessSection
) -> AsyncIterator[Finding]:
    try:
        version = await client.probe()
        yield ok(f"{key}.url", f"Paperless-ngx {version.server}, API version {version.api}, at {client.url}")
        rights = await client.rights()
    except PaperlessError as error:
        yield _trouble(key, "token" if isinstance(error, BadToken | Forbidden) else "url", error)
        return
    for finding in _of_token(f"{key}.token", rights, api=version.api, access=access):
        yield finding
    if rights.see:
        yield await open_failures(key, client)
    yield await _run(key, client, run_client, rights, access)
    if rights.superuser and (run_client is not client or not access.run) and version.api >= 10:
        yield warning(
            f"{key}.token",
            f"is a superuser's, which is more than needed: a staff user with {NEEDED} sees and acknowledges as much",
        )


def _trouble(key: str, part: str, error: PaperlessError) -> Finding:
    """Something to mend stops the start; a server that does not answer does not."""
    return unanswered(f"{key}.{part}", str(error)) if error.retryable else failure(f"{key}.{part}", str(error))


def _of_token(key: str, rights: Rights, *, api: int, access: AccessSection) -> list[Finding]:
    if not rights.see:
        return [failure(key, "its user may not see tasks: give it the permission view_paperlesstask")]
    found = [_of_owners(key, rights.all_owners, api=api)]
    if rights.acknowledge:
        found.append(ok(key, "may acknowledge"))
    else:
        wanted = "Acknowledge will be refused" if access.acknowledge else "no role may acknowledge, either"
        found.append(warning(key, f"may not acknowledge ({wanted}): give its user the permission change_paperlesstask"))
    return found


def _of_owners(key: str, all_owners: bool | None, *, api: int) -> Finding:
    if all_owners:
        return ok(key, "sees the tasks of every owner")
    mend = "make its user staff" if api >= 10 else "on Paperless-ngx 2.20 only a superuser's token sees them"
    if all_owners is None:
        text = (
            "sees the tasks of every owner if its user is staff (the switch Admin), else its own and those without one"
        )
        return ok(key, f"{text}; with the permission view_uisettings Paperless-ngx would say which")
    return warning(
        key, f"sees only its own tasks and those without an owner: failures of other users are not told; {mend}"
    )


async def open_failures(key: str, client: PaperlessClient) -> Finding:
    query = client.tasks.filter(status=NEEDS_ATTENTION, acknowledged=False)
    try:
        page = await query.page(page_size=1)
    except PaperlessError as error:
        return _trouble(key, "url", error)
    return ok(f"{key}.url", f"{plural(page.count, 'failed task')} that nobody has acknowledged")


async def _run(
    key: str, client: PaperlessClient, run_client: PaperlessClient, rights: Rights, access: AccessSection
) -> Finding:
    if run_client is client:
        if rights.superuser:
            return ok(f"{key}.token", "may start tasks, as a superuser's token")
        if not access.run:
            return ok(f"{key}.run_token", "not set: no tasks are started from Discord")
        return warning(f"{key}.run_token", "not set, and token is no superuser's: /tasks run will be refused")
    try:
        may_run = (await run_client.rights()).superuser
    except PaperlessError as error:
        return _trouble(key, "run_token", error)
    if may_run:
        return ok(f"{key}.run_token", "may start tasks")
    return warning(f"{key}.run_token", "is no superuser's: /tasks run will be refused; take a superuser's token")

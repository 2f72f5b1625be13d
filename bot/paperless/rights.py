"""What the user behind a token may do, found out without changing anything.

An empty list acknowledges nothing, and is refused all the same to who may not acknowledge. Only superusers have every
permission, and so the one to read the settings page's data, which tells what they are. Asking `run` for an unknown type
would not do: 2.20 answers it 400 to everyone with add_paperlesstask, superuser or not.
"""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.paperless import rows, wire
from bot.paperless.errors import Forbidden, NotFound, NotPaperless, PaperlessError, Rejected
from bot.paperless.wire import Endpoint, JsonText

if TYPE_CHECKING:
    from bot.paperless.client import PaperlessClient, Version

UI_SETTINGS = Endpoint("GET", "/api/ui_settings/", "see the settings", "view_uisettings")
SYSTEM_STATUS = Endpoint("GET", "/api/status/", "see the state of the system", "view_system_monitoring")
_NO_ROW = [("task_id", "probe"), ("page_size", "1")]


@dataclass(frozen=True, kw_only=True)
class Rights:
    """`all_owners`: sees also the tasks of other users; None where the server does not tell. `superuser`: may run."""

    see: bool
    acknowledge: bool
    superuser: bool
    all_owners: bool | None


async def rights_of(client: "PaperlessClient") -> Rights:
    """Four small requests at most. Raises a PaperlessError where the server gives no answer, or not to this token."""
    see = await _may(client, wire.LIST)
    acknowledge = await _may(client, wire.ACKNOWLEDGE)
    user = await _user(client)
    superuser = user is not None and user["is_superuser"] is True
    return Rights(
        see=see,
        acknowledge=acknowledge,
        superuser=superuser,
        all_owners=True if superuser else await _sees_all_owners(client, user),
    )


async def _may(client: "PaperlessClient", endpoint: Endpoint) -> bool:
    async def ask(version: "Version") -> None:
        if endpoint.method == "GET":
            await client.request(endpoint, bytes, version=version.number, parameters=_NO_ROW)
        else:
            await client.request(endpoint, bytes, version=version.number, body=wire.json_body({"tasks": []}))

    try:
        await client.speak(ask)
    except Forbidden:
        return False
    except Rejected:
        pass  # the permission is looked at first, and an empty list after it
    return True


async def _user(client: "PaperlessClient") -> dict[str, Any] | None:
    """None: may not read it, and so is no superuser; or the server tells it otherwise, which no work depends on."""
    try:
        return await client.speak(lambda version: client.request(UI_SETTINGS, read_user, version=version.number))
    except (Forbidden, NotFound, NotPaperless):
        return None


def read_user(body: JsonText) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        data = None
    user = data.get("user") if isinstance(data, dict) else None
    if not isinstance(user, dict) or not isinstance(user.get("is_superuser"), bool):
        raise rows.ShapeError("no user")
    return user


async def _sees_all_owners(client: "PaperlessClient", user: dict[str, Any] | None) -> bool | None:
    """Of one who is no superuser. On 2.20 nobody else does; on 3.x staff does."""
    if client.version is not None and client.version.api < 10:
        return False
    if user is not None:
        return user.get("is_staff") is True
    # The state of the system is for staff, and for those with a permission of its own: a refusal tells, a success not.
    try:
        await client.speak(lambda version: client.request(SYSTEM_STATUS, bytes, version=version.number))
    except Forbidden:
        return False
    except PaperlessError:
        return None
    return None

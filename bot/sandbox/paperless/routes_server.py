"""What is not a task and not a document: the system's state, tokens, the schema, the user's own page, labels."""

from typing import Any

from . import render
from .answers import HTML, JSON, Answer, Call, Refused, insufficient, ok, parsed_body, redirect
from .routes_documents import paged
from .users import VIEW_USER, User
from .vocabulary import FAILURE, PENDING, SUCCESS, Version

STARS = "*" * 84  # in place of a password, whatever its length


async def system_status(call: Call) -> Answer:
    if not call.who.may_see_system:
        return insufficient()
    world = call.world
    tasks = _broker(world.weather.broker_down, world.worker.alive) | {
        "index_status": "OK",
        "index_last_modified": render.local(world.clock.now()),
        "index_error": None,
    }
    for name, task_type, when in (
        ("classifier", "train_classifier", "last_trained"),
        ("sanity_check", "sanity_check", "last_run"),
    ):
        tasks |= _latest(call, name, task_type, when)
    if world.version is Version.V3:
        tasks |= {"llmindex_status": "DISABLED", "llmindex_last_modified": None, "llmindex_error": None}
        tasks["summary"] = _overview(call)
    return ok(
        {
            "pngx_version": world.version.value,
            "server_os": "Linux" if world.version is Version.V3 else "Linux-x86_64",
            "install_type": "docker",
            "storage": {"total": 270553174016, "available": 80753057792},
            "database": {
                "type": "sqlite",
                "url": "/usr/src/paperless/data/db.sqlite3",
                "status": "OK",
                "error": None,
                "migration_status": {
                    "latest_migration": "paperless_mail.0001_squashed",
                    "unapplied_migrations": [],
                },
            },
            "tasks": tasks,
        }
    )


def _broker(down: bool, worker_alive: bool) -> dict[str, Any]:
    errors = {name: f"Error connecting to {name}, check logs for more detail." for name in ("redis", "celery")}
    celery_error = errors["celery"] if down else None
    if not down and not worker_alive:
        celery_error = "No celery workers responded to ping. This may be temporary."
    return {
        "redis_url": "redis://broker:6379",
        "redis_status": "ERROR" if down else "OK",
        "redis_error": errors["redis"] if down else None,
        "celery_status": "ERROR" if down else "OK" if worker_alive else "WARNING",
        "celery_url": None if down or not worker_alive else "celery@paperless",
        "celery_error": celery_error,
    }


def _latest(call: Call, name: str, task_type: str, when: str) -> dict[str, Any]:
    ended = [r for r in call.world.table.newest() if r.task_type == task_type and r.date_done is not None]
    last = ended[0] if ended else None
    failed = last is not None and last.status != SUCCESS
    error = (last.result_data or {}).get("error_message") if last is not None and failed else None
    return {
        f"{name}_status": "ERROR" if failed else "OK" if last else "WARNING",
        f"{name}_{when}": render.utc(last.date_done) if last and last.date_done else None,
        f"{name}_error": error,
    }


def _overview(call: Call) -> dict[str, int]:
    table = call.world.table
    return {
        "days": 30,
        "total_count": len(table),
        "pending_count": table.of_status([PENDING]),
        "success_count": table.of_status([SUCCESS]),
        "failure_count": table.of_status([FAILURE]),
    }


async def token(call: Call) -> Answer:
    data = await parsed_body(call, parsers=(JSON, "application/x-www-form-urlencoded", "multipart/form-data"))
    given: dict[str, str] = {}
    for name in ("username", "password"):
        value = data.get(name) if isinstance(data, dict) else None
        if value:
            given[name] = str(value[-1] if isinstance(value, list) else value)
    names = ("username", "password")
    missing = {name: ["This field is required."] for name in names if name not in given}
    if missing:
        raise Refused(400, missing)
    user = call.world.users.by_password(given["username"], given["password"])
    if user is None:
        raise Refused(400, {"non_field_errors": ["Unable to log in with provided credentials."]})
    return ok({"token": call.world.tokens[user.name]})


async def schema(call: Call) -> Answer:
    """Only what a client reads to see which server this is; the paths are those that the sandbox answers."""
    api = call.world.version.api
    answer = ok(
        {
            "openapi": "3.0.3",
            "info": {
                "title": "Paperless-ngx REST API",
                "version": f"6.0.0 ({api})",
                "description": "OpenAPI Spec for Paperless-ngx",
            },
            "paths": {path: {"description": "See the documentation."} for path in SCHEMA_PATHS},
        }
    )
    answer.headers["Content-Disposition"] = f'inline; filename="Paperless-ngx REST API ({api}).json"'
    return answer


SCHEMA_PATHS = (
    "/api/correspondents/",
    "/api/document_types/",
    "/api/documents/",
    "/api/documents/{id}/",
    "/api/documents/post_document/",
    "/api/profile/",
    "/api/schema/",
    "/api/status/",
    "/api/tags/",
    "/api/tasks/",
    "/api/tasks/{id}/",
    "/api/tasks/acknowledge/",
    "/api/tasks/active/",
    "/api/tasks/run/",
    "/api/tasks/status_counts/",
    "/api/tasks/summary/",
    "/api/token/",
    "/api/ui_settings/",
)


async def profile(call: Call) -> Answer:
    return ok(
        {
            "email": "",
            "password": STARS,
            "first_name": "",
            "last_name": "",
            "auth_token": call.world.tokens[call.who.name],
            "social_accounts": [],
            "has_usable_password": True,
            "is_mfa_enabled": False,
        }
    )


def may_read_settings(call: Call) -> bool:
    return call.who.may("view_uisettings")


async def ui_settings(call: Call) -> Answer:
    user = call.who
    return ok(
        {
            "user": {
                "id": user.id,
                "username": user.name,
                "is_staff": user.is_staff,
                "is_superuser": user.is_superuser,
                "groups": [],
            },
            "settings": {"update_checking": {"backend_setting": "default"}, "trash_delay": 30},
            "permissions": sorted(user.permissions),
        }
    )


def may_read_users(call: Call) -> bool:
    return call.who.may(VIEW_USER)


async def users(call: Call) -> Answer:
    """By name. The accounts of people, as an administrator sees them."""
    known = sorted(call.world.users, key=lambda one: one.name.lower())
    return paged(call, [_user(one) for one in known], [one.id for one in known])


def _user(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "username": user.name,
        "email": "",
        "password": STARS,
        "first_name": "",
        "last_name": "",
        "date_joined": "2026-11-01T09:00:00+01:00",
        "is_staff": user.is_staff,
        "is_active": user.is_active,
        "is_superuser": user.is_superuser,
        "groups": [],
        "user_permissions": sorted(user.permissions),
        "inherited_permissions": [],
        "is_mfa_enabled": False,
    }


async def labels(call: Call) -> Answer:
    """Tags, correspondents and document types: a person's words for documents."""
    kind = call.request.path.split("/")[2]
    known = call.world.labels[kind]
    results = [_label(call, kind, pk, known[pk]) for pk in sorted(known, key=lambda pk: known[pk].lower())]
    return paged(call, results, [label["id"] for label in results])


def may_read_labels(call: Call) -> bool:
    singular = {"tags": "tag", "correspondents": "correspondent", "document_types": "documenttype"}
    return call.who.may(f"view_{singular[call.request.path.split('/')[2]]}")


def _label(call: Call, kind: str, pk: int, name: str) -> dict[str, Any]:
    common: dict[str, Any] = {"id": pk, "slug": name.lower().replace(" ", "-"), "name": name}
    if kind == "tags":
        common |= {"color": "#a6cee3", "text_color": "#000000", "is_inbox_tag": False}
    column = {"correspondents": "correspondent", "document_types": "document_type"}.get(kind)
    used = sum((pk in d.tags) if column is None else getattr(d, column) == pk for d in call.world.documents)
    return common | {
        "match": "",
        "matching_algorithm": 6,
        "is_insensitive": True,
        "document_count": used,
        "owner": None,
        "user_can_change": True,
    }


async def root(call: Call) -> Answer:
    return redirect("schema/view/")


async def login_page(call: Call) -> Answer:
    page = "<!doctype html>\n<html><head><title>Paperless-ngx sign in</title></head><body></body></html>\n"
    return Answer(body=page.encode(), content_type=HTML, allow=False)


async def websocket(call: Call) -> Answer:
    """Only a session cookie opens it, and nobody logs in here: to a token it is 403 at the handshake."""
    return Answer(status=403, allow=False)

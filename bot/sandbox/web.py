"""The HTTP of the chat page: static files, what happened so far, what happens now, and what a person does."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import BodyPartReader, web

from bot.sandbox import web_guard
from bot.sandbox.discord import ClientRefused, Interaction, InteractionFailed, Upload
from bot.sandbox.panel import ACTIONS, described
from bot.sandbox.stage import Stage, local_links

PAGE = Path(__file__).parent / "page"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
STAGE = web.AppKey("stage", Stage)
STREAMS = web.AppKey("streams", set)
CDN_FOLDERS = ("attachments", "ephemeral-attachments")
SHOWN_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
KEEPALIVE_SECONDS = 15
SHUTDOWN_SECONDS = 2.0
MOST_BYTES = 64 * 1024 * 1024
Body = Mapping[str, Any]


@asynccontextmanager
async def serve_page(stage: Stage, listening: socket.socket) -> AsyncIterator[None]:
    """The page on this socket, with what happens on the stage."""
    runner = web.AppRunner(build(stage), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    async with stage.listen():
        await runner.setup()
        await web.SockSite(runner, listening).start()
        try:
            yield
        finally:
            await runner.cleanup()


def build(stage: Stage) -> web.Application:
    app = web.Application(middlewares=[web_guard.guard, sentences], client_max_size=MOST_BYTES)
    app[STAGE] = stage
    app[STREAMS] = set()
    app.on_response_prepare.append(web_guard.add_headers)
    app.on_shutdown.append(_end_streams)
    app.add_routes(
        [
            web.get("/", index),
            web.get("/api/state", state),
            web.get("/api/activity", activity),
            web.get("/api/channels/{channel_id:[0-9]+}/messages", messages),
            web.post("/api/channels/{channel_id:[0-9]+}/messages", write),
            web.get("/api/events", events),
            web.post("/api/interactions", interact),
            web.post("/api/world/{action}", play),
            web.get("/cdn/{path:.+}", attachment),
            web.get("/paperless/{path:.*}", paperless),
            web.get("/api/paperless", tasks),
            web.get(r"/{name:[a-z_]+\.(?:js|css|svg|html)}", page_file),
        ]
    )
    return app


@web.middleware
async def sentences(request: web.Request, handler: web_guard.Next) -> web.StreamResponse:
    """What the world refuses becomes a sentence for the person."""
    try:
        return await handler(request)
    except ClientRefused as error:
        return web.json_response({"message": str(error)}, status=400)
    except (KeyError, ValueError, LookupError) as error:
        return web.json_response({"message": f"That cannot be done: {error}"}, status=400)


async def index(_request: web.Request) -> web.FileResponse:
    return _file("index.html")


async def paperless(request: web.Request) -> web.FileResponse:
    """Where "Open in Paperless" leads: any page of the local one is the list of its tasks."""
    if not request.app[STAGE].has_local:
        raise web.HTTPNotFound
    return _file("paperless.html")


async def page_file(request: web.Request) -> web.FileResponse:
    return _file(request.match_info["name"])


def _file(name: str) -> web.FileResponse:
    # Not guessed: some machines' tables call JavaScript text/plain, which no browser runs under nosniff.
    path = PAGE / name
    if not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={"Content-Type": TYPES[path.suffix]})


async def state(request: web.Request) -> web.Response:
    user = request.query.get("user")
    stage = request.app[STAGE]
    about = stage.describe(int(user) if user else None)
    return web.json_response(about | {"world": described(local=stage.has_local)})


async def tasks(request: web.Request) -> web.Response:
    return web.json_response(request.app[STAGE].local.tasks())


async def activity(request: web.Request) -> web.Response:
    stage = request.app[STAGE]
    return web.json_response(stage.activity.snapshot() | {"ledger": stage.ledger})


async def messages(request: web.Request) -> web.Response:
    channel_id, user_id = int(request.match_info["channel_id"]), int(request.query["user"])
    found = request.app[STAGE].discord.messages(channel_id, user_id=user_id)
    return web.json_response(local_links(found))


# --- what happens now


async def events(request: web.Request) -> web.StreamResponse:
    """Server-sent events for one person, until the browser or the demo goes."""
    stage, user_id = request.app[STAGE], int(request.query["user"])
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    response.enable_chunked_encoding()
    async with stage.follow(user_id) as queue:
        await response.prepare(request)
        await response.write(b"retry: 1000\n\n")
        request.app[STREAMS].add(queue)
        try:
            await _pour(queue, response)
        except ConnectionError:
            pass  # the browser went
        finally:
            request.app[STREAMS].discard(queue)
    return response


async def _pour(queue: asyncio.Queue[tuple[str, Any] | None], response: web.StreamResponse) -> None:
    while True:
        try:
            async with asyncio.timeout(KEEPALIVE_SECONDS):
                event = await queue.get()
        except TimeoutError:
            await response.write(b": still here\n\n")
            continue
        if event is None:
            return
        name, data = event
        await response.write(f"event: {name}\ndata: {json.dumps(data)}\n\n".encode())


async def _end_streams(app: web.Application) -> None:
    for queue in app[STREAMS]:
        queue.put_nowait(None)


# --- what a person does


async def write(request: web.Request) -> web.Response:
    body, uploads = await _read(request)
    stage = request.app[STAGE]
    message = await stage.discord.post_message(
        user_id=int(body["user"]),
        channel_id=int(request.match_info["channel_id"]),
        content=str(body.get("content", "")),
        attachments=list(uploads.values()),
    )
    return web.json_response({"id": message["id"]})


async def interact(request: web.Request) -> web.Response:
    """Answers once the bot has responded, or has let its three seconds pass."""
    body, uploads = await _read(request)
    stage = request.app[STAGE]
    if body["kind"] == "autocomplete":
        return web.json_response({"choices": await _choices(stage, body)})
    interaction = await _start(stage, body, uploads)
    answer: dict[str, Any] = {"interaction_id": str(interaction.id), "outcome": "answered"}
    try:
        await interaction.done(timeout=10)
    except InteractionFailed:
        answer["outcome"] = "failed"
    if interaction.modal is not None:
        answer |= {"outcome": "modal", "modal": interaction.modal}
    return web.json_response(answer)


async def _choices(stage: Stage, body: Body) -> list[Any]:
    with contextlib.suppress(InteractionFailed):
        return await stage.discord.autocomplete(
            user_id=int(body["user"]),
            channel_id=int(body["channel_id"]),
            name=str(body["name"]),
            options=dict(body["options"]),
            focused=str(body["focused"]),
        )
    return []


async def _start(stage: Stage, body: Body, uploads: Mapping[str, Upload]) -> Interaction:
    discord, user_id = stage.discord, int(body["user"])
    match body["kind"]:
        case "command":
            options = dict(body["options"]) | dict(uploads)
            return await discord.command(
                user_id=user_id, channel_id=int(body["channel_id"]), name=str(body["name"]), options=options
            )
        case "menu":
            return await discord.context_menu(
                user_id=user_id,
                channel_id=int(body["channel_id"]),
                name=str(body["name"]),
                target_id=int(body["target_id"]),
            )
        case "press":
            return await discord.press(
                user_id=user_id, message_id=int(body["message_id"]), custom_id=str(body["custom_id"])
            )
        case "select":
            return await discord.select(
                user_id=user_id,
                message_id=int(body["message_id"]),
                custom_id=str(body["custom_id"]),
                values=[str(value) for value in body["values"]],
            )
        case "modal":
            return await discord.submit_modal(
                user_id=user_id, interaction_id=int(body["interaction_id"]), values=_filled(body["values"], uploads)
            )
    raise ValueError(f"there is no interaction {body['kind']}")


def _filled(values: Mapping[str, Any], uploads: Mapping[str, Upload]) -> dict[str, Any]:
    """A modal's fields; where files were chosen, they stand as the names of their parts of the body."""
    return {
        key: [uploads[name] for name in value] if isinstance(value, list) and set(value) & set(uploads) else value
        for key, value in values.items()
    }


async def play(request: web.Request) -> web.Response:
    """An action of the side panel."""
    stage, action = request.app[STAGE], ACTIONS.get(request.match_info["action"])
    if action is None:
        raise web.HTTPNotFound
    form = {str(key): str(value) for key, value in (await request.json()).items()}
    message = await action.play(stage, form)
    stage.tell_status()
    return web.json_response({"message": message})


async def attachment(request: web.Request) -> web.Response:
    """A file of the local Discord. Only plain pictures show in the browser; everything else is a download."""
    path = request.match_info["path"]
    stored = request.app[STAGE].discord.files.read(f"/{path}") if path.split("/")[0] in CDN_FOLDERS else None
    if stored is None:
        raise web.HTTPNotFound
    inline = stored.content_type in SHOWN_INLINE
    headers = {
        "Content-Type": stored.content_type if inline else "application/octet-stream",
        "Content-Disposition": "inline" if inline else "attachment",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return web.Response(body=stored.data, headers=headers)


# --- reading bodies: JSON, or multipart with `payload_json` as Discord has it


async def _read(request: web.Request) -> tuple[dict[str, Any], dict[str, Upload]]:
    if not request.content_type.startswith("multipart/"):
        return dict(await request.json()), {}
    body: dict[str, Any] = {}
    uploads: dict[str, Upload] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        if part.name == "payload_json":
            body = await part.json() or {}
        else:
            data = bytes(await part.read())
            kind = part.headers.get("Content-Type")
            uploads[part.name] = Upload(filename=part.filename or "file", data=data, content_type=kind)
    return body, uploads

"""From what a bot sends to the message object Discord makes of it. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.sandbox.discord.errors import Json

SUPPRESS_EMBEDS, EPHEMERAL, LOADING = 1 << 2, 1 << 6, 1 << 7
SUPPRESS_NOTIFICATIONS, COMPONENTS_V2 = 1 << 12, 1 << 15
SETTABLE_ON_CREATE = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2
SETTABLE_ON_EDIT = SUPPRESS_EMBEDS | COMPONENTS_V2

THUMBNAIL, FILE, SEPARATOR, CONTAINER = 11, 13, 14, 17
ATTACHED = "attachment://"
MEDIA_KEYS = ("media", "file")


def walk(components: Iterable[Json]) -> Iterator[Json]:
    """Every component of a message or modal, outer before inner: rows, sections with accessory, containers, labels."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])
        for key in ("accessory", "component"):
            if component.get(key):
                yield from walk([component[key]])


def numbered(components: list[Json], attached: Mapping[str, Json]) -> list[Json]:
    """With an `id` each where the bot gave none, and with links for `attachment://name`."""
    taken = {component["id"] for component in walk(components) if component.get("id")}
    return _numbered(components, attached, (number for number in range(1, 1000) if number not in taken))


def _numbered(components: list[Json], attached: Mapping[str, Json], free: Iterator[int]) -> list[Json]:
    made = []
    for given in components:
        component = {key: value for key, value in given.items() if value is not None}
        component["id"] = given.get("id") or next(free)
        if given.get("components") is not None:
            component["components"] = _numbered(given["components"], attached, free)
        for key in ("accessory", "component"):
            if given.get(key):
                component[key] = _numbered([given[key]], attached, free)[0]
        for key in MEDIA_KEYS:
            if given.get(key):
                component[key] = _media(given[key], attached)
        if component["type"] == FILE:
            component |= _file_facts(component["file"]["url"], attached)
        if given.get("items"):
            component["items"] = [item | {"media": _media(item["media"], attached)} for item in given["items"]]
        made.append(component | _defaults(component))
    return made


def _defaults(component: Json) -> Json:
    """What Discord adds by itself."""
    kind = component["type"]
    if kind == CONTAINER:
        return {"accent_color": component.get("accent_color"), "spoiler": component.get("spoiler", False)}
    if kind == SEPARATOR:
        return {"divider": component.get("divider", True), "spacing": component.get("spacing", 1)}
    if kind in (THUMBNAIL, FILE):
        return {"spoiler": component.get("spoiler", False)}
    return {}


def _file_facts(url: str, attached: Mapping[str, Json]) -> Json:
    found = next((attachment for attachment in attached.values() if attachment["url"] == url), {})
    return {"name": found.get("filename"), "size": found.get("size")}


def _media(media: Json, attached: Mapping[str, Json]) -> Json:
    url = str(media["url"])
    attachment = attached.get(url.removeprefix(ATTACHED)) if url.startswith(ATTACHED) else None
    more = {"url": url, "proxy_url": url, "width": None, "height": None, "content_type": None}
    if attachment is not None:
        more |= {key: attachment[key] for key in ("url", "proxy_url", "content_type")}
        more["attachment_id"] = attachment["id"]
    return {key: value for key, value in more.items() if value is not None} | {"id": media.get("id", "0")}


def embeds(given: list[Json], attached: Mapping[str, Json]) -> list[Json]:
    return [_embed(embed, attached) for embed in given]


def _embed(given: Json, attached: Mapping[str, Json]) -> Json:
    embed: Json = {"type": "rich"} | {key: value for key, value in given.items() if value not in (None, [], {})}
    embed["type"] = "rich"
    for key in ("image", "thumbnail"):
        if key in embed:
            embed[key] = {k: v for k, v in _media(embed[key], attached).items() if k in ("url", "proxy_url")}
    if "fields" in embed:
        embed["fields"] = [{"inline": False} | field for field in embed["fields"]]
    return embed


def merged(message: Json, edit: Json) -> Json:
    """The body that would create the message as it stands after the edit, for the limits to be checked on."""

    def current(key: str, empty: Any) -> Any:
        return (edit[key] or empty) if key in edit else message[key]

    flags = edit.get("flags")
    kept = message["flags"] & ~SETTABLE_ON_EDIT | message["flags"] & COMPONENTS_V2
    return {
        "content": current("content", ""),
        "embeds": current("embeds", []),
        "components": current("components", []),
        "attachments": edit.get("attachments") or [],
        "allowed_mentions": edit.get("allowed_mentions"),
        "flags": message["flags"] if flags is None else kept | flags & SETTABLE_ON_EDIT,
    }

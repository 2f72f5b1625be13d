"""What Discord refuses in a message. Pure. https://docs.discord.com/developers/resources/message

The OpenAPI document knows part of this; here is the whole of what a bot can run into.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.sandbox.discord.drafts import COMPONENTS_V2
from bot.sandbox.discord.errors import Json, Path, Violation
from bot.sandbox.discord.findings import Findings
from bot.sandbox.discord.limits_components import check_components
from bot.sandbox.discord.mentions import check_allowed_mentions

CONTENT, NONCE, EMBEDS, ATTACHMENTS, STICKERS = 2000, 25, 10, 10, 3
EMBED_TITLE, EMBED_DESCRIPTION, EMBED_FIELDS, EMBEDS_IN_ALL = 256, 4096, 25, 6000
FIELD_NAME, FIELD_VALUE, FOOTER_TEXT, AUTHOR_NAME = 256, 1024, 2048, 256
SHOWN_IN_EMBED = ("title", "description", "fields", "image", "thumbnail", "author", "footer")
ATTACHMENT_DESCRIPTION = 1024
LEGACY_FIELDS = ("content", "embeds", "sticker_ids", "poll")


def check_message(message: Json, *, uploaded: Sequence[str] = ()) -> list[Violation]:
    """Everything wrong with a message as a whole; `uploaded` are the names `attachment://` may refer to."""
    found = Findings()
    uses_v2 = bool((message.get("flags") or 0) & COMPONENTS_V2)
    found.text(("content",), message.get("content"), most=CONTENT)
    if uses_v2:
        _check_no_legacy_fields(found, message)
    _check_embeds(found, message.get("embeds") or [], uploaded)
    found += check_components(message.get("components") or [], uses_v2=uses_v2, uploaded=uploaded)
    found += check_allowed_mentions(message.get("allowed_mentions"))
    found.amount(("sticker_ids",), message.get("sticker_ids") or [], most=STICKERS)
    attachments = message.get("attachments") or []
    found.amount(("attachments",), attachments, most=ATTACHMENTS)
    for index, attachment in enumerate(attachments):
        path: Path = ("attachments", index, "description")
        found.text(path, attachment.get("description"), most=ATTACHMENT_DESCRIPTION)
    return found


def is_empty(message: Json, *, uploaded: int) -> bool:
    """Error 50006. A message of components v2 needs a component: its files alone do not show."""
    keys = ("components",) if (message.get("flags") or 0) & COMPONENTS_V2 else (*LEGACY_FIELDS, "components")
    filled = any(str(message[key]).strip() if key == "content" else message[key] for key in keys if message.get(key))
    return not filled and (not uploaded or keys == ("components",))


def check_nonce(message: Json) -> list[Violation]:
    found = Findings()
    nonce = message.get("nonce")
    if isinstance(nonce, str):
        found.text(("nonce",), nonce, most=NONCE)
    elif nonce is not None and (isinstance(nonce, bool) or not isinstance(nonce, int)):
        found.add(("nonce",), "NONCE_TYPE_INVALID_TYPE", "This field must be a string or integer.")
    return found


def _check_no_legacy_fields(found: Findings, message: Json) -> None:
    for key in LEGACY_FIELDS:
        if message.get(key):
            text = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            found.add((key,), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", text)


def _check_embeds(found: Findings, embeds: Sequence[Json], uploaded: Sequence[str]) -> None:
    found.amount(("embeds",), embeds, most=EMBEDS)
    for index, embed in enumerate(embeds):
        _check_embed(found, ("embeds", index), embed, uploaded)
    if sum(map(embed_length, embeds)) > EMBEDS_IN_ALL:
        found.add(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {EMBEDS_IN_ALL}")


def embed_length(embed: Json) -> int:
    """What counts towards the 6000 of all embeds of a message together."""
    texts = [embed.get("title"), embed.get("description")]
    texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    for field in embed.get("fields") or []:
        texts += [field.get("name"), field.get("value")]
    return sum(len((text or "").strip()) for text in texts)


def _check_embed(found: Findings, at: Path, embed: Json, uploaded: Sequence[str]) -> None:
    if not any(embed.get(key) for key in SHOWN_IN_EMBED):
        found.required((*at, "description"))
    found.text((*at, "title"), embed.get("title"), most=EMBED_TITLE)
    found.text((*at, "description"), embed.get("description"), most=EMBED_DESCRIPTION)
    found.url((*at, "url"), embed.get("url"))
    found.number((*at, "color"), embed.get("color"), least=0, most=0xFFFFFF)
    footer, author = embed.get("footer") or {}, embed.get("author") or {}
    found.text((*at, "footer", "text"), footer.get("text"), most=FOOTER_TEXT, least=1 if footer else 0)
    found.text((*at, "author", "name"), author.get("name"), most=AUTHOR_NAME, least=1 if author else 0)
    found.url((*at, "author", "url"), author.get("url"))
    for holder, key in (("footer", "icon_url"), ("author", "icon_url"), ("image", "url"), ("thumbnail", "url")):
        found.media((*at, holder, key), (embed.get(holder) or {}).get(key), uploaded)
    _check_timestamp(found, (*at, "timestamp"), embed.get("timestamp"))
    fields = embed.get("fields") or []
    found.amount((*at, "fields"), fields, most=EMBED_FIELDS)
    for index, field in enumerate(fields):
        found.text((*at, "fields", index, "name"), field.get("name"), most=FIELD_NAME, least=1)
        found.text((*at, "fields", index, "value"), field.get("value"), most=FIELD_VALUE, least=1)


def _check_timestamp(found: Findings, at: Path, timestamp: str | None) -> None:
    if timestamp is None:
        return
    try:
        datetime.fromisoformat(timestamp)
    except ValueError:
        found.add(at, "DATE_TIME_TYPE_PARSE", f"Could not parse {timestamp}. Should be ISO8601.")

"""The messages of all channels. A stored message is never changed in place: an edit puts a new object there."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.sandbox.discord import drafts, errors, ids, limits, mentions, permissions
from bot.sandbox.discord.clock import Clock
from bot.sandbox.discord.errors import Json, invalid_form
from bot.sandbox.discord.files import Files, Upload, safe_filename
from bot.sandbox.discord.ids import Snowflakes
from bot.sandbox.discord.world import ATTACHMENT_SIZE_LIMIT, World

DEFAULT, REPLY, CHAT_INPUT_COMMAND, CONTEXT_MENU_COMMAND, THREAD_CREATED = 0, 19, 20, 23, 18
NONCE_SECONDS = 300


@dataclass(kw_only=True)
class Draft:
    """A message to be made. `extra` is what the body cannot say: interaction, reference, type."""

    channel_id: int
    author: Json
    body: Json
    uploads: Sequence[Upload] = ()
    ephemeral_for: int | None = None
    flags: int = 0
    extra: Json = field(default_factory=dict)


def is_loading(message: Json) -> bool:
    """Deferred: the person reads that the bot is thinking."""
    return bool(message["flags"] & drafts.LOADING)


class Messages:
    def __init__(self, *, clock: Clock, new_id: Snowflakes, world: World, files: Files) -> None:
        self._clock, self._new_id, self._world, self._files = clock, new_id, world, files
        self._channels: dict[int, dict[int, Json]] = {}
        self._nonces: dict[tuple[int, str], tuple[float, int, int]] = {}
        self.ephemeral_for: dict[int, int] = {}

    # --- reading

    def get(self, channel_id: int, message_id: int) -> Json:
        message = self._channels.get(channel_id, {}).get(message_id)
        if message is None:
            raise errors.unknown_message()
        return self._files.refreshed(message)

    def find(self, message_id: int) -> Json | None:
        for messages in self._channels.values():
            if message_id in messages:
                return self._files.refreshed(messages[message_id])
        return None

    def visible(self, channel_id: int, user_id: int | None) -> list[Json]:
        """Oldest first; ephemeral ones only for their user."""
        found = self._channels.get(channel_id, {})
        seen = [found[key] for key in sorted(found) if self.ephemeral_for.get(key) in (None, user_id)]
        return [self._files.refreshed(message) for message in seen]

    # --- writing

    def create(self, draft: Draft) -> Json:
        names = [safe_filename(upload.filename) for upload in draft.uploads]
        if violations := limits.check_message(draft.body, uploaded=names):
            raise invalid_form(violations)
        if limits.is_empty(draft.body, uploaded=len(draft.uploads)) and not draft.flags & drafts.LOADING:
            raise errors.empty_message()
        message = self._composed(draft)
        if draft.ephemeral_for is not None:
            message["flags"] |= drafts.EPHEMERAL
            self.ephemeral_for[int(message["id"])] = draft.ephemeral_for
        self._put(message)
        return message

    def _composed(self, draft: Draft) -> Json:
        attachments = self._store(draft.channel_id, draft.uploads)
        attached = {attachment["filename"]: attachment for attachment in attachments}
        body = draft.body
        message: Json = {
            "id": str(self._new_id()),
            "type": DEFAULT,
            "channel_id": str(draft.channel_id),
            "author": draft.author,
            "content": str(body.get("content") or "").strip(),
            "embeds": drafts.embeds(body.get("embeds") or [], attached),
            "components": drafts.numbered(body.get("components") or [], attached),
            "attachments": attachments,
            "timestamp": self._clock.now().isoformat(),
            "edited_timestamp": None,
            "flags": (body.get("flags") or 0) & drafts.SETTABLE_ON_CREATE | draft.flags,
            "pinned": False,
            "tts": bool(body.get("tts")),
        }
        message |= draft.extra
        return message | self._mentions(message, body.get("allowed_mentions"))

    def edit(self, message: Json, body: Json, uploads: Sequence[Upload] = ()) -> Json:
        """By its author. Keys that are absent stay; null empties."""
        after = drafts.merged(message, body)
        names = [safe_filename(upload.filename) for upload in uploads]
        kept = self._kept_attachments(message, body)
        after["attachments"] = kept + [{"filename": name} for name in names]
        if violations := limits.check_message(after, uploaded=[*names, *(item["filename"] for item in kept)]):
            raise invalid_form(violations)
        if limits.is_empty(after, uploaded=len(after["attachments"])):
            raise errors.empty_message()
        attachments = kept + self._store(int(message["channel_id"]), uploads)
        attached = {attachment["filename"]: attachment for attachment in attachments}
        edited = message | {
            "content": str(after["content"]).strip(),
            "attachments": attachments,
            "edited_timestamp": None if is_loading(message) else self._clock.now().isoformat(),
            "flags": after["flags"] & ~drafts.LOADING,
        }
        if "embeds" in body:
            edited["embeds"] = drafts.embeds(after["embeds"], attached)
        if "components" in body:
            edited["components"] = drafts.numbered(after["components"], attached)
        edited |= self._mentions(edited, body.get("allowed_mentions"))
        self._put(edited)
        return edited

    def replace(self, message: Json) -> None:
        self._put(message)

    def delete(self, message: Json) -> None:
        self._channels[int(message["channel_id"])].pop(int(message["id"]), None)

    def forget_channel(self, channel_id: int) -> None:
        self._channels.pop(channel_id, None)

    # --- nonces: "unique in the past few minutes" per author

    def remember_nonce(self, author_id: int, nonce: str, message: Json) -> None:
        self._nonces[author_id, nonce] = (self._clock.time(), int(message["channel_id"]), int(message["id"]))

    def sent_with(self, author_id: int, nonce: str) -> Json | None:
        """The message of this nonce; one that was deleted since is a 404, as Discord has it."""
        at, channel_id, message_id = self._nonces.get((author_id, nonce), (0.0, 0, 0))
        if self._clock.time() - at > NONCE_SECONDS:
            return None
        return self.get(channel_id, message_id)

    # --- parts

    def _put(self, message: Json) -> None:
        self._channels.setdefault(int(message["channel_id"]), {})[int(message["id"])] = message

    def _store(self, channel_id: int, uploads: Sequence[Upload]) -> list[Json]:
        if any(len(upload.data) > ATTACHMENT_SIZE_LIMIT for upload in uploads):
            raise errors.too_large()
        return [self._files.store(upload, folder=channel_id) for upload in uploads]

    def _kept_attachments(self, message: Json, body: Json) -> list[Json]:
        if "attachments" not in body:
            return list(message["attachments"])
        wanted = {str(attachment.get("id")) for attachment in body["attachments"] or []}
        return [attachment for attachment in message["attachments"] if attachment["id"] in wanted]

    def _mentions(self, message: Json, allowed: Json | None) -> Json:
        author_id = int(message["author"]["id"])
        held = self._world.permissions(author_id, int(message["channel_id"]))
        found = mentions.pinged(
            mentions.displayed_text(message),
            allowed,
            user_ids=self._world.members,
            roles=self._world.roles,
            may_ping_everyone=bool(held & permissions.MENTION_EVERYONE),
            everyone_id=ids.GUILD_ID,
        )
        users = list(found.users)
        replied = message.get("referenced_message")
        if replied and (allowed is None or allowed.get("replied_user", True)):
            users = list(dict.fromkeys([*users, int(replied["author"]["id"])]))
        return {
            "mentions": [self._world.user(user_id) for user_id in users],
            "mention_roles": [str(role_id) for role_id in found.roles],
            "mention_everyone": found.everyone,
        }

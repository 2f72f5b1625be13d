"""Who a text pings. https://docs.discord.com/developers/resources/message#allowed-mentions-object

Without `allowed_mentions` everything in the text pings: that is Discord's default, and how bots embarrass themselves.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.sandbox.discord.errors import Json, Violation

CODE = re.compile(r"```.*?```|``.*?``|`[^`\n]*`", re.DOTALL)
USER = re.compile(r"<@!?(\d{15,20})>")
ROLE = re.compile(r"<@&(\d{15,20})>")
EVERYONE = re.compile(r"@(everyone|here)\b")
PARSEABLE = ("users", "roles", "everyone")
MAX_LISTED = 100


@dataclass(frozen=True)
class Pinged:
    users: tuple[int, ...] = ()
    roles: tuple[int, ...] = ()
    everyone: bool = False


def displayed_text(message: Json) -> str:
    """What people read in it: the content, and every text display of components v2."""
    parts = [message.get("content") or "", *_texts(message.get("components") or [])]
    return "\n".join(parts)


def _texts(components: Iterable[Json]) -> Iterator[str]:
    for component in components:
        if component.get("type") == 10:
            yield str(component.get("content") or "")
        yield from _texts(component.get("components") or [])


def pinged(
    text: str,
    allowed: Json | None,
    *,
    user_ids: Iterable[int],
    roles: Mapping[int, Json],
    may_ping_everyone: bool,
    everyone_id: int,
) -> Pinged:
    """`may_ping_everyone` is the author's right to: it is needed for @everyone and for roles not open to mentions."""
    text = CODE.sub("", text)
    users = [int(found) for found in USER.findall(text)]
    role_ids = [int(found) for found in ROLE.findall(text)]
    known = set(user_ids)
    return Pinged(
        users=tuple(dict.fromkeys(user for user in users if user in known and _allows(allowed, "users", user))),
        roles=tuple(
            dict.fromkeys(
                role
                for role in role_ids
                if role in roles
                and role != everyone_id
                and (may_ping_everyone or roles[role]["mentionable"])
                and _allows(allowed, "roles", role)
            )
        ),
        everyone=may_ping_everyone and bool(EVERYONE.search(text)) and _allows(allowed, "everyone", None),
    )


def _allows(allowed: Json | None, kind: str, target: int | None) -> bool:
    if allowed is None:
        return True
    if kind in (allowed.get("parse") or []):
        return True
    return target is not None and target in map(int, allowed.get(kind) or [])


def check_allowed_mentions(allowed: Json | None) -> list[Violation]:
    if allowed is None:
        return []
    found = []
    parse = allowed.get("parse") or []
    for index, kind in enumerate(parse):
        if kind not in PARSEABLE:
            message = f"Value must be one of {PARSEABLE}."
            found.append(Violation(("allowed_mentions", "parse", index), "BASE_TYPE_CHOICES", message))
    for kind in ("users", "roles"):
        listed = allowed.get(kind) or []
        if listed and kind in parse:
            message = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            found.append(Violation(("allowed_mentions",), "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message))
        if len(listed) > MAX_LISTED:
            path = ("allowed_mentions", kind)
            found.append(Violation(path, "BASE_TYPE_MAX_LENGTH", f"Must be {MAX_LISTED} or fewer in length."))
    return found

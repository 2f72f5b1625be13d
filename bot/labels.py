"""Tags, correspondents and document types by their names, as people type them; and the names of owners."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.kept import Kept
from bot.paperless import Label, PaperlessClient
from bot.refusal import Refusal
from bot.ui.text import clean, cut, escape

FRESH_SECONDS = 60.0
OWNERS_FRESH_SECONDS = 300.0
CHOICE_LIMIT = 100  # of Discord, for a choice's name and value
NEAR = 5  # names offered where one is not known


class Owners(Kept[Label]):
    """The users of a server by number. A token that may not see them (`view_user`) leaves the numbers as they are, and
    is not asked again for as long as names are kept."""

    def __init__(self, client: PaperlessClient) -> None:
        super().__init__(client.users, fresh_seconds=OWNERS_FRESH_SECONDS)

    async def name_of(self, user_id: int | None) -> str | None:
        """None: nobody, or not known. Never an error, and no longer than a second."""
        if user_id is None:
            return None
        return next((user.name for user in await self.get() if user.id == user_id), None)

    async def offers(self, typed: str) -> list[tuple[str, int]]:
        """Label and number of those whose name or number holds what was typed, those that begin with it first."""
        wanted = _key(typed.strip().removeprefix("#"))
        offered = [(cut(f"{clean(user.name)} (#{user.id})", CHOICE_LIMIT), user.id) for user in await self.get()]
        found = [(label, user_id) for label, user_id in offered if wanted in _key(label)]
        return sorted(found, key=lambda one: not _key(one[0]).startswith(wanted))


@dataclass(frozen=True, slots=True)
class LabelList:
    kept: Kept[Label]
    one: str  # as in "there is no tag ..."


class Labels:
    """Those of one server."""

    def __init__(self, client: PaperlessClient) -> None:
        def kept(fetch: Callable[[], Awaitable[tuple[Label, ...]]], one: str) -> LabelList:
            return LabelList(Kept(fetch, fresh_seconds=FRESH_SECONDS), one)

        self.tags = kept(client.tags, "tag")
        self.correspondents = kept(client.correspondents, "correspondent")
        self.document_types = kept(client.document_types, "document type")

    def close(self) -> None:
        for each in (self.tags, self.correspondents, self.document_types):
            each.kept.close()


async def suggest_one(labels: LabelList, typed: str) -> list[str]:
    """Names that hold what was typed, those that begin with it first."""
    return list(_matching(await labels.kept.get(), typed))


async def suggest_more(labels: LabelList, typed: str) -> list[str]:
    """The same for a list with commas: the last name is being typed, those before it stay."""
    head, comma, last = typed.rpartition(",")
    before = f"{head.strip()}, " if comma else ""
    taken = {_key(name) for name in head.split(",")}
    names = _matching(await labels.kept.get(), last)
    return [before + name for name in names if _key(name) not in taken and len(before + name) <= CHOICE_LIMIT]


async def id_of(labels: LabelList, name: str | None) -> int | None:
    """Raises Refusal for a name that is not known, PaperlessError where that cannot be found out."""
    return None if name is None or not name.strip() else (await _ids(labels, [name]))[0]


async def ids_of(labels: LabelList, names: str | None) -> tuple[int, ...]:
    """Of several, with commas between."""
    return tuple(await _ids(labels, _named(names, await _known(labels))))


async def all_known(labels: Labels, *, tags: str | None, correspondent: str | None, document_type: str | None) -> bool:
    """Whether each of these names is one of those in memory; within a second, whatever Paperless does."""
    named = [(labels.tags, tags), (labels.correspondents, correspondent), (labels.document_types, document_type)]
    asked = [(one, names) for one, names in named if names and names.strip()]
    kept = await asyncio.gather(*[_known(one) for one, _ in asked])
    return all(
        _key(name) in known
        for (one, names), known in zip(asked, kept, strict=True)
        for name in (_named(names, known) if one is labels.tags else [names])
    )


async def _known(labels: LabelList) -> set[str]:
    return {_key(label.name) for label in await labels.kept.get()}


def _named(names: str | None, known: set[str]) -> list[str]:
    """A name may hold a comma itself: what is known as a whole is taken as a whole."""
    if names is None or _key(names) in known:
        return [] if names is None else [names]
    return [name for name in names.split(",") if name.strip()]


async def _ids(labels: LabelList, names: Sequence[str]) -> list[int]:
    found = _by_name(await labels.kept.get())
    if any(_key(name) not in found for name in names):
        found = _by_name(await labels.kept.anew())  # made a moment ago, perhaps
    for name in names:
        if _key(name) not in found:
            raise Refusal(_unknown(labels.one, name, [label.name for label in await labels.kept.get()]))
    return list(dict.fromkeys(found[_key(name)] for name in names))


def _by_name(labels: Sequence[Label]) -> dict[str, int]:
    return {_key(label.name): label.id for label in reversed(labels)}


@lru_cache(maxsize=10_000)
def _key(name: str) -> str:
    return clean(name).casefold()


def _matching(labels: Sequence[Label], typed: str) -> Iterator[str]:
    wanted = _key(typed)
    names = [label.name for label in labels if wanted in _key(label.name) and 0 < len(label.name) <= CHOICE_LIMIT]
    yield from sorted(names, key=lambda name: not _key(name).startswith(wanted))


def _unknown(one: str, name: str, known: Sequence[str]) -> str:
    there = f"There is no {one} {escape(repr(cut(name.strip(), 60)), 80)} in Paperless"
    if not known:
        return f"{there}, or none that the bot may see."
    near = ", ".join(escape(each, 60) for each in known[:NEAR])
    return f"{there}. There {'are' if len(known) > 1 else 'is'} {near}{' and others' if len(known) > NEAR else ''}."

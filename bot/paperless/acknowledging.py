"""Acknowledging many tasks although the server rejects a whole list for one of them."""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from bot.paperless.errors import InvalidArgument, Rejected
from bot.paperless.models import AcknowledgeResult

LONGEST_LIST = 1000
LARGEST_PK = 2**63 - 1  # a larger one is a 500
# Into quarters: for one bad key among many that is as few requests as halves, and for many bad ones it is fewer.
PARTS = 4

Post = Callable[[Sequence[int]], Awaitable[int]]


async def acknowledge_each(pks: Iterable[int], post: Post) -> AcknowledgeResult:
    """Posts `pks`, and where a list is not taken as a whole, its parts, until every single one is known.

    3.x answers 400 for a key that is gone or foreign; 2.20 answers 200 with a smaller number for a foreign one.
    """
    unique = _checked(pks)
    possible = [pk for pk in unique if 1 <= pk <= LARGEST_PK]
    done: set[int] = set()
    waiting: list[Sequence[int]] = [
        possible[start : start + LONGEST_LIST] for start in range(0, len(possible), LONGEST_LIST)
    ]
    while waiting:
        part = waiting.pop()
        number = await _taken(part, post)
        if number >= len(part):
            done.update(part)
        elif number != 0 and len(part) > 1:
            waiting += _parts(part)
    return AcknowledgeResult(
        acknowledged=[pk for pk in unique if pk in done], rejected=[pk for pk in unique if pk not in done]
    )


async def _taken(part: Sequence[int], post: Post) -> int:
    """How many of `part` the server acknowledged; -1 for a list that it rejected because of some of its keys."""
    try:
        return await post(part)
    except Rejected as error:
        if not any(name.partition(".")[0] == "tasks" for name in error.fields):
            raise
        return -1


def _parts(part: Sequence[int]) -> list[Sequence[int]]:
    size = -(-len(part) // PARTS)
    return [part[start : start + size] for start in range(0, len(part), size)]


def _checked(pks: Iterable[int]) -> list[int]:
    if not isinstance(pks, Iterable):
        raise InvalidArgument(f"Tasks are acknowledged by a list of primary keys, not {pks!r}")
    unique = list(dict.fromkeys(pks))
    for pk in unique:
        if isinstance(pk, bool) or not isinstance(pk, int):
            raise InvalidArgument(f"Tasks are acknowledged by their primary key, a number, not {pk!r}")
    return unique

"""A numbered list read from its first page to its last, while rows come and go. Pure but for `fetch`.

- Rows that were created push others to the next page: those that were told before are left out.
- Rows that go (deleted, or acknowledged in a list of what is not) pull others to a page that was read already. The
  count tells: as many pages as may have moved are read again. (Newest first it always does: what is created pushes the
  other way. In another order not, where as many are created as go.)
- The text of an error is of any length: a page that is more than the client takes is asked for in smaller ones.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable

from msgspec.structs import replace

from bot.paperless.errors import NotFound, TooLarge
from bot.paperless.models import Task, TaskPage

PATIENCE, REGAINED = 10, 3
"""How many times it goes back for nothing, and how many of them a page with something new gives back: a server that
says one number and another in turn (two databases behind one address) must not send us back for ever.
"""
Fetch = Callable[[int, int], Awaitable[TaskPage]]


async def each_page(fetch: Fetch, *, page_size: int) -> AsyncIterator[TaskPage]:
    """Every page that has a row which was not told yet, the first one in any case. `fetch` takes number and size."""
    told = _Told()
    count, number, patience = 0, 1, PATIENCE
    while True:
        try:
            page = await fetch(number, page_size)
        except TooLarge:
            parts = _parts(page_size)
            if parts == 1:
                raise
            number, page_size = (number - 1) * parts + 1, page_size // parts
            continue
        except NotFound:
            if number == 1:
                raise
            if not patience:
                return
            number, patience = number - 1, patience - 1  # so many rows went that there is no such page
            continue
        fewer, count = count - page.count, page.count
        if fewer > 0 and number > 1 and patience:
            number, patience = max(1, number - -(-fewer // page_size)), patience - 1
            continue
        new = told.new(page.results)
        if new or told.nothing:
            told.add(new)
            patience = min(PATIENCE, patience + REGAINED)
            yield page if len(new) == len(page.results) else replace(page, results=new)
        if page.next_page is None or (not new and number * len(page.results) >= page.count):
            return  # the last page, or one that promises a next one which cannot be
        number = page.next_page


def _parts(page_size: int) -> int:
    """Into how many a page is divided, with nothing left over."""
    return next((parts for parts in (10, 5, 2) if page_size % parts == 0), page_size)


class _Told:
    """The primary keys that were told: a bit each, since there may be a million."""

    def __init__(self) -> None:
        self._bits: defaultdict[int, int] = defaultdict(int)
        self.nothing = True

    def new(self, tasks: tuple[Task, ...]) -> tuple[Task, ...]:
        return tuple(task for task in tasks if not self._bits.get(task.id >> 12, 0) >> (task.id & 4095) & 1)

    def add(self, tasks: tuple[Task, ...]) -> None:
        self.nothing = False
        for task in tasks:
            self._bits[task.id >> 12] |= 1 << (task.id & 4095)

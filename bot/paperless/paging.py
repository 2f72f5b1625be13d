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

Fetch = Callable[[int, int], Awaitable[TaskPage]]


async def each_page(fetch: Fetch, *, page_size: int) -> AsyncIterator[TaskPage]:
    """Every page that has a row which was not told yet, the first one in any case. `fetch` takes number and size."""
    told = _Told()
    count, number, end = 0, 1, 0
    while not end or number < end:
        try:
            page = await fetch(number, page_size)
        except TooLarge:
            parts = _parts(page_size)
            if parts == 1:
                raise
            number, end, page_size = (number - 1) * parts + 1, end and (end - 1) * parts + 1, page_size // parts
            continue
        except NotFound:
            if number == 1:
                raise
            end, number = number, number - 1  # so many rows went that there is no such page
            continue
        if page.count < count and number > 1:
            number = max(1, number - -(-(count - page.count) // page_size))
            count = page.count
            continue
        new = told.new(page.results)
        # A server that says one number and another in turn must not send us back for ever: only what leads on counts.
        count = page.count if new else min(count, page.count)
        if new or told.nothing:
            told.add(new)
            yield page if len(new) == len(page.results) else replace(page, results=new)
        elif number * len(page.results) >= page.count:
            return  # a next page is promised that cannot be
        if page.next_page is None:
            return
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

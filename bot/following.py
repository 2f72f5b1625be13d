"""Messages in a channel that follow a task to its end: past the 15 minutes of an interaction, and past a restart.

Each is a row of the database (`bot.failures.followers`) and, while it follows, a task of the loop. Its message is an
ordinary one of the channel, so it can be edited for as long as it takes. Invariants:
- An edit is made only where something changed, the first after a few seconds, then ever more rarely.
- A task that failed may get its card from the ledger at any moment, and that card is this very message: from then on
  nothing here touches it.
- An edit of which no answer came, in this life or the one before, may come to Discord after the end was told: then the
  end is told once more.
- What cannot be told (the message was deleted, the channel is closed to the bot) is given up: then a failure of it
  gets a card like any other.
"""

import asyncio
import itertools
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from discord import ui

from bot.failures.followers import Followers
from bot.failures.notifier import ChannelForbidden, MessageGone, NotifierError, Unsendable
from bot.failures.order import Follower, Order, Purpose, State
from bot.failures.outbox import ARRIVES
from bot.notifier import DiscordNotifier
from bot.paperless import PaperlessClient
from bot.paperless.errors import ClientClosed, PaperlessError, TaskNeverAppeared, TaskNotFound, WaitTimedOut
from bot.queues import Queue
from bot.ui import errors
from bot.ui import following as shown
from bot.ui.following import Progress, Where

if TYPE_CHECKING:
    from bot.app import Server

log = logging.getLogger(__name__)

End = ui.LayoutView | None


@dataclass(frozen=True, kw_only=True)
class Pace:
    """In seconds. `looks`: between two looks, the last one again and again; a message that is edited every 10 s is far
    from any limit. `tries`: between two tries to tell the end. `appears`: until a promised task must have a row.
    `arrives`: after that an edit without an answer has come to Discord or never will."""

    looks: tuple[float, ...] = (2, 3, 4, 6, 8, 10)
    tries: tuple[float, ...] = (1, 2, 5, 15, 60)
    appears: float = 30
    arrives: float = ARRIVES.total_seconds()
    gives_up: float = 24 * 3600


class Following:
    def __init__(
        self,
        servers: Mapping[str, "Server"],
        followers: Followers,
        notifier: DiscordNotifier,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self.followers = followers
        self._servers = servers
        self._notifier = notifier
        self._now = now
        self.pace = Pace()
        self._queues = {name: Queue(server.client) for name, server in servers.items()}
        self._followed: set[asyncio.Task[None]] = set()
        self._unclear_since: dict[int, datetime] = {}  # by follower: an edit without an answer

    def where(self, name: str) -> Where:
        link_base = self._servers[name].link_base if name in self._servers else ""
        return Where(server=name, link_base=link_base, show_server=len(self._servers) > 1)

    async def resume(self) -> None:
        """What an earlier life followed."""
        for follower in await self.followers.under_way():
            if follower.order.server not in self._servers:
                await self.followers.end(follower.follower_id, State.GIVEN_UP)
                continue
            self._unclear_since[follower.follower_id] = self._now()
            if follower.state is State.ORDERED:
                self._keep(self._interrupted(follower))
            else:
                self.begin(follower)

    def begin(self, follower: Follower) -> None:
        """`follower` has its task and its message."""
        self._keep(self._follow(follower))

    def _keep(self, work: "asyncio._CoroutineLike[None]") -> None:
        following = asyncio.create_task(work, name="follow")
        self._followed.add(following)
        following.add_done_callback(self._followed.discard)

    async def close(self) -> None:
        for following in self._followed:
            following.cancel()
        await asyncio.gather(*self._followed, return_exceptions=True)

    def client(self, order: Order) -> PaperlessClient:
        """Never the one that runs: its token is for that alone, and a run belongs to nobody, so that all see it."""
        return self._servers[order.server].client

    # --- one follower

    async def _follow(self, follower: Follower) -> None:
        try:
            ending = asyncio.create_task(self._end_of(follower.order), name="follow: end")
            try:
                await self._tell_progress(follower, ending)
                view = await ending
            finally:
                ending.cancel()
            if view is not None:
                await self.conclude(follower, view)
        except GivenUp:
            pass
        except Exception:
            log.exception(
                "Following %s went wrong; it goes on after a restart",
                follower.order.task_id,
                extra={"event": "following_defect"},
            )
        finally:
            self._unclear_since.pop(follower.follower_id, None)

    async def _tell_progress(self, follower: Follower, ending: "asyncio.Task[End]") -> None:
        last: tuple[Progress, datetime | None] | None = None
        silent_since: datetime | None = None
        unseen = follower.order.purpose is Purpose.UPLOAD  # its message says that the file is being sent
        for pause in _on_and_on(self.pace.looks):
            if (await asyncio.wait({ending}, timeout=pause))[0]:
                return
            try:
                seen = await self._progress(follower.order)
                silent_since = None
            except PaperlessError:
                seen = last[0] if last else None
                silent_since = silent_since or self._now()
            if seen is None and unseen:
                unseen = False
                await self._try(follower, shown.taken(follower.order, self.where(follower.order.server)))
            if seen is None or (seen, silent_since) == last:
                continue
            last = seen, silent_since
            where = self.where(follower.order.server)
            view = shown.waiting(follower.order, where, seen, silent_since=silent_since)
            await self._try(follower, view)

    async def _progress(self, order: Order) -> Progress | None:
        return shown.progress(await self._queues[order.server].now(), order.task_id or "")

    async def _end_of(self, order: Order) -> End:
        """What the message says in the end. None: the bot ends, the task does not."""
        where = self.where(order.server)
        try:
            task = await self.client(order).tasks.wait(
                order.task_id or "", timeout=self.pace.gives_up, grace=self.pace.appears
            )
        except ClientClosed:
            return None
        except TaskNeverAppeared:
            return shown.never_appeared(order, where)
        except WaitTimedOut as error:
            return shown.still_going(order, where, error.task)
        except TaskNotFound:
            return shown.gone(order, where)
        except PaperlessError as error:
            return shown.refused(order, where, errors.of_paperless(error))
        owner = await self._servers[order.server].owners.name_of(task.owner)
        return shown.ended(task, order, where, owner=owner)

    async def _interrupted(self, follower: Follower) -> None:
        await self.conclude(follower, shown.interrupted(follower, self.where(follower.order.server)))

    # --- its message

    async def change(self, follower: Follower, view: ui.LayoutView) -> None:
        """On the way, where one change more or less does not matter."""
        with suppress(GivenUp):
            await self._try(follower, view)

    async def conclude(self, follower: Follower, view: ui.LayoutView, *, state: State = State.TOLD) -> None:
        """The last word, however long Discord is away."""
        if follower.order.message_id is None:
            await self.followers.end(follower.follower_id, State.GIVEN_UP)
            return
        try:
            await self._insist(follower, view)
            await self.followers.end(follower.follower_id, state)
            while (wait := self._until_clear(follower)) > 0:
                await asyncio.sleep(wait)
                await self._insist(follower, view)
        except GivenUp:
            return
        finally:
            self._unclear_since.pop(follower.follower_id, None)

    async def _insist(self, follower: Follower, view: ui.LayoutView) -> None:
        for pause in _on_and_on(self.pace.tries):
            if await self._try(follower, view):
                return
            await asyncio.sleep(pause)

    def _until_clear(self, follower: Follower) -> float:
        """Seconds until no edit can come late any more."""
        since = self._unclear_since.get(follower.follower_id)
        return 0 if since is None else self.pace.arrives - (self._now() - since).total_seconds()

    async def _try(self, follower: Follower, view: ui.LayoutView) -> bool:
        """False where another try may help."""
        order = follower.order
        if order.message_id is None:
            return True

        async def adopted() -> bool:
            return await self.followers.is_adopted(follower.follower_id)

        try:
            await self._notifier.change(
                channel_id=order.channel_id, message_id=order.message_id, view=view, unless=adopted
            )
        except (MessageGone, ChannelForbidden, Unsendable) as error:
            log.info(
                "the message that follows %s is given up: %s",
                order.task_id,
                error,
                extra={"event": "following_given_up"},
            )
            await self.followers.end(follower.follower_id, State.GIVEN_UP)
            raise GivenUp from error
        except NotifierError as error:
            if error.is_unclear:
                self._unclear_since[follower.follower_id] = self._now()
            log.warning(
                "the message that follows %s could not be changed: %s",
                order.task_id,
                error,
                extra={"event": "following_not_changed"},
            )
            return False
        return True


def _on_and_on(pauses: tuple[float, ...]) -> Iterator[float]:
    return itertools.chain(pauses, itertools.repeat(pauses[-1]))


class GivenUp(Exception):
    """Nothing can be told any more."""

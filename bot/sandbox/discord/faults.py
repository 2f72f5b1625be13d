"""Bad weather on request: a test says which of the next requests goes wrong, and how."""

import asyncio
import re
from dataclasses import dataclass
from typing import Literal

from bot.sandbox.discord.clock import Clock
from bot.sandbox.discord.errors import Json

Failure = int | Literal["drop", "drop_after", "cut", "hang", "slow"]


@dataclass(kw_only=True)
class Fault:
    method: str
    path: re.Pattern[str]
    failure: Failure
    times: int
    effect: bool
    seconds: float
    body: Json | str | None
    headers: dict[str, str]


class Faults:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._planned: list[Fault] = []
        self._released = asyncio.Event()

    def plan(
        self,
        method: str = ".*",
        path: str = ".*",
        status: Failure = 503,
        *,
        times: int = 1,
        effect: bool = False,
        seconds: float = 0.5,
        body: Json | str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Fault:
        """`status` is an HTTP status, or one of
        "drop": the connection, before anything happened; "drop_after": it happened, the answer is lost;
        "cut": half of the answer arrives; "slow": it comes after `seconds`; "hang": no answer until `release()`.
        `effect` makes a failing status come after the request was carried out. `path` is searched for, `method`
        matched whole.
        """
        fault = Fault(
            method=method,
            path=re.compile(path),
            failure=status,
            times=times,
            effect=effect or status in ("drop_after", "cut", "slow"),
            seconds=seconds,
            body=body,
            headers=headers or {},
        )
        self._planned.append(fault)
        return fault

    def take(self, method: str, path: str) -> Fault | None:
        for fault in self._planned:
            if re.fullmatch(fault.method, method) and fault.path.search(path):
                fault.times -= 1
                if fault.times <= 0:
                    self._planned.remove(fault)
                return fault
        return None

    @property
    def pending(self) -> int:
        return sum(fault.times for fault in self._planned)

    def clear(self) -> None:
        """No more faults; what hangs is let go."""
        self._planned.clear()
        self.release()

    def release(self) -> None:
        self._released.set()
        self._released = asyncio.Event()

    async def wait(self, fault: Fault) -> None:
        if fault.failure == "hang":
            await self._released.wait()
        elif fault.failure == "slow":
            await self._clock.sleep(fault.seconds)

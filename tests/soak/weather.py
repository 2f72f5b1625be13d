"""What goes wrong in the day, on both sides, at random: there is no minute without something."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from bot.sandbox.discord import SandboxDiscord, ids
from bot.sandbox.discord.ratelimit import EDIT, SEND
from bot.sandbox.paperless import SandboxPaperless

EVERY = 25.0  # seconds between two of them, on average, on each side
MESSAGES = r"/channels/\d+/messages"
REPLACED = ("status", "html", "redirect", "bad_json", "wrong_shape", "garbled", "short", "half", "drop", "drop_after")
CODES = (500, 502, 503, 504)


class Weather:
    def __init__(self, paperless: SandboxPaperless, discord: SandboxDiscord, chance: random.Random) -> None:
        self.happened: Counter[str] = Counter()
        self._paperless, self._discord, self._chance = paperless, discord, chance

    async def over_paperless(self) -> None:
        kinds: dict[Callable[[], Awaitable[str]], int] = {
            self._spoilt: 60, self._slow: 25, self._stalled: 8, self._down: 4,
        }  # fmt: skip
        await self._goes_on(kinds)

    async def over_discord(self) -> None:
        kinds: dict[Callable[[], Awaitable[str]], int] = {
            self._refused: 25, self._lost: 30, self._limited: 12, self._late: 12, self._gateway: 8, self._away: 3,
        }  # fmt: skip
        await self._goes_on(kinds)

    async def _goes_on(self, kinds: dict[Callable[[], Awaitable[str]], int]) -> None:
        while True:
            await asyncio.sleep(self._chance.expovariate(1 / EVERY))
            (kind,) = self._chance.choices(list(kinds), list(kinds.values()))
            self.happened[await kind()] += 1

    def clear(self) -> None:
        self._paperless.faults.clear()
        self._discord.faults.clear()

    def _times(self) -> int:
        return self._chance.choice((1, 1, 2, 3, 6))

    # --- Paperless

    async def _spoilt(self) -> str:
        kind: Any = self._chance.choice(REPLACED)
        self._paperless.faults.add(kind, times=self._times(), path="/api/", status=self._chance.choice(CODES))
        return f"paperless {kind}"

    async def _slow(self) -> str:
        self._paperless.faults.add("slow", times=self._times(), seconds=self._chance.uniform(1, 20))
        return "paperless slow"

    async def _stalled(self) -> str:
        fault = self._paperless.faults.add("stall", times=1)
        asyncio.get_running_loop().call_later(90, self._paperless.faults.remove, fault)
        return "paperless stalls"

    async def _down(self) -> str:
        await self._paperless.down()
        await asyncio.sleep(self._chance.choice((10, 40, 90, 300)))
        await self._paperless.up()
        return "paperless down"

    # --- Discord

    async def _refused(self) -> str:
        status = self._chance.choice(CODES)
        effect = self._chance.random() < 0.3
        self._discord.fail_next("POST|PATCH|GET", MESSAGES, status, self._times(), effect=effect)
        return f"discord {status}{', and done all the same' if effect else ''}"

    async def _lost(self) -> str:
        kind = self._chance.choice(("drop", "drop_after", "drop_after", "cut"))
        self._discord.fail_next("POST|PATCH", MESSAGES, kind, self._times())  # type: ignore[arg-type]
        return f"discord {kind}"

    async def _limited(self) -> str:
        now, seconds = self._discord.clock.time(), self._chance.uniform(1, 20)
        if self._chance.random() < 0.3:
            self._discord.rate_limits.block_everything(seconds, now=now)
            return "discord 429, global"
        kind = self._chance.choice((SEND, EDIT))
        channel = str(self._chance.choice((ids.ALERTS_ID, ids.GENERAL_ID)))
        self._discord.rate_limits.exhaust(kind, channel, seconds, now=now)
        return "discord 429"

    async def _late(self) -> str:
        seconds = self._chance.uniform(0.5, 15)
        self._discord.fail_next("POST|PATCH", MESSAGES, "slow", self._times(), seconds=seconds)
        return "discord slow"

    async def _gateway(self) -> str:
        what = self._chance.choice(("cut", "closed", "asked", "invalid"))
        match what:
            case "cut":
                self._discord.disconnect_gateway(None)
            case "closed":
                self._discord.disconnect_gateway(self._chance.choice((1001, 4000, 4009)))
            case "asked":
                self._discord.ask_to_reconnect()
            case "invalid":
                self._discord.invalidate_sessions(resumable=self._chance.random() < 0.8)
        return f"gateway {what}"

    async def _away(self) -> str:
        """All of Discord, for a while."""
        self._discord.fail_next(".*", ".*", 503, 1_000_000)
        self._discord.gateway.refuse_with = 503
        self._discord.disconnect_gateway(None)
        await asyncio.sleep(self._chance.uniform(10, 120))
        self._discord.gateway.refuse_with = None
        self._discord.faults.clear()
        return "discord away"

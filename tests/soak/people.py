"""Who works with the cards in the day: presses in Discord, acknowledges in Paperless's web UI, and tidies it up."""

import asyncio
import random
from collections import Counter
from datetime import timedelta
from typing import Any

from bot.sandbox.discord import ClientRefused, InteractionFailed, SandboxDiscord, ids
from bot.sandbox.paperless import SandboxPaperless
from tests.house import buttons

Json = dict[str, Any]
CHANNELS = (ids.ALERTS_ID, ids.GENERAL_ID)
EVERY = 60.0
PATIENCE = 20.0
TIDIED_AFTER = timedelta(minutes=15)


class People:
    def __init__(self, paperless: SandboxPaperless, discord: SandboxDiscord, chance: random.Random) -> None:
        self.did: Counter[str] = Counter()
        self._paperless, self._discord, self._chance = paperless, discord, chance

    async def work(self) -> None:
        while True:
            await asyncio.sleep(self._chance.expovariate(1 / EVERY))
            await self._chance.choice((self._press, self._press, self._press, self._in_paperless, self._tidy))()

    async def _press(self) -> None:
        """The oldest card that waits."""
        for channel_id in CHANNELS:
            for message in self._discord.messages(channel_id):
                label = next((label for label in buttons(message) if label.startswith("Acknowledge")), None)
                if label is not None:
                    await self._acknowledge(message, label)
                    break

    async def _acknowledge(self, message: Json, label: str) -> None:
        try:
            answer = await self._pressed(message, label)
            if label != "Acknowledge":
                confirm = next(label for label in buttons(answer) if "cknowledge" in label)
                await self._pressed(answer, confirm)
            self.did["acknowledged on a card"] += 1
        except (InteractionFailed, ClientRefused, TimeoutError, StopIteration, AssertionError):
            self.did["pressed in vain"] += 1  # Discord or the bot was not there: people press again

    async def _pressed(self, message: Json, label: str) -> Json:
        interaction = await self._discord.press(
            user_id=ids.BEN_ID, message_id=int(message["id"]), custom_id=buttons(message)[label]
        )
        return await interaction.reply(timeout=PATIENCE)

    async def _in_paperless(self) -> None:
        rows = [row for row in self._paperless.table if not row.acknowledged]
        some = rows[: self._chance.choice((1, 20, 200))]
        self._paperless.acknowledge_in_web_ui(some)
        self.did["acknowledged in Paperless"] += len(some)

    async def _tidy(self) -> None:
        """Rows that are dealt with are deleted, as an administrator may do."""
        before = self._paperless.clock.now() - TIDIED_AFTER
        old = [row for row in self._paperless.table if row.acknowledged and row.date_done and row.date_done < before]
        self.did["tidied"] += self._paperless.delete(old)

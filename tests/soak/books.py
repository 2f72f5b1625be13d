"""Keeps count of the day without keeping it in memory: what failed, on disk; what each card says once it is settled."""

import re
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bot.app import TaskBot
from bot.sandbox.discord import SandboxDiscord, ids
from bot.ui import custom_ids
from tests.house import buttons, texts
from tests.soak.people import CHANNELS

Json = dict[str, Any]
SETTLED_AFTER = 3 * 3600  # seconds after which a message is noted and put away, where nothing of it is open
_DIGEST = re.compile(r"^\*\*([\d,]+) tasks? failed")
_SINGLE = re.compile(r"^\*\*.* failed(?: ([\d,]+) times)?\*\*")
_OPEN = text(
    "SELECT card.id FROM card LEFT JOIN incident ON incident.card_id = card.id GROUP BY card.id "
    "HAVING max(card.revision > card.delivered_revision) OR max(coalesce(incident.open_count, 0)) > 0 "
    "OR max(incident.last_at) > :before"
)


@dataclass(frozen=True)
class Outcome:
    failures: int
    lost: int
    twice: int
    messages: int
    wrong: tuple[str, ...]  # messages that do not say what the ledger has


def card_of(message: Json) -> int | None:
    parsed = [custom_ids.parse(id_) for id_ in buttons(message).values()]
    return next((card for one in parsed if one is not None and (card := custom_ids.card_of(one)) is not None), None)


def says(message: Json) -> int:
    """How many failures it tells of."""
    words = texts(message)
    if found := _DIGEST.match(words) or _SINGLE.match(words):
        return int((found[1] or "1").replace(",", ""))
    return 0


class Books:
    def __init__(self, folder: Path) -> None:
        self._path = folder / "books.db"
        self._books = sqlite3.connect(self._path, isolation_level=None)
        self._books.execute("CREATE TABLE failed (task_id TEXT)")
        self._books.execute("CREATE TABLE message (id INTEGER, card_id INTEGER, says INTEGER, words TEXT)")

    def failed(self, task_id: str) -> None:
        self._books.execute("INSERT INTO failed VALUES (?)", (task_id,))

    def _note(self, message: Json) -> None:
        row = (int(message["id"]), card_of(message), says(message), texts(message)[:200])
        self._books.execute("INSERT INTO message VALUES (?, ?, ?, ?)", row)

    async def put_away(self, bot: TaskBot, discord: SandboxDiscord) -> None:
        """Messages of which nothing is open, and that nothing will change any more."""
        before = discord.clock.time() - SETTLED_AFTER
        async with bot.database.read() as connection:
            lately = datetime.fromtimestamp(before, UTC).replace(tzinfo=None)
            changing = set((await connection.execute(_OPEN, {"before": str(lately)})).scalars())
        for channel_id in CHANNELS:
            for message in discord.messages(channel_id):
                card_id = card_of(message)
                if ids.created_at(int(message["id"])).timestamp() < before and card_id and card_id not in changing:
                    self._note(message)
                    discord.store.delete(message)
        _throw_away_answers(discord, before)

    def close(self, discord: SandboxDiscord, ledger: Path) -> Outcome:
        for channel_id in CHANNELS:
            for message in discord.messages(channel_id):
                if message["author"]["id"] == str(ids.APPLICATION_ID):
                    self._note(message)
        with closing(self._books):
            failed = [row[0] for row in self._books.execute("SELECT task_id FROM failed")]
            messages = self._books.execute("SELECT card_id, says, words FROM message").fetchall()
        with closing(sqlite3.connect(ledger)) as opened:
            told = opened.execute(_TOLD).fetchall()
        return _compared(failed, messages, told)


def _throw_away_answers(discord: SandboxDiscord, before: float) -> None:
    """What was said to one person alone; at Discord it is gone when that person looks elsewhere."""
    private = discord.store.ephemeral_for
    for message_id in [each for each in private if ids.created_at(each).timestamp() < before]:
        if (message := discord.store.find(message_id)) is not None:
            discord.store.delete(message)
        private.pop(message_id, None)


_TOLD = (
    "SELECT task_id, card_id FROM failure LEFT JOIN incident ON incident.id = failure.incident_id "
    "WHERE failure.kind IN ('failed', 'revoked') AND number IS NOT NULL"
)


def _compared(
    failed: list[str], messages: list[tuple[int | None, int, str]], told: list[tuple[str, int | None]]
) -> Outcome:
    standing = Counter(card_id for card_id, _, _ in messages if card_id is not None)
    shown = Counter(task_id for task_id, card_id in told if card_id in standing)
    by_card = Counter(card_id for _, card_id in told)
    wrong = [f"{by_card[card_id]} failures: {words}" for card_id, said, words in messages if said != by_card[card_id]]
    twice_posted = sum(by_card[card_id] for card_id, number in standing.items() if number > 1)
    return Outcome(
        failures=len(failed),
        lost=sum(shown[task_id] == 0 for task_id in failed),
        twice=sum(number - 1 for number in shown.values()) + twice_posted + len(set(shown) - set(failed)),
        messages=len(messages),
        wrong=tuple(wrong),
    )

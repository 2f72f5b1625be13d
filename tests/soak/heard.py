"""What the bot logged as an error in the course of a run."""

import logging

from discord.errors import DiscordServerError

from tests.soak.lives import Killed


class Heard(logging.Handler):
    """What was logged as an error, but for discord.py's word that it connects again, and answers that a Discord which
    says 5xx did not take: that is the weather. Nor what a life that was killed could not write any more."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.first: list[str] = []
        self.number = 0

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if record.name == "discord.client" or isinstance(error, DiscordServerError | Killed):
            return
        self.number += 1
        if len(self.first) < 20:
            self.first.append(logging.Formatter().format(record))

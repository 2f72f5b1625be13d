"""What the exit status says (sysexits.h), and which error leads to which."""

import logging
import os
import threading
from enum import IntEnum

import aiohttp
import discord

log = logging.getLogger(__name__)
LAST_RESORT_SECONDS = 9.7
"""After a signal, or after the lease is lost; nothing that the bot does waits for so long, a thread may."""


class Exit(IntEnum):
    DONE = 0
    DEFECT = 1
    UNAVAILABLE = 75
    """A server did not answer: try again."""
    CONFIG = 78
    """Something to mend in configuration, token or permission: trying again does not help."""


def exit_for(error: BaseException) -> Exit | None:
    """The status for an error of Discord's or of the network's; None where it is none of those, so a defect."""
    if isinstance(
        error, (discord.LoginFailure, discord.PrivilegedIntentsRequired, discord.Forbidden, discord.NotFound)
    ):
        return Exit.CONFIG
    if isinstance(error, discord.ConnectionClosed):
        return Exit.CONFIG if error.code in (4004, 4010, 4011, 4012, 4013, 4014) else Exit.UNAVAILABLE
    if isinstance(error, (discord.HTTPException, discord.GatewayNotFound, aiohttp.ClientError, OSError, TimeoutError)):
        return Exit.UNAVAILABLE
    return None


def end_anyway(status: Exit, *, after: float = LAST_RESORT_SECONDS) -> threading.Timer:
    """End this process with `status` if it is still there then: a look-up of a name, or a disk, that hangs in a thread
    would keep it. What is in the ledger is whole at any moment."""

    def end() -> None:
        log.critical("not everything came to an end: the process ends all the same", extra={"event": "stopped_hard"})
        logging.shutdown()
        os._exit(status)

    timer = threading.Timer(after, end)
    timer.daemon = True
    timer.start()
    return timer

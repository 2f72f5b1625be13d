"""What the exit status says (sysexits.h), and which error leads to which."""

from enum import IntEnum

import aiohttp
import discord


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

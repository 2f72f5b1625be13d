"""Tells systemd that the event loop turns, where it has started the bot and asks for that (`WatchdogSec`): a process
that hangs is then ended and started again. https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

import asyncio
import logging
import os
import socket
from collections.abc import Mapping

log = logging.getLogger(__name__)


async def keep_alive(environment: Mapping[str, str] = os.environ) -> None:
    """Until cancelled, twice in the time that systemd grants; at once over where it does not ask."""
    address, granted = environment.get("NOTIFY_SOCKET", ""), environment.get("WATCHDOG_USEC", "")
    if not address.startswith(("/", "@")) or not granted.isdecimal():
        return
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return  # meant for another one
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as systemd:
        systemd.setblocking(False)
        while True:
            try:
                systemd.sendto(b"WATCHDOG=1", address.replace("@", "\0", 1) if address.startswith("@") else address)
            except OSError as error:
                log.warning("systemd does not hear: %s", error, extra={"event": "watchdog_not_heard"})
            await asyncio.sleep(int(granted) / 2_000_000)

"""The health page: can its address be listened on? The bot that runs, if one does, is there already."""

import asyncio

from bot import alive, health
from bot.checks.finding import Finding, failure, ok, warning
from bot.sections import HealthSection

KEY = "health.listen"


async def check_health(section: HealthSection) -> Finding:
    if not section.listen:
        return ok(KEY, "empty: no page for supervisors and Prometheus")
    try:
        async with health.serving(section.listen, _nothing, _no_metrics):
            return ok(KEY, f"{section.listen} is free: run listens there")
    except health.CannotListen as error:
        if error.is_taken and await asyncio.to_thread(alive.answers, f"{_reached_at(section.listen)}/healthz"):
            return ok(KEY, f"a bot answers at {section.listen}")
        if "listen" in section.model_fields_set:
            return failure(KEY, str(error))
        return warning(KEY, f"{error}; run starts without it")


def _reached_at(listen: str) -> str:
    host, _, port = listen.rpartition(":")
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host.strip("[]"), host.strip("[]"))  # noqa: S104  read, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _nothing() -> dict[str, str | None]:
    return {}


async def _no_metrics() -> bytes:
    return b""

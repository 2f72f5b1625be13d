"""What the bot counts and measures, for /metrics. A registry for each bot; no label that grows with tasks.

Counted as it happens: polls, cards, requests to Discord, interactions, loop lag. Asked for when somebody looks: the age
of the last good poll, the outbox, the gateway, the lease.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from types import SimpleNamespace
from typing import Literal

import aiohttp
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from bot.failures.outcome import PollReport

Result = Literal["ok", "refused", "failed", "defect"]
QUICK = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
DELIVERY = (1, 2, 3, 4, 5, 6, 8, 10, 15, 30, 60, 300, 3600)
LAG = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)
LAG_EVERY = 1.0


def bot_version() -> str:
    try:
        return version("paperless-tasks-bot")
    except PackageNotFoundError:  # run from a checkout, as the image does
        return "unreleased"


@dataclass(frozen=True, kw_only=True)
class Now:
    """What is asked for when somebody looks. `poll_ages`: seconds since the last good poll, or since the start;
    `outbox` None: not known, as it was."""

    poll_ages: Mapping[str, float]
    outbox: int | None
    gateway_up: bool
    reconnects: int
    leading: bool
    epoch: int


class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._polls()
        self._cards()
        self._discord()
        self._process()
        self._reconnects_seen = 0

    def _polls(self) -> None:
        registry, server = self.registry, ("server",)
        self.poll_seconds = Histogram(
            "taskbot_poll_seconds", "One poll, start to end", server, buckets=QUICK, registry=registry
        )
        self.poll_age = Gauge(
            "taskbot_poll_age_seconds",
            "Since the last good poll; before the first, since the start",
            server,
            registry=registry,
        )
        self.poll_interval = Gauge(
            "taskbot_poll_interval_seconds", "Between two polls of a server, as configured", registry=registry
        )
        self.failures_seen = Counter("taskbot_failures_seen", "Failures found", server, registry=registry)
        self.polls = Counter(
            "taskbot_polls",
            "Polls, by how they went: good, unanswered, defect",
            ("server", "result"),
            registry=registry,
        )

    def _cards(self) -> None:
        registry = self.registry
        self.cards = Counter("taskbot_cards", "Cards sent, by what was done", ("action",), registry=registry)
        self.failures_posted = Counter(
            "taskbot_failures_posted", "Failures on cards that Discord has accepted", registry=registry
        )
        self.delivery_seconds = Histogram(
            "taskbot_delivery_seconds",
            "From the failure (of a digest: its newest), by Paperless's clock, to its card accepted by Discord",
            buckets=DELIVERY,
            registry=registry,
        )
        self.outbox = Gauge(
            "taskbot_outbox_cards", "Cards that do not show the truth yet, or may not", registry=registry
        )

    def _discord(self) -> None:
        registry = self.registry
        self.requests = Counter(
            "taskbot_discord_requests", "Requests to Discord, by status; 0: no answer", ("status",), registry=registry
        )
        self.rate_limited = Counter("taskbot_discord_rate_limited", "Answers of 429", registry=registry)
        self.gateway_up = Gauge("taskbot_gateway_up", "1: connected to Discord's gateway", registry=registry)
        self.reconnects = Counter("taskbot_gateway_reconnects", "Connections after the first", registry=registry)
        self.interactions = Counter(
            "taskbot_interactions", "Commands and presses, by how they went", ("command", "result"), registry=registry
        )

    def _process(self) -> None:
        registry = self.registry
        self.lag = Histogram(
            "taskbot_loop_lag_seconds", "How late the event loop gets to what is due", buckets=LAG, registry=registry
        )
        self.leading = Gauge("taskbot_leading", "1: this process acts; 0: it stands by", registry=registry)
        self.epoch = Gauge("taskbot_lease_epoch", "Takeovers so far; 0 with SQLite", registry=registry)
        info = Gauge("taskbot_info", "1, by version", ("version",), registry=registry)
        info.labels(bot_version()).set(1)
        ProcessCollector(registry=registry)

    # --- counted as it happens

    def polled(self, report: PollReport) -> None:
        result = "good" if report.good else "unanswered" if report.defect is None else "defect"
        self.polls.labels(report.server, result).inc()
        self.poll_seconds.labels(report.server).observe(max(0.0, report.seconds))
        self.failures_seen.labels(report.server).inc(report.new)

    def delivered(self, failed_at: datetime, accepted_at: datetime) -> None:
        self.delivery_seconds.observe(max(0.0, (accepted_at - failed_at).total_seconds()))

    def interaction(self, command: str, result: Result) -> None:
        self.interactions.labels(command, result).inc()

    def trace(self) -> aiohttp.TraceConfig:
        """For discord.py's HTTP client: every answer, the repeated requests included."""
        config = aiohttp.TraceConfig()
        config.on_request_end.append(self._answered)
        config.on_request_exception.append(self._lost)
        return config

    async def _answered(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, ended: aiohttp.TraceRequestEndParams
    ) -> None:
        self.requests.labels(str(ended.response.status)).inc()
        if ended.response.status == 429:
            self.rate_limited.inc()

    async def _lost(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, _lost: aiohttp.TraceRequestExceptionParams
    ) -> None:
        self.requests.labels("0").inc()

    async def watch_lag(self) -> None:
        """Until cancelled."""
        while True:
            due = time.monotonic() + LAG_EVERY
            await asyncio.sleep(LAG_EVERY)
            self.lag.observe(max(0.0, time.monotonic() - due))

    # --- asked for

    def begin(self, servers: Iterable[str], *, poll_seconds: float) -> None:
        """Every series from 0 on: an alert on what never was does not fire."""
        self.poll_interval.set(poll_seconds)
        for server in servers:
            self.poll_seconds.labels(server)
            self.failures_seen.labels(server)
            for result in ("good", "unanswered", "defect"):
                self.polls.labels(server, result)
        for action in ("posted", "edited", "failed"):
            self.cards.labels(action)

    def begin_interactions(self, names: Iterable[str]) -> None:
        """Those that an alert asks for: `increase()` sees no increase in a series that begins with 1."""
        for name in names:
            self.interactions.labels(name, "defect")

    def show(self, now: Now) -> None:
        for server, age in now.poll_ages.items():
            self.poll_age.labels(server).set(age)
        if now.outbox is not None:
            self.outbox.set(now.outbox)
        self.gateway_up.set(now.gateway_up)
        self.reconnects.inc(now.reconnects - self._reconnects_seen)
        self._reconnects_seen = now.reconnects
        self.leading.set(now.leading)
        self.epoch.set(now.epoch)

    def text(self) -> bytes:
        return generate_latest(self.registry)

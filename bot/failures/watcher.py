"""One server's poll: fetch, write down, plan, deliver. One exception never stops it; no other server waits for it."""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.failures.acknowledging import Acknowledging
from bot.failures.actions import AddFailure, KeepWindow, OpenIncident
from bot.failures.both_ways import BothWays
from bot.failures.card import OutageReason
from bot.failures.courier import Courier
from bot.failures.findings import Findings
from bot.failures.outcome import PollReport
from bot.failures.reading import Reading
from bot.failures.routing import Policy
from bot.failures.standstill import Standstill
from bot.failures.view import Answered, Snapshot, Unanswered
from bot.paperless import PaperlessClient
from bot.paperless.errors import (
    BadToken,
    Forbidden,
    PaperlessError,
    TimedOut,
    UnsupportedVersion,
    UntrustedCertificate,
)

log = logging.getLogger(__name__)

KEEP_EVERY = timedelta(seconds=30)  # mutes that end, reminders; and that the server was heard, where nothing is new
LOGGED_EVERY = timedelta(hours=1)
LONGEST_WAIT = timedelta(seconds=60)  # that a server may ask for by Retry-After: so late may be told what failed
REFUSALS = (BadToken, Forbidden, UnsupportedVersion, UntrustedCertificate)


class Watcher:
    def __init__(
        self,
        server: str,
        client: PaperlessClient,
        findings: Findings,
        courier: Courier,
        acknowledging: Acknowledging,
        *,
        policy: Policy,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self.server = server
        self._client = client
        self.last_report: PollReport | None = None
        self.last_good_at: datetime | None = None
        self._findings = findings
        self._courier = courier
        self._acknowledging = acknowledging
        self._policy = policy
        self._now = now
        self._reading = Reading(server, client, findings, now=now, sleep=sleep)
        self._both_ways = BothWays(server, client, findings, policy=policy, now=now)
        self._standstill = Standstill(server, client, findings, policy=policy, now=now)
        self._kept_at: datetime | None = None
        self._waits_until = now()
        self._was_away = False
        self._logged: tuple[str, datetime] | None = None  # why there is no answer, and when that was last said

    async def poll_once(self) -> PollReport:
        """Look once, and deliver what came of it at once. Never raises, but for cancellation.

        A server that asked to be left alone is, for up to LONGEST_WAIT: the report is then the last one.
        """
        began = self._now()
        if self.last_report is not None and timedelta(0) < self._waits_until - began <= LONGEST_WAIT:
            return self.last_report
        new = changed = 0
        error: PaperlessError | None = None
        defect: Exception | None = None
        try:
            new, changed = await self._look()
        except PaperlessError as caught:
            error = caught
        except Exception as caught:
            log.exception("Polling %s went wrong; it goes on", self.server, extra={"event": "poll_defect"})
            defect = caught
        report = PollReport(
            server=self.server,
            at=began,
            new=new,
            changed=changed,
            error=error,
            defect=defect,
            seconds=(self._now() - began).total_seconds(),
        )
        await self._conclude(report)
        return report

    async def _conclude(self, report: PollReport) -> None:
        try:
            await self._keep(report)
            await self._courier.deliver_once()
        except Exception:
            log.exception(
                "After polling %s something went wrong; it goes on", self.server, extra={"event": "poll_defect_after"}
            )
        self.last_report = report
        if report.good:
            self.last_good_at = report.at

    async def _look(self) -> tuple[int, int]:
        memory = await self._findings.memory(self.server)
        if memory is None:
            memory = await self._reading.begin(self._policy)
            log.info(
                "First look at %s: %s tasks had failed before",
                self.server,
                memory.listed,
                extra={"event": "first_look"},
            )
        away_since = memory.heard_at if self._now() - memory.heard_at > self._policy.fresh else None
        await self._reading.find(memory)
        new = await self._tell(away_since)
        changed = await self._both_ways.look()
        if await self._standstill.look(memory):
            new += await self._tell(None)
        return new, changed

    async def _tell(self, away_since: datetime | None) -> int:
        """All that is seen and not told, some at a time: the first cards go out while the rest is planned."""
        told = 0
        while plan := await self._findings.tell_next(self.server, policy=self._policy, away_since=away_since):
            told += sum(isinstance(action, OpenIncident | AddFailure) for action in plan)
            reasons = Counter(action.reason for action in plan if not isinstance(action, KeepWindow))
            log.info(
                "%s: %s",
                self.server,
                "; ".join(f"{number} x {why}" for why, number in reasons.items()),
                extra={"event": "told"},
            )
            self._courier.begin()
        return told

    async def _keep(self, report: PollReport) -> None:
        """How the server answered, and what time alone brings about."""
        now = self._now()
        if report.error is not None:
            self._was_away = True
            await self._unanswered(report.error)
            return
        if report.defect is None and self._logged is not None:
            log.info("%s answers again", self.server, extra={"event": "poll_answered_again"})
            self._logged = None
        due = self._kept_at is None or now - self._kept_at >= KEEP_EVERY
        if report.defect is not None or not (due or self._was_away):
            return
        self._kept_at, self._was_away = now, False
        answered = Snapshot(server=self.server, answer=Answered(new=report.new))
        await self._findings.tell(answered, policy=self._policy)
        await self._findings.was_heard(self.server)
        await self._acknowledging.carry_on()

    async def _unanswered(self, error: PaperlessError) -> None:
        now = self._now()
        if error.retry_after is not None:
            self._waits_until = now + min(timedelta(seconds=error.retry_after), LONGEST_WAIT)
        silent = isinstance(error, TimedOut) and error.sent
        since = now - timedelta(seconds=self._client.timeouts.read) if silent else None
        self._log(str(error), now)
        reason = OutageReason.REFUSED if isinstance(error, REFUSALS) else OutageReason.UNREACHABLE
        snapshot = Snapshot(server=self.server, answer=Unanswered(reason=reason, detail=error.message, since=since))
        await self._findings.tell(snapshot, policy=self._policy)

    def _log(self, why: str, now: datetime) -> None:
        """Once an hour, or for another reason: a server may be away for weeks, and is asked every few seconds."""
        if self._logged is None or self._logged[0] != why or now - self._logged[1] >= LOGGED_EVERY:
            log.warning("%s: %s", self.server, why, extra={"event": "poll_unanswered"})
            self._logged = why, now

"""A local Paperless-ngx 3.0.5 or 2.20.15 that answers as the recorded servers do.

    async with SandboxPaperless() as paperless:          # version="2.20.15", clock=Clock.stepped(...), pace=Pace(...)
        paperless.url, paperless.tokens["operator"]
        row = paperless.upload("scan.pdf", "corrupt")    # pending, started, failure
        await paperless.settled(row)

What people and bad luck do is in `controls` (upload, fail, burst, stick, revoke, redeliver, delete, drop_table, ...).
The worker can be stopped, killed and started (`worker`); `weather` is what ails broker and database; `faults` replace,
delay or cut answers; `down()` and `up()` are the whole server. `requests` and `events` tell what was asked and what
happened.
"""

from .clock import Clock
from .events import Event
from .faults import Fault
from .history import History
from .row import Row
from .server import Request, SandboxPaperless
from .weather import Pace, Weather

__all__ = ["Clock", "Event", "Fault", "History", "Pace", "Request", "Row", "SandboxPaperless", "Weather"]

"""A local Paperless-ngx that answers as the recorded servers do: see `SandboxPaperless`."""

from .clock import Clock
from .events import Event
from .faults import Fault
from .history import History
from .row import Row
from .server import Request, SandboxPaperless
from .weather import Pace, Weather

__all__ = ["Clock", "Event", "Fault", "History", "Pace", "Request", "Row", "SandboxPaperless", "Weather"]

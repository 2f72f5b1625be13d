"""A local Discord that the unmodified discord.py speaks to over a real socket."""

from bot.sandbox.discord.clock import Clock
from bot.sandbox.discord.errors import ClientRefused
from bot.sandbox.discord.events import Event
from bot.sandbox.discord.files import Upload
from bot.sandbox.discord.interactions import Interaction, InteractionFailed
from bot.sandbox.discord.ratelimit import Limit, RateLimits
from bot.sandbox.discord.requests import Request
from bot.sandbox.discord.server import SandboxDiscord

__all__ = [
    "ClientRefused",
    "Clock",
    "Event",
    "Interaction",
    "InteractionFailed",
    "Limit",
    "RateLimits",
    "Request",
    "SandboxDiscord",
    "Upload",
]

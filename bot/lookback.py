"""The last days of a server, and as many before them: what the summary and the digest tell, and draw."""

import asyncio
import io

import discord

from bot.drawing import Drawing
from bot.paperless import PaperlessClient
from bot.ui.charts import Chart
from bot.ui.summaries import MOST_DAYS, PICTURE, LookBack, earlier


async def look_back(client: PaperlessClient, *, days: int) -> LookBack:
    """Both windows at the same moment. Raises PaperlessError."""
    if 2 * days > MOST_DAYS:
        return LookBack(days=days, now=await client.tasks.summary(days=days), before=None)
    now, both = await asyncio.gather(client.tasks.summary(days=days), client.tasks.summary(days=2 * days))
    return LookBack(days=days, now=now, before=earlier(both, now))


async def drawn(drawing: Drawing, chart: Chart) -> discord.File | None:
    """None where it could not be drawn: the numbers are told as text all the same."""
    png = await drawing.png(chart)
    return None if png is None else discord.File(io.BytesIO(png), PICTURE, description=chart.alt)

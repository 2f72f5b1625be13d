"""Components v2: what every card and reply is made of, and Discord's limits on it.

House rule: a view is built inside the loop and stopped before it is sent, so that discord.py stores none of them. One
that is kept would, when it times out, unregister the buttons of the whole bot.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import discord
from discord import ui

from bot.ui import links
from bot.ui.custom_ids import CustomId
from bot.ui.text import cut, length, plain

TEXT_LIMIT = 4000
"""Characters of all text in one message."""
LABEL_LIMIT = 80
OPTION_LIMIT = 100
OPTIONS = 25


class Accent(IntEnum):
    """State is told by words first; the colour repeats it."""

    RED = 0xDA373C
    AMBER = 0xD6861F
    GREEN = 0x3BA55C
    GREY = 0x80848E


@dataclass(frozen=True, kw_only=True)
class Option:
    """One entry of a menu; plain texts, cut here."""

    label: str
    value: str
    description: str = ""


def button(label: str, custom_id: CustomId, *, primary: bool = False, danger: bool = False) -> ui.Button[ui.LayoutView]:
    style = discord.ButtonStyle.secondary
    if primary:
        style = discord.ButtonStyle.primary
    elif danger:
        style = discord.ButtonStyle.danger
    return ui.Button(style=style, label=plain(label, LABEL_LIMIT), custom_id=str(custom_id))


def link_button(label: str, url: str) -> ui.Button[ui.LayoutView] | None:
    """None for a URL that there is not, or that is longer than Discord takes: a card without the link is better than
    no card."""
    return ui.Button(label=plain(label, LABEL_LIMIT), url=url) if links.fits(url) else None


def menu(
    placeholder: str, custom_id: CustomId, options: Sequence[Option], *, several: bool = False
) -> ui.Select[ui.LayoutView]:
    choices = [
        discord.SelectOption(
            label=plain(option.label, OPTION_LIMIT) or option.value,
            value=option.value,
            description=plain(option.description, OPTION_LIMIT) or None,
        )
        for option in options[:OPTIONS]
    ]
    most = len(choices) if several else 1
    return ui.Select(placeholder=plain(placeholder, 150), custom_id=str(custom_id), options=choices, max_values=most)


Control = ui.Button[ui.LayoutView] | ui.Select[ui.LayoutView]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture that is sent along under that name; `alt` tells what it shows to who does not see it."""

    name: str
    alt: str


def row(*controls: Control | None) -> ui.ActionRow[ui.LayoutView] | None:
    """None where nothing is left to press."""
    present = [control for control in controls if control is not None]
    return ui.ActionRow(*present) if present else None


def text_of(lines: Iterable[str | None], limit: int = TEXT_LIMIT) -> str:
    """The lines that there are; those that no longer fit are left out whole, and an ellipsis says so."""
    kept: list[str] = []
    room = limit
    for line in filter(None, lines):
        room -= length(line) + 1
        if room < 2:
            kept.append("…" if kept else cut(line, limit))
            break
        kept.append(line)
    return "\n".join(kept)


def small(text: str) -> str:
    """Subtext: what matters least."""
    return f"-# {text}"


def dotted(*parts: str | None) -> str:
    """As "API upload · ran 4 s"; parts that are missing are left out."""
    return " · ".join(part for part in parts if part)


def panel(
    lines: Iterable[str | None],
    *rows: ui.ActionRow[ui.LayoutView] | None,
    accent: Accent = Accent.GREY,
    beneath: str = "",
    attachment: str | None = None,
    picture: Picture | None = None,
) -> ui.LayoutView:
    """One message: a container with its text and controls, `beneath` it a line outside (a mention), stopped.

    `attachment` names a file that is sent along; components v2 shows none that is not named.
    """
    text = text_of(lines, TEXT_LIMIT - length(beneath))
    container: ui.Container[ui.LayoutView] = ui.Container(ui.TextDisplay(text), accent_colour=int(accent))
    if picture is not None:
        shown = discord.MediaGalleryItem(f"attachment://{picture.name}", description=picture.alt)
        container.add_item(ui.MediaGallery(shown))
    if attachment is not None:
        container.add_item(ui.File(f"attachment://{attachment}"))
    for controls in rows:
        if controls is not None:
            container.add_item(controls)
    view = ui.LayoutView(timeout=None)
    view.add_item(container)
    if beneath:
        view.add_item(ui.TextDisplay(beneath))
    view.stop()
    return view

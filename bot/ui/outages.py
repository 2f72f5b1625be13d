"""Cards about a whole server: what had failed before the bot came, and when Paperless does not answer."""

from discord import ui

from bot.failures.card import BacklogCard, OutageCard, OutageReason
from bot.ui import custom_ids, links
from bot.ui.layout import Accent, button, link_button, panel, row, small
from bot.ui.text import Escaped, at, clean, count, duration, escape, plural, redact, since


def server_name(server: str, *, show: bool) -> str:
    """As "Paperless", or "Paperless (home)" where there are several."""
    return f"Paperless ({escape(server)})" if show else "Paperless"


def backlog(card: BacklogCard, *, beneath: str = "") -> ui.LayoutView:
    where = server_name(card.server, show=card.show_server)
    lines = [
        f"**{_backlog_title(card, where)}**",
        "What fails from now on is told here, each with a message of its own.",
        small(f"watching since {at(card.at)}"),
    ]
    buttons = row(
        button("Look through", custom_ids.LookThrough(card.card_id, 0)),
        link_button("Open in Paperless", links.tasks(card.link_base)),
    )
    return panel(lines, buttons, beneath=beneath)


_ALL_AND_NONE = ("all acknowledged", "none of them acknowledged")


def _backlog_title(card: BacklogCard, where: str) -> str:
    if card.total == 0:
        return f"The bot is watching {where}: no failures so far"
    had = f"{plural(card.total, 'task')} in {where} had failed before the bot came"
    if card.unacknowledged is None:
        return had
    all_of_it, none_of_it = ("acknowledged", "not acknowledged") if card.total == 1 else _ALL_AND_NONE
    if card.unacknowledged == 0:
        return f"{had}, {all_of_it}"
    if card.unacknowledged == card.total:
        return f"{had}, {none_of_it}"
    return f"{had}, {count(card.unacknowledged)} of them not acknowledged"


def _detail(detail: str) -> Escaped:
    return escape(redact(clean(detail)), 300)


def _over(card: OutageCard) -> list[str]:
    where = server_name(card.server, show=card.show_server)
    away = duration(((card.ended_at or card.since) - card.since).total_seconds())
    missed = "what failed in that time is being looked up"
    if card.missed is not None:
        missed = f"{plural(card.missed, 'failure')} in that time" if card.missed else "nothing failed in that time"
    what = "it was away" if card.reason is OutageReason.UNREACHABLE else "it had refused the bot"
    return [f"**{where} answers again; {what} for {away}**", f"{missed[:1].upper()}{missed[1:]}."]


def _lasting(card: OutageCard) -> list[str]:
    where = server_name(card.server, show=card.show_server)
    what = "does not answer" if card.reason is OutageReason.UNREACHABLE else "refuses the bot"
    return [
        f"**{where} {what} since {at(card.since)}** ({plural(card.tries, 'try', 'tries')})",
        _detail(card.detail),
        "Whether tasks fail is not known until then; what failed will be told.",
    ]


def outage(card: OutageCard, *, beneath: str = "") -> ui.LayoutView:
    """`Details` is its only button of ours: by it a later life of the bot recognises the message."""
    over = card.ended_at is not None
    lines = _over(card) if over else [*_lasting(card), small(f"since {since(card.since)}")]
    buttons = row(
        button("Details", custom_ids.Details(card.card_id)),
        None if over else link_button("Open in Paperless", card.link_base),
    )
    return panel(lines, buttons, accent=Accent.GREY if over else Accent.RED, beneath=beneath)

"""What a press on a card came to, for the one who pressed; and the details behind a card."""

from typing import assert_never

from discord import ui

from bot.failures.card import (
    Acknowledgement,
    BacklogCard,
    DigestLine,
    IncidentCard,
    IncidentKind,
    IncidentState,
    OutageCard,
    OutageReason,
)
from bot.failures.card import (
    Mute as MuteRecord,
)
from bot.failures.outcome import (
    Acknowledged,
    AcknowledgeOutcome,
    AlreadyAcknowledged,
    BeingAcknowledged,
    NotAcknowledged,
    NothingOpen,
    UnknownCard,
)
from bot.paperless.models import Task, TaskType
from bot.ui import digests, errors, replies
from bot.ui.cards import acknowledged, can_acknowledge, title
from bot.ui.custom_ids import AcknowledgeAll, Mute
from bot.ui.layout import Accent, button, dotted, panel, row
from bot.ui.outages import server_name
from bot.ui.phrases import doing, kind, other_than_failed
from bot.ui.reasons import reason
from bot.ui.text import at, clean, count, escape, plural, redact

MUTED_REASON_LIMIT = 70
NOT_OURS = (
    "The bot knows nothing of this message, so the button does nothing. `/tasks failures` shows what is open now."
)

_OVER = {
    IncidentState.ACKNOWLEDGED: "it is acknowledged already",
    IncidentState.SUCCEEDED: "it succeeded after all",
    IncidentState.GONE: "it is no longer in Paperless",
    IncidentState.ENDED: "it is over",
    IncidentState.DISMISSED: "its card was deleted",
}


def _faster(acknowledgement: Acknowledgement) -> str:
    said = acknowledged(acknowledgement)
    return f"Somebody was faster: {said}."


def _not_done(outcome: NotAcknowledged, unheard: str | None) -> str:
    done = f"{plural(outcome.done, 'failure')} acknowledged, the rest not" if outcome.done else "Not acknowledged"
    return f"{done}: {errors.of_paperless(outcome.error, unheard=unheard)}"


def _vanished(outcome: Acknowledged) -> str | None:
    if not outcome.vanished:
        return None
    if outcome.count == 0 and outcome.run_again == 1:
        return "Nothing is left to acknowledge: Paperless has run it again since."
    if outcome.count == 0 and outcome.vanished == 1:
        return "The task is no longer in Paperless, or the bot may no longer see it; there is nothing to acknowledge."
    return (
        f"{plural(outcome.count, 'failure')} acknowledged. {plural(outcome.vanished, 'task')} "
        "could not be: no longer among the failures that wait in Paperless."
    )


def unwatched(server: str) -> str:
    return f"The bot no longer watches Paperless ({escape(server)}): it was taken out of the configuration."


def _here_alone(outcome: Acknowledged) -> str | None:
    if not outcome.unwatched:
        return None
    return " ".join((*map(unwatched, outcome.unwatched), "What failed there is acknowledged here alone."))


def to_presser(outcome: AcknowledgeOutcome, *, unheard: str | None = None) -> str | None:
    """None where the card itself tells everything. `unheard`: since when Paperless does not answer."""
    match outcome:
        case Acknowledged():
            return " ".join(filter(None, (_vanished(outcome), _here_alone(outcome)))) or None
        case AlreadyAcknowledged():
            return _faster(outcome.acknowledgement)
        case BeingAcknowledged():
            return f"<@{outcome.user_id}> is acknowledging it at this moment."
        case NothingOpen():
            return f"Nothing is left to acknowledge: {_OVER.get(outcome.state, 'it is over')}."
        case UnknownCard():
            return NOT_OURS
        case NotAcknowledged():
            return f"{_not_done(outcome, unheard)} The button works again."
        case _:
            assert_never(outcome)


def of_all(outcome: AcknowledgeOutcome, *, unheard: str | None = None) -> str:
    """Where the question was asked, or several were chosen: what was done, always. The button may be gone by then."""
    if isinstance(outcome, NotAcknowledged):
        return _not_done(outcome, unheard)
    if isinstance(outcome, Acknowledged) and not outcome.vanished:
        return " ".join(filter(None, (f"{plural(outcome.count, 'failure')} acknowledged.", _here_alone(outcome))))
    return to_presser(outcome, unheard=unheard) or "Done."


def at_work(total: int) -> str:
    return f"Acknowledging {plural(total, 'failure')} ..."


def sure(custom_id: AcknowledgeAll, open_total: int) -> ui.LayoutView:
    """Asked once, saying how many."""
    if open_total == 0:
        return replies.message("Nothing is left to acknowledge.")
    confirmed = AcknowledgeAll(custom_id.card_id, custom_id.through, confirmed=True)
    return panel(
        [f"**Acknowledge {plural(open_total, 'failure')} in Paperless?**", "There is no way back."],
        row(button(f"Acknowledge all ({count(open_total)})", confirmed, danger=True)),
        accent=Accent.AMBER,
    )


def muted(mute: MuteRecord | None) -> str:
    if mute is None:
        return "There is nothing to mute any more."
    other = other_than_failed(mute.kind, mute.error_type)
    if mute.filename:
        what = dotted(str(doing(mute.task_type, mute.filename)), other)
    else:
        said = reason(error_type=mute.error_type, message=mute.message, limit=MUTED_REASON_LIMIT)
        file = ", whatever the file," if mute.task_type == TaskType.CONSUME_FILE else ""
        what = dotted(str(kind(mute.task_type)), other or (said.text if said else None)) + file
    change = ", or until it fails differently" if mute.until_change else ""
    return (
        f"Muted: {what} is not told again until {at(mute.until)}{change}. What fails meanwhile is counted, "
        "and told then. `/tasks mutes` ends it early."
    )


def mute_kind(card_id: int, line: DigestLine) -> ui.LayoutView:
    """How long a line of a digest is to be muted. Only where no file is named "until it changes" means something."""
    if line.muted_until is not None:
        return replies.message(f"It is muted already, until {at(line.muted_until)}. `/tasks mutes` ends it early.")
    file = ", whatever the file" if line.example_count else ""
    changes = button("Mute until it changes", Mute(card_id, "until", line.line_id))
    return panel(
        [
            f"**Mute {digests.what(line)}?**",
            f"All that fails in this way{file}: counted, not told, until the mute ends. Then it is told.",
        ],
        row(
            button("Mute for 1 hour", Mute(card_id, "1h", line.line_id)),
            button("Mute for 1 day", Mute(card_id, "1d", line.line_id)),
            None if line.example_count else changes,
        ),
        accent=Accent.AMBER,
    )


def _muted(card: IncidentCard) -> str | None:
    return None if card.muted_until is None else f"Muted until {at(card.muted_until)}. `/tasks mutes` ends it early."


def _mutes(card: IncidentCard) -> ui.ActionRow[ui.LayoutView] | None:
    if not can_acknowledge(card) or card.muted_until is not None:
        return None
    return row(
        button("Mute for 1 hour", Mute(card.card_id, "1h")),
        button("Mute for 1 day", Mute(card.card_id, "1d")),
        button("Mute until it changes", Mute(card.card_id, "until")),
    )


def incident_details(card: IncidentCard, task: Task | None, *, note: str | None) -> tuple[ui.LayoutView, str | None]:
    """`task` as Paperless has it now; without it what the ledger kept, which is all but the traceback."""
    failed = card.kind is IncidentKind.FAILED
    return replies.details(
        headline=title(card),
        error_type=(task.error_type if task else None) or (card.error_type if failed else None),
        error_message=(task.error_message if task else None) or card.message,
        traceback=task.traceback if task else None,
        note="\n".join(filter(None, (note, _muted(card)))) or None,
        controls=_mutes(card),
    )


def server_details(card: OutageCard | BacklogCard) -> ui.LayoutView:
    """What the bot knows of an outage; the sentence says what to do."""
    if isinstance(card, BacklogCard):
        return replies.message("What had failed before the bot came is in Paperless. `/tasks failures` lists it.")
    where, away = server_name(card.server, show=card.show_server), card.reason is OutageReason.UNREACHABLE
    said = f"The last thing it said, or that was said about it: {escape(redact(clean(card.detail)), 800)}"
    if card.ended_at is not None:
        what = "did not answer" if away else "refused the bot"
        title = f"{where} {what} from {at(card.since)} until {at(card.ended_at)}"
        return panel([f"**{title}**", said, f"{plural(card.tries, 'try', 'tries')} in that time."])
    title = f"{where} {'has not answered' if away else 'refuses the bot'} since {at(card.since)}"
    tries = f"{plural(card.tries, 'try', 'tries')} so far. The bot goes on trying by itself."
    return panel([f"**{title}**", said, tries])

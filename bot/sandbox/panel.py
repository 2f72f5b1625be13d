"""The side panel: what can be played, in which groups and words, with which fields."""

from dataclasses import asdict, dataclass
from typing import Any

from bot.sandbox import scenes
from bot.sandbox.scenes import LARGEST_BURST, Play, answers


@dataclass(frozen=True, kw_only=True)
class Field:
    """`choices` are (value, label); `type` is that of an HTML input."""

    name: str
    label: str
    value: str = ""
    type: str = "text"
    min: int | None = None
    max: int | None = None
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Action:
    """`anywhere`: it plays on Discord or the bot alone, and so also where Paperless-ngx is somebody's own."""

    name: str
    label: str
    play: Play
    hint: str = ""
    fields: tuple[Field, ...] = ()
    danger: bool = False
    anywhere: bool = False


KINDS = (
    ("corrupt", "No valid PDF"),
    ("unsupported", "File type not supported"),
    ("encrypted", "Protected by a password"),
    ("duplicate", "There already (duplicate)"),
    ("broken_image", "Image cut short"),
    ("tika", "Office converter not running"),
    ("no_space", "Disk is full"),
    ("post_script", "Post-consume script fails"),
    ("time_limit", "Takes longer than 30 minutes"),
    ("worker_lost", "Worker process killed"),
)
NAME = "File name"
GROUPS: tuple[tuple[str, tuple[Action, ...]], ...] = (
    (
        "Files",
        (
            Action(
                name="upload_fails",
                label="Upload a file that fails",
                play=scenes.upload_fails,
                hint="The name may be as nasty as you like.",
                fields=(
                    Field(name="filename", label=NAME, value="invoice-118.pdf"),
                    Field(name="kind", label="Trouble", choices=KINDS),
                ),
            ),
            Action(name="same_again", label="The same file again", play=scenes.same_again),
            Action(name="upload_works", label="Upload a file that works", play=scenes.upload_works),
            Action(name="duplicate", label="Upload a duplicate", play=scenes.duplicate),
            Action(name="redeliver", label="The newest failure runs again, well", play=scenes.redeliver),
        ),
    ),
    (
        "Other tasks",
        (
            Action(
                name="burst",
                label="Fail many at once",
                play=scenes.burst,
                fields=(Field(name="count", label="How many", value="1000", type="number", min=1, max=LARGEST_BURST),),
            ),
            Action(name="mail_fails", label="Mail fetch fails", play=scenes.mail_fails),
            Action(name="sanity_fails", label="Sanity check fails", play=scenes.sanity_fails),
            Action(name="training_fails", label="Training fails", play=scenes.training_fails),
            Action(name="revoke", label="A task is revoked", play=scenes.revoke),
        ),
    ),
    (
        "Paperless web interface",
        (
            Action(name="acknowledge_newest", label="Dismiss the newest failure", play=scenes.acknowledge_newest),
            Action(name="acknowledge_everything", label="Dismiss all", play=scenes.acknowledge_everything),
            Action(name="delete_newest", label="Delete the newest failure's row", play=scenes.delete_newest),
        ),
    ),
    (
        "Paperless server",
        (
            Action(name="down", label="Take the server down", play=scenes.down, danger=True),
            Action(name="up", label="Bring everything up", play=scenes.up),
            Action(name="error_500", label="Answer 500", play=answers("status", "answers 500", status=500)),
            Action(name="answer_html", label="Answer a login page", play=answers("html", "answers HTML")),
            Action(name="answer_slowly", label="Answer slowly", play=answers("slow", "takes 8 s to answer", seconds=8)),
            Action(name="late_rows", label="Show results late", play=scenes.late_rows),
            Action(name="kill_worker", label="Kill the worker", play=scenes.kill_worker, danger=True),
        ),
    ),
    (
        "Discord",
        (
            Action(
                name="delete_card", label="A moderator deletes the newest card", play=scenes.delete_card, anywhere=True
            ),
            Action(name="cut_gateway", label="Cut the connection", play=scenes.cut_gateway, anywhere=True),
            Action(name="rate_limit", label="Rate limit for 10 seconds", play=scenes.rate_limit, anywhere=True),
            Action(name="refuse_posts", label="Answer 503 to posts", play=scenes.refuse_posts, anywhere=True),
            Action(name="lose_answers", label="Lose the answer to a post", play=scenes.lose_answers, anywhere=True),
        ),
    ),
    (
        "The bot, and time",
        (
            Action(name="stop_bot", label="Stop the bot", play=scenes.stop_bot, danger=True, anywhere=True),
            Action(name="start_bot", label="Start the bot", play=scenes.start_bot, anywhere=True),
            Action(
                name="pass_time",
                label="Let time pass",
                play=scenes.pass_time,
                fields=(Field(name="span", label="How long", choices=tuple((span, span) for span in scenes.SPANS)),),
            ),
        ),
    ),
)
ELSEWHERE = (
    Action(name="delete_message", label="Delete message", play=scenes.delete_message, anywhere=True),
    Action(name="acknowledge", label="Dismiss", play=scenes.acknowledge),
)
ACTIONS = {action.name: action for _, actions in GROUPS for action in actions} | {one.name: one for one in ELSEWHERE}


def described(*, local: bool) -> list[dict[str, Any]]:
    """The groups for the page, without what needs the local Paperless-ngx where there is none; what an action does
    stays here."""
    offered = [(title, [one for one in actions if local or one.anywhere]) for title, actions in GROUPS]
    return [{"title": title, "actions": [_described(one) for one in actions]} for title, actions in offered if actions]


def _described(action: Action) -> dict[str, Any]:
    fields = [asdict(one) | {"choices": _choices(one)} for one in action.fields]
    return {"name": action.name, "label": action.label, "hint": action.hint, "fields": fields, "danger": action.danger}


def _choices(one: Field) -> list[dict[str, str]] | None:
    return [{"value": value, "label": label} for value, label in one.choices] or None

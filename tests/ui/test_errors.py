"""Every error becomes a sentence that says what to do, and gives nothing away."""

import pytest
from discord import app_commands

from bot.access import AccessDenied
from bot.paperless import errors as paperless
from bot.ui.errors import unforeseen, words


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (AccessDenied("Running tasks is for <@&4>."), "Running tasks is for <@&4>."),
        (paperless.Unreachable("Paperless-ngx cannot be reached: connection refused"), "try again in a minute"),
        (paperless.TimedOut("Paperless-ngx did not answer in time"), "try again in a minute"),
        (
            paperless.ServerError("Paperless-ngx reports an error of its own; its log says more"),
            "Try again in a minute.",
        ),
        (paperless.TaskNotFound("There is no task 5"), "There is no task 5. It may have been removed"),
        (paperless.Forbidden("The token's user may not start tasks"), "for the administrator of this bot"),
        (paperless.MaybeDone("No answer came"), "before trying again"),
        (paperless.NotRunnable("'x' cannot be started"), "`/tasks run`"),
        (paperless.Rejected("Paperless-ngx rejected the request: days: no"), "rejected"),
        (app_commands.CommandNotFound("old", []), "Reload Discord"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_a_sentence_that_says_what_to_do(error: Exception, says: str) -> None:
    said = words(error)
    assert said is not None
    assert says in said


def test_what_nobody_foresaw_has_no_words_but_a_reference() -> None:
    assert words(KeyError("x")) is None
    assert "`1a2b3c4d`" in unforeseen("1a2b3c4d")


def test_secrets_and_markup_stay_out() -> None:
    said = words(paperless.NotPaperless("redirects to https://u:hunter2@evil.example [x](https://evil.example)"))
    assert said is not None
    assert "hunter2" not in said
    assert "://" not in said.replace("\\://", "")

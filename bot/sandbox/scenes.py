"""What can be made to happen in the demo. Each answers the sentence that tells what was done."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.sandbox.discord import ids
from bot.sandbox.paperless.faults import Kind
from bot.sandbox.stage import Stage

Form = Mapping[str, str]
Play = Callable[[Stage, Form], Awaitable[str]]
LONGEST_NAME = 200
LARGEST_BURST = 5000
MOST_KINDS = 20
SPANS = {"5 hours": 18_000, "a day": 86_400, "a month": 2_592_000}


# --- files


async def upload_fails(stage: Stage, form: Form) -> str:
    filename, kind = _filename(form, "invoice-118.pdf"), form.get("kind", "corrupt")
    stage.paperless.upload(filename, kind, owner=None)
    stage.local.last_failure = (filename, kind)
    return f"{filename} was uploaded; it fails in a second."


async def upload_works(stage: Stage, form: Form) -> str:
    filename = _filename(form, "letter.pdf")
    stage.paperless.upload(filename, owner=None)
    return f"{filename} was uploaded; no card is due for it."


async def same_again(stage: Stage, form: Form) -> str:
    filename, kind = stage.local.last_failure
    stage.paperless.upload(filename, kind, owner=None)
    return f"{filename} was uploaded again, and fails again: its card counts."


async def duplicate(stage: Stage, form: Form) -> str:
    stage.paperless.upload("letter.pdf", "duplicate", owner=None)
    return "letter.pdf was uploaded a second time; this server rejects duplicates."


async def redeliver(stage: Stage, form: Form) -> str:
    row = stage.local.newest_failure()
    stage.paperless.redeliver(row, "ok", seconds=1)
    return f"{row.filename or row.task_type} runs once more in the same row, and succeeds."


# --- other tasks


async def mail_fails(stage: Stage, form: Form) -> str:
    stage.paperless.fail_mail_fetch()
    return "The scheduled mail fetch fails in a second: the password is wrong."


async def sanity_fails(stage: Stage, form: Form) -> str:
    stage.paperless.run("sanity_check", trigger_source="scheduled", fails=True)
    return "The weekly sanity check finds errors."


async def training_fails(stage: Stage, form: Form) -> str:
    stage.paperless.fail_training()
    return "Training the classifier fails."


async def burst(stage: Stage, form: Form) -> str:
    count = min(max(int(form.get("count") or 1000), 1), LARGEST_BURST)
    kinds = min(count, MOST_KINDS)
    stage.local.bursts += 1
    stage.paperless.burst(count, kinds=kinds, prefix=f"batch-{stage.local.bursts}")
    return f"{count:,} files failed in this moment, in {kinds} ways."


async def revoke(stage: Stage, form: Form) -> str:
    row = stage.paperless.run("index_optimize", trigger_source="scheduled", seconds=60)
    stage.paperless.revoke(row)
    return "A waiting task was revoked: nobody ran it."


# --- the web interface of Paperless-ngx


async def acknowledge(stage: Stage, form: Form) -> str:
    """From the page that stands for the web interface."""
    return f"{stage.paperless.acknowledge_in_web_ui([int(form['id'])])} dismissed."


async def acknowledge_newest(stage: Stage, form: Form) -> str:
    row = stage.local.newest_failure(acknowledged=False)
    stage.paperless.acknowledge_in_web_ui([row])
    return f"{row.filename or row.task_type} was dismissed in the web interface."


async def acknowledge_everything(stage: Stage, form: Form) -> str:
    count = stage.paperless.acknowledge_all(stage.paperless.users["admin"])
    return f"All {count:,} open tasks were dismissed in the web interface."


async def delete_newest(stage: Stage, form: Form) -> str:
    row = stage.local.newest_failure()
    stage.paperless.delete([row])
    return f"The row of {row.filename or row.task_type} was deleted."


# --- the server


async def down(stage: Stage, form: Form) -> str:
    await stage.paperless.down()
    return "Paperless-ngx refuses connections now."


async def up(stage: Stage, form: Form) -> str:
    stage.local.trouble = None
    stage.paperless.faults.clear()
    stage.paperless.weather.late_seconds = 0.0
    stage.paperless.worker.start()
    await stage.paperless.up()
    return "Paperless-ngx is well again, worker included."


def answers(kind: Kind, trouble: str, **options: Any) -> Play:
    async def play(stage: Stage, form: Form) -> str:
        stage.paperless.faults.clear()
        stage.paperless.faults.add(kind, **options)
        stage.local.trouble = trouble
        return f"From now on Paperless-ngx {trouble}."

    return play


async def late_rows(stage: Stage, form: Form) -> str:
    stage.paperless.weather.late_seconds = 5.0
    stage.local.trouble = "shows results 5 s late"
    return "Results are seen 5 seconds after their own date, as on a locked database."


async def kill_worker(stage: Stage, form: Form) -> str:
    begun = stage.paperless.events.position
    stage.paperless.upload("half-way.pdf", owner=None, seconds=3600)
    await stage.paperless.wait_for(lambda event: event.data.get("status") == "started", since=begun)
    stage.paperless.worker.kill()
    return "The worker was killed in the middle of half-way.pdf, which stays started for ever. Let a day pass."


# --- Discord


async def delete_card(stage: Stage, form: Form) -> str:
    cards = [one for one in stage.discord.messages(ids.ALERTS_ID) if one["author"]["id"] == str(ids.APPLICATION_ID)]
    if not cards:
        raise LookupError("the bot has posted nothing yet")
    await stage.discord.delete_message(int(cards[-1]["id"]))
    return "A moderator deleted the bot's newest message."


async def delete_message(stage: Stage, form: Form) -> str:
    """From a message's menu: by its author, or by a moderator."""
    message = stage.discord.message(int(form["message_id"]))
    if message is None:
        raise LookupError("the message is gone already")
    if message["author"]["id"] != form["user"] and not stage.is_moderator(int(form["user"])):
        raise LookupError("only moderators delete what others wrote")
    await stage.discord.delete_message(int(form["message_id"]))
    return "Deleted."


async def cut_gateway(stage: Stage, form: Form) -> str:
    stage.discord.disconnect_gateway()
    return "The bot's connection was cut; it resumes by itself."


async def rate_limit(stage: Stage, form: Form) -> str:
    stage.discord.rate_limits.block_everything(10, now=stage.discord.clock.time())
    return "Discord answers 429 to every request for 10 seconds."


async def refuse_posts(stage: Stage, form: Form) -> str:
    stage.discord.fail_next("POST", r"^/channels/\d+/messages$", 503, times=3)
    return "The next three posts are answered with 503."


async def lose_answers(stage: Stage, form: Form) -> str:
    stage.discord.fail_next("POST", r"^/channels/\d+/messages$", "drop_after", times=1)
    return "The next post arrives, but its answer is lost: the bot must not post it twice."


# --- the bot, and time


async def stop_bot(stage: Stage, form: Form) -> str:
    await stage.bot.stop()
    return "The bot was stopped. What fails meanwhile it tells when it is back."


async def start_bot(stage: Stage, form: Form) -> str:
    await stage.bot.start()
    return "The bot starts, with its database as it was."


async def pass_time(stage: Stage, form: Form) -> str:
    span = form.get("span", "5 hours")
    stage.pass_time(SPANS[span])
    return f"It is {span} later, for the bot and for both servers."


def _filename(form: Form, default: str) -> str:
    return form.get("filename", "").strip()[:LONGEST_NAME] or default

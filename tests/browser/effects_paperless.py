"""What the panel does to Paperless, and what of it shows on the page."""

from playwright.async_api import expect

from tests.browser.seat import PATIENCE_MS, Effects, Seat

EFFECTS = Effects()


# --- the web interface's first: what stands already has to change as well


@EFFECTS.item
async def acknowledge_everything(seat: Seat) -> None:
    seat.stage.paperless.fail("this.pdf")
    await seat.failed("that.pdf")
    await seat.play("acknowledge_everything")
    for name in ("this.pdf failed", "that.pdf failed"):
        await seat.card(name, says="acknowledged in Paperless")


# --- files


@EFFECTS.item
async def upload_fails(seat: Seat) -> None:
    await seat.play("upload_fails", File_name="<b>bill</b> *1*.pdf", Trouble="Protected by a password")
    card = await seat.card("<b>bill</b> *1*.pdf failed")
    await expect(card.get_by_role("button", name="Acknowledge")).to_be_enabled()


@EFFECTS.item
async def same_again(seat: Seat) -> None:
    await seat.play("upload_fails", File_name="again.pdf", Trouble="No valid PDF")
    await seat.card("again.pdf failed")
    await seat.play("same_again")
    await seat.card("again.pdf failed 2 times")


@EFFECTS.item
async def upload_works(seat: Seat) -> None:
    await seat.play("upload_works")
    await seat.says("no card is due for it")
    (row,) = [row for row in seat.stage.paperless.table.newest() if row.filename == "letter.pdf"][:1]
    await seat.stage.paperless.settled(row)
    await seat.polls(2)
    assert row.status == "success"
    await expect(seat.cards("letter.pdf failed")).to_have_count(0)


@EFFECTS.item
async def duplicate(seat: Seat) -> None:
    await seat.play("duplicate")
    await seat.card("letter.pdf", says="duplicate")


@EFFECTS.item
async def redeliver(seat: Seat) -> None:
    await seat.failed("second-chance.pdf")
    await seat.play("redeliver")
    await seat.card("second-chance.pdf", says="succeeded")


# --- other tasks


@EFFECTS.item
async def burst(seat: Seat) -> None:
    before = await seat.ben.locator(".message").count()
    await seat.play("burst", How_many="200")
    digest = await seat.card("tasks failed within", says="195 tasks failed")
    assert await seat.ben.locator(".message").count() - before <= 6
    await digest.get_by_role("button", name="Acknowledge all (195)").click()
    question = seat.ben.locator(".message.ephemeral").last
    await question.get_by_role("button", name="Acknowledge all").click()
    await expect(digest).to_contain_text("acknowledged by @Ben", timeout=PATIENCE_MS)
    batch = [row for row in seat.stage.paperless.table.newest() if "batch-" in (row.filename or "")]
    assert sum(row.acknowledged for row in batch) == 195


@EFFECTS.item
async def mail_fails(seat: Seat) -> None:
    await seat.play("mail_fails")
    await seat.card("Mail fetch failed")


@EFFECTS.item
async def sanity_fails(seat: Seat) -> None:
    await seat.play("sanity_fails")
    await seat.card("Sanity check failed")


@EFFECTS.item
async def training_fails(seat: Seat) -> None:
    await seat.play("training_fails")
    await seat.card("Training the classifier failed")


@EFFECTS.item
async def revoke(seat: Seat) -> None:
    await seat.play("revoke")
    await seat.card("was not run")


# --- the web interface


@EFFECTS.item
async def acknowledge_newest(seat: Seat) -> None:
    card = await seat.failed("seen-elsewhere.pdf")
    await seat.play("acknowledge_newest")
    await expect(card).to_contain_text("acknowledged in Paperless")
    await expect(card.get_by_role("button", name="Acknowledge")).to_have_count(0)


@EFFECTS.item
async def delete_newest(seat: Seat) -> None:
    card = await seat.failed("removed.pdf")
    await seat.play("delete_newest")
    await seat.says("The row of removed.pdf was deleted.")
    await card.get_by_role("button", name="Details").click()
    await expect(seat.ben.locator(".message.ephemeral").last).to_contain_text("no longer")


# --- the server


async def told_to_be_away(seat: Seat, lamp: str) -> None:
    """The card comes once it has lasted; here that is skipped."""
    await seat.lamp(f"Paperless-ngx: {lamp}")
    seat.stage.pass_time(6)
    await seat.card("Paperless does not answer")


@EFFECTS.item
async def down(seat: Seat) -> None:
    await seat.play("down")
    await told_to_be_away(seat, "does not answer")


@EFFECTS.item
async def up(seat: Seat) -> None:
    await seat.play("error_500")
    seat.stage.paperless.worker.kill()
    await told_to_be_away(seat, "answers 500")
    await seat.play("up")
    await seat.lamp("Paperless-ngx: answers")
    await seat.card("Paperless answers again")
    assert seat.stage.paperless.worker.alive


@EFFECTS.item
async def error_500(seat: Seat) -> None:
    await seat.play("error_500")
    await seat.lamp("Paperless-ngx: answers 500")
    await seat.refused("500", "looks for new failures")


@EFFECTS.item
async def answer_html(seat: Seat) -> None:
    await seat.play("answer_html")
    await seat.lamp("Paperless-ngx: answers HTML")


@EFFECTS.item
async def answer_slowly(seat: Seat) -> None:
    await seat.play("answer_slowly")
    await seat.lamp("Paperless-ngx: takes 8 s to answer")


@EFFECTS.item
async def late_rows(seat: Seat) -> None:
    await seat.play("late_rows")
    await seat.lamp("Paperless-ngx: shows results 5 s late")
    seat.stage.paperless.upload("late.pdf", "corrupt", owner=None, seconds=0)
    await seat.polls(1)
    await expect(seat.cards("late.pdf")).to_have_count(0)
    seat.stage.pass_time(5)
    await seat.card("late.pdf failed")


@EFFECTS.item
async def kill_worker(seat: Seat) -> None:
    await seat.play("kill_worker")
    await seat.lamp("Worker: stopped")
    seat.stage.pass_time(3 * 3600)
    await seat.card("half-way.pdf")

"""Whole rows by kind, as 3.0.5 left them."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.sandbox.paperless import Row, SandboxPaperless, outcomes
from bot.sandbox.paperless.documents import Upload
from tests.shared import needs_shared

from .recorded_world import document
from .scenes import shown, standing_still, unlike

pytestmark = needs_shared

Making = Callable[[SandboxPaperless], Row]


def upload(outcome: str, filename: str) -> Making:
    return lambda paperless: paperless.upload(filename, outcome)


def routine(task_type: str, source: str = "manual", *, fails: bool = False, **columns: Any) -> Making:
    return lambda paperless: paperless.run(task_type, trigger_source=source, fails=fails, **columns)


def rejected_duplicate(paperless: SandboxPaperless, *, in_trash: bool = False) -> Row:
    paperless.weather.reject_duplicates = True
    file = Upload("invoice-copy2.pdf" if in_trash else "invoice-copy.pdf")
    file.feed(b"%PDF-1.7 %%EOF")
    paperless.consume(file, owner="operator")
    paperless.clock.advance(5)
    if in_trash:
        paperless.documents.trash(1, at=paperless.clock.now())
    return paperless.consume(file, owner="operator")


def sanity_check(source: str) -> Making:
    def make(paperless: SandboxPaperless) -> Row:
        paperless.weather.library_damaged = True
        return paperless.run("sanity_check", trigger_source=source)

    return make


def timed_out(paperless: SandboxPaperless) -> Row:
    return paperless.upload("slow-timeout.pdf", outcomes.time_limit(5))


KINDS: dict[str, Making] = {
    "build_share_link_failed": routine("build_share_link", fails=True),
    "build_share_link_ok": routine("build_share_link"),
    "bulk_update_ok": routine("bulk_update", "system"),
    "consume_stopped_reason_is_success": upload("stopped", "trash-me.txt"),
    "duplicate_rejected": rejected_duplicate,
    "duplicate_rejected_original_in_trash": lambda p: rejected_duplicate(p, in_trash=True),
    "llm_index_manual_run_failed": routine("llm_index", fails=True),
    "mail_fetch_unreachable_server": routine("mail_fetch", input_data={"account_ids": [1]}),
    "post_consume_script_error": upload("post_script", "postscript.txt"),
    "pre_consume_script_error": upload("pre_script", "prescript.txt"),
    "reprocess_document_ok": routine("reprocess_document"),
    "sanity_check_manual_with_errors_is_success": sanity_check("manual"),
    "sanity_check_scheduled_with_errors_is_failure": sanity_check("scheduled"),
    "time_limit_exceeded": timed_out,
    "train_classifier_manual_run_failed": routine("train_classifier", fails=True),
    "train_classifier_trained_ok": routine("train_classifier"),
}
MANUAL_RUNS = {
    "task_run_result_llm_index": "llm_index",
    "task_run_result_sanity2": "sanity_check",
    "task_run_result_sanity_check": "sanity_check",
    "task_run_result_sanity_v9": "sanity_check",
    "task_run_result_train_classifier": "train_classifier",
}
SCENES = {f"taskrows/{name}" for name in KINDS} | MANUAL_RUNS.keys()


@pytest.mark.parametrize("name", sorted(KINDS))
async def test_a_row_of_each_kind_is_like_the_recorded_one(name: str) -> None:
    async with standing_still() as paperless:
        row = KINDS[name](paperless)
        paperless.clock.advance(5)
        assert unlike(document(f"taskrows/{name}")["task"], shown(row, paperless)) == []


@pytest.mark.parametrize("name", sorted(MANUAL_RUNS))
async def test_a_task_run_by_hand_leaves_the_recorded_row(name: str) -> None:
    async with standing_still() as paperless:
        row = paperless.run(MANUAL_RUNS[name])
        paperless.clock.advance(5)
        assert unlike(document(name)["task"], shown(row, paperless)) == []

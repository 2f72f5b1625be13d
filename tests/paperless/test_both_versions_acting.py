"""Acting, and who may, on a local 3.0.5 and a local 2.20.15: the same calls with the same outcome."""

import pytest

from bot.paperless import (
    BadToken,
    DocumentDraft,
    DocumentNotFound,
    Forbidden,
    PaperlessClient,
    Rejected,
    ServerError,
    TaskNotFound,
    TaskStatus,
    TaskType,
)
from bot.sandbox.paperless import SandboxPaperless

NOWHERE = "00000000-0000-0000-0000-000000000000"


def is_v3(server: SandboxPaperless) -> bool:
    return server.version.api == 10


async def test_the_good_ones_are_acknowledged_and_the_others_named(server: SandboxPaperless) -> None:
    mine = [server.fail(owner="operator") for _ in range(5)]
    foreign = server.fail(owner="bob")

    async with PaperlessClient(server.url, server.tokens["operator"]) as paperless:
        result = await paperless.tasks.acknowledge([*(row.id for row in mine), foreign.id, 4711])

    assert result == 5
    assert result.rejected == (foreign.id, 4711)
    assert all(server.row(row.id).acknowledged for row in mine)
    assert not server.row(foreign.id).acknowledged


async def test_a_run_is_waited_for_where_it_has_a_row(server: SandboxPaperless, paperless: PaperlessClient) -> None:
    started = await paperless.tasks.run(TaskType.SANITY_CHECK)

    task = await paperless.tasks.wait(started, timeout=5)

    assert (task.task_type, task.trigger_source) == (TaskType.SANITY_CHECK, "manual")
    assert started.task_id == task.task_id
    assert started.finished is not is_v3(server)


async def test_every_runnable_type_runs(server: SandboxPaperless, paperless: PaperlessClient) -> None:
    await paperless.probe()

    for kind in paperless.runnable_types:
        started = await paperless.tasks.run(kind)
        assert bool(started) == (kind != TaskType.INDEX_OPTIMIZE)


async def test_an_upload_ends_as_a_document(server: SandboxPaperless) -> None:
    async with PaperlessClient(server.url, server.tokens["operator"]) as paperless:
        draft = DocumentDraft(document=b"%PDF-1.7 %%EOF", filename="Überweisung.pdf", title="März")
        task = await paperless.tasks.wait(await paperless.documents.save(draft), timeout=5)

        assert (task.status, task.filename) == (TaskStatus.SUCCESS, "Überweisung.pdf")
        document = await paperless.documents(task.related_document_ids[0])

    assert (document.id, document.title, document.original_file_name) == (task.document_id, "März", "Überweisung.pdf")
    assert document.owner == task.owner


async def test_an_upload_of_an_unsupported_type_is_rejected(server: SandboxPaperless) -> None:
    async with PaperlessClient(server.url, server.tokens["operator"]) as paperless:
        with pytest.raises(Rejected, match="not supported"):
            await paperless.documents.save(DocumentDraft(document=b"PK\x03\x04\x14\x00", filename="a.zip"))


async def test_an_unknown_document_is_not_found(paperless: PaperlessClient) -> None:
    with pytest.raises(DocumentNotFound):
        await paperless.documents(4711)


@pytest.mark.parametrize(
    ("user", "permission"), [("nobody", "view_paperlesstask"), ("acker", "view_paperlesstask"), ("runner", None)]
)
async def test_who_may_not_look_is_told_what_is_missing(
    user: str, permission: str | None, server: SandboxPaperless
) -> None:
    async with PaperlessClient(server.url, server.tokens[user]) as paperless:
        if permission is None:
            assert (await paperless.tasks.filter().page()).count == 0
            return
        with pytest.raises(Forbidden) as caught:
            await paperless.tasks.filter().page()

    assert caught.value.permission == permission


async def test_who_may_not_act_is_told_what_is_missing(server: SandboxPaperless) -> None:
    async with PaperlessClient(server.url, server.tokens["viewer"]) as paperless:
        with pytest.raises(Forbidden, match="change_paperlesstask"):
            await paperless.tasks.acknowledge([1])
        with pytest.raises(Forbidden, match="superuser"):
            await paperless.tasks.run("sanity_check")
        with pytest.raises(Forbidden, match="add_document"):
            await paperless.documents.save(DocumentDraft(document=b"%PDF", filename="a.pdf"))


async def test_one_who_may_only_acknowledge_can(server: SandboxPaperless) -> None:
    row = server.fail()

    async with PaperlessClient(server.url, server.tokens["acker"]) as paperless:
        assert await paperless.tasks.acknowledge([row.id]) == 1


async def test_a_wrong_token_is_told(server: SandboxPaperless) -> None:
    async with PaperlessClient(server.url, "0" * 40) as paperless:
        with pytest.raises(BadToken, match="My Profile"):
            await paperless.tasks.filter().page()


async def test_a_token_that_is_revoked_meanwhile_is_told(server: SandboxPaperless, paperless: PaperlessClient) -> None:
    await paperless.tasks.filter().page()
    server.users.new_token("admin")

    with pytest.raises(BadToken):
        await paperless.tasks.filter().page()


async def test_a_staff_token_finds_by_number_what_its_list_shows(server: SandboxPaperless) -> None:
    """3.x: another owner's task is in the list of staff, and 404 by its own path. 2.20 does not show it at all."""
    rows = [server.fail(f"{number}.pdf", owner="bob", ago=1000 - number) for number in range(350)]
    server.delete([row.id for row in rows[100:160]])

    async with PaperlessClient(server.url, server.tokens["staff"]) as paperless:
        for row in (rows[0], rows[99], rows[200], rows[349]):
            if is_v3(server):
                assert (await paperless.tasks(row.id)).task_id == row.task_id
            else:
                with pytest.raises(TaskNotFound):
                    await paperless.tasks(row.id)
        server.requests.clear()
        with pytest.raises(TaskNotFound):
            await paperless.tasks(rows[120].id)

    assert len(server.requests) <= 5


async def test_a_quiet_look_for_failures_is_small(server: SandboxPaperless, paperless: PaperlessClient) -> None:
    server.burst(20)
    query = paperless.tasks.filter(status=["failure", "revoked"], ordering="-date_done")
    await query.page(page_size=1)
    server.requests.clear()

    page = await query.page(page_size=1)

    assert (page.count, len(page.results)) == (20, 1)
    assert len(server.requests) == 1
    assert server.requests[0].bytes_sent < 10_000


async def test_a_database_that_is_locked_is_told(server: SandboxPaperless, paperless: PaperlessClient) -> None:
    row = server.fail()
    server.weather.database_locked = True

    with pytest.raises(ServerError) as caught:
        await paperless.tasks.acknowledge([row.id])

    assert caught.value.retryable
    assert (await paperless.tasks(row.id)).acknowledged is False


async def test_numbers_that_start_anew_are_other_tasks(server: SandboxPaperless, paperless: PaperlessClient) -> None:
    before = server.fail("before.pdf")
    server.drop_table()
    after = server.fail("after.pdf")

    assert before.id == after.id
    assert (await paperless.tasks(after.id)).filename == "after.pdf"
    with pytest.raises(TaskNotFound):
        await paperless.tasks(before.task_id)

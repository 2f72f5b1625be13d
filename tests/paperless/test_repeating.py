"""What is asked for again, when, and what never is; and what an error then says."""

import asyncio
import socket

import pytest

from bot.paperless import (
    BadToken,
    Forbidden,
    MaybeDone,
    NotFound,
    NotPaperless,
    PaperlessError,
    RateLimited,
    Rejected,
    ServerError,
    TimedOut,
    Timeouts,
    TooLarge,
    Unreachable,
)
from tests.paperless.answers import CUT, JSON, PAGE, SHORT, first, status
from tests.paperless.conftest import Connect, Sleeps
from tests.paperless.server import Reply, Request, Server, json_reply, page, scripted, task_row

# Repeating


@pytest.mark.parametrize("number", [408, 429, 502, 503, 504])
async def test_a_get_is_repeated_while_that_may_help(number: int, connect: Connect, sleeps: Sleeps) -> None:
    async with Server(scripted(status(number), status(number), page(task_row()))) as server:
        assert (await first(connect(server))).id == 1

    assert sleeps == [0.5, 1.0]


async def test_after_the_last_try_the_error_is_told(connect: Connect, sleeps: Sleeps) -> None:
    async with Server(scripted(status(503))) as server:
        with pytest.raises(ServerError) as caught:
            await first(connect(server))

        assert len(server.requests) == 3

    assert (caught.value.status, caught.value.retryable) == (503, True)


async def test_the_pauses_are_spread(connect: Connect, sleeps: Sleeps) -> None:
    async with Server(scripted(status(503))) as server:
        with pytest.raises(ServerError):
            await first(connect(server, random=lambda: 0.0, tries=9))

    assert sleeps == [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0]


@pytest.mark.parametrize(("told", "slept"), [("7", [7.0]), ("soon", [0.5]), ("", [0.5]), ("-1", [0.5]), ("²", [0.5])])
async def test_retry_after_is_obeyed(told: str, slept: list[float], connect: Connect, sleeps: Sleeps) -> None:
    busy = Reply(raw=f"HTTP/1.1 429 No\r\nRetry-After: {told}\r\nContent-Length: 0\r\n\r\n".encode())
    async with Server(scripted(busy, page(task_row()))) as server:
        await first(connect(server))

    assert sleeps == slept


async def test_a_long_retry_after_is_left_to_the_caller(connect: Connect, sleeps: Sleeps) -> None:
    async with Server(scripted(status(429, **{"Retry-After": "3600"}))) as server:
        with pytest.raises(RateLimited) as caught:
            await first(connect(server))

    assert (caught.value.retry_after, caught.value.retryable) == (3600.0, True)
    assert sleeps == []


@pytest.mark.parametrize("number", [500, 501, 507])
async def test_an_error_of_the_server_itself_is_not_repeated(number: int, connect: Connect) -> None:
    async with Server(scripted(status(number))) as server:
        with pytest.raises(ServerError):
            await first(connect(server))

        assert len(server.requests) == 1


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


async def test_a_server_that_is_away_is_unreachable(connect: Connect, sleeps: Sleeps) -> None:
    with pytest.raises(Unreachable, match="cannot be reached") as caught:
        await first(connect(f"http://127.0.0.1:{closed_port()}"))

    assert caught.value.retryable
    assert len(sleeps) == 2


async def test_a_host_that_does_not_exist_is_named(connect: Connect) -> None:
    with pytest.raises(Unreachable, match=r"no host paperless\.invalid"):
        await first(connect("http://paperless.invalid"))


async def test_a_connection_that_was_closed_while_idle_is_no_error(connect: Connect) -> None:
    once = Reply(200, PAGE, JSON, close=True)
    async with Server(scripted(once)) as server:
        paperless = connect(server)
        for _ in range(5):
            assert (await first(paperless)).id == 1


# Time


async def test_a_server_that_is_silent_times_out_and_is_not_asked_again(connect: Connect) -> None:
    async with Server(scripted(Reply(raw=b"", hang=True))) as server:
        with pytest.raises(TimedOut) as caught:
            await first(connect(server, timeouts=SHORT))

        assert len(server.requests) == 1

    assert caught.value.retryable
    assert isinstance(caught.value, Unreachable)


async def test_a_server_that_stalls_in_the_middle_times_out(connect: Connect) -> None:
    stalled = Reply(raw=CUT.raw, hang=True)
    async with Server(scripted(stalled)) as server:
        with pytest.raises(TimedOut):
            await first(connect(server, timeouts=SHORT))


async def test_a_server_that_drips_is_given_up_in_the_end(connect: Connect) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n"
    async with Server(scripted(Reply(raw=head, forever=b" ", pause=0.02))) as server:
        with pytest.raises(TimedOut):
            await first(connect(server, timeouts=SHORT))


async def test_waiting_for_a_free_connection_is_not_the_servers_silence(connect: Connect) -> None:
    async def slow(request: Request) -> Reply:
        await asyncio.sleep(0.15)
        return page(task_row())

    # Less than the five take together, and much more than one does.
    patience = Timeouts(connect=0.6, read=0.6, total=0.6)
    async with Server(slow) as server:
        paperless = connect(server, connection_limit=1, timeouts=patience)
        found = await asyncio.gather(*(first(paperless) for _ in range(5)))

        assert [task.id for task in found] == [1] * 5
        assert server.connections == 1


async def test_no_more_connections_than_allowed(connect: Connect) -> None:
    async with Server(scripted(page(task_row()))) as server:
        paperless = connect(server, connection_limit=3)
        await asyncio.gather(*(first(paperless) for _ in range(100)))

        assert server.connections == 3


# POST


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(raw=b"", close=True), id="closed without an answer"),
        pytest.param(CUT, id="cut"),
        pytest.param(Reply(raw=b"", hang=True), id="silent"),
        pytest.param(status(502), id="502"),
        pytest.param(status(504), id="504"),
        pytest.param(status(200), id="a page of something in front"),
        pytest.param(Reply(200, b'{"task_id": "c7', JSON), id="half of the JSON"),
        pytest.param(json_reply({"detail": "Done"}), id="another answer"),
    ],
)
async def test_a_run_whose_answer_is_lost_may_be_done_and_is_not_repeated(reply: Reply, connect: Connect) -> None:
    async with Server(scripted(reply)) as server:
        with pytest.raises(MaybeDone, match="look before you repeat it") as caught:
            await connect(server, timeouts=SHORT).tasks.run("sanity_check")

        assert len(server.requests) == 1

    assert not caught.value.retryable


@pytest.mark.parametrize(
    ("number", "words"),
    [(500, "its log says more"), *((number, "in front of") for number in (502, 503, 504, 522, 524, 530))],
)
async def test_where_to_look_is_told_by_who_answered(number: int, words: str, connect: Connect) -> None:
    """The log of a Paperless that is down says nothing of it."""
    async with Server(scripted(status(number))) as server:
        with pytest.raises(ServerError, match=words):
            await connect(server, tries=1).tasks.active()


async def test_a_proxy_that_waited_too_long_for_the_request_passed_nothing_on(connect: Connect) -> None:
    async with Server(scripted(status(408))) as server:
        with pytest.raises(TimedOut, match="nothing was done") as caught:
            await connect(server).tasks.run("sanity_check")

        assert len(server.requests) == 1

    assert caught.value.retryable


@pytest.mark.parametrize("number", [500, 503])
async def test_an_error_while_running_is_not_repeated(number: int, connect: Connect) -> None:
    async with Server(scripted(status(number))) as server:
        with pytest.raises(ServerError, match="in part") as caught:
            await connect(server).tasks.run("sanity_check")

        assert len(server.requests) == 1

    assert not caught.value.retryable


async def test_a_post_that_never_left_is_just_unreachable(connect: Connect) -> None:
    async with Server(scripted(page())) as server:
        paperless = connect(server)
        await paperless.probe()
    with pytest.raises(Unreachable) as caught:
        await paperless.tasks.run("sanity_check")

    assert caught.value.retryable


@pytest.mark.parametrize("reply", [Reply(raw=b"", close=True), status(502), status(500)], ids=["lost", "502", "500"])
async def test_acknowledging_may_be_repeated_by_the_caller_and_is_not_by_itself(reply: Reply, connect: Connect) -> None:
    async with Server(scripted(reply)) as server:
        with pytest.raises(PaperlessError) as caught:
            await connect(server).tasks.acknowledge([1])

        assert len(server.requests) == 1

    assert caught.value.retryable


async def test_a_post_does_not_ride_on_an_idle_connection(connect: Connect) -> None:
    async with Server(lambda request: json_reply({"result": 1})) as server:
        paperless = connect(server)
        await paperless.probe()
        before = server.connections
        await paperless.tasks.acknowledge([1])
        await paperless.tasks.acknowledge([1])

        assert server.connections == before + 2


# What the server says


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (json_reply({"detail": "Ungültiges Token"}, status=401, api=None), BadToken, "My Profile"),
        (status(401), BadToken, "in front of Paperless-ngx"),
        (json_reply({"detail": "no"}, status=403), Forbidden, "view_paperlesstask"),
        (status(403), Forbidden, "in front of Paperless-ngx"),
        (json_reply({"status": ["Bitte eine gültige Auswahl treffen."]}, status=400), Rejected, "gültige Auswahl"),
        (status(400), NotPaperless, "PAPERLESS_ALLOWED_HOSTS"),
        (Reply(400, b"", {"Content-Type": "text/html"}), ServerError, "could not write to its database"),
        (json_reply({"detail": "Not found."}, status=404), NotFound, "no such thing"),
        (status(413), TooLarge, "no file of this size"),
    ],
)
async def test_an_error_says_what_to_do(reply: Reply, kind: type[PaperlessError], words: str, connect: Connect) -> None:
    async with Server(scripted(reply)) as server:
        with pytest.raises(kind, match=words) as caught:
            await first(connect(server))

    assert caught.value.status == reply.status
    assert caught.value.path == "/api/tasks/"


async def test_the_403_of_run_names_the_superuser(connect: Connect) -> None:
    async with Server(
        scripted(Reply(403, b"Insufficient permissions", JSON | {"Content-Type": "text/html"}))
    ) as server:
        with pytest.raises(Forbidden, match="Only a superuser may start tasks") as caught:
            await connect(server).tasks.run("sanity_check")

    assert caught.value.permission == "superuser"

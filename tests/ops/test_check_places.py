"""`python -m bot check` of where the bot writes and listens: PostgreSQL's rights, the health page's address."""

import asyncio

import pytest
from aiohttp import web
from sqlalchemy import text
from sqlalchemy.engine import make_url

from bot.checks.database import check_database
from bot.checks.finding import Finding, Level
from bot.checks.health import check_health
from bot.database import Database, engine_for
from bot.exits import Exit
from bot.sections import HealthSection
from tests.canary import DATABASE_PASSWORD
from tests.house import House
from tests.ops.checking import lines


async def test_a_user_of_postgresql_who_may_not_make_tables_or_write_into_them_is_a_failure(
    database_url: str,
) -> None:
    reader = str(make_url(database_url).set(username="reader").render_as_string(hide_password=False))
    await _execute(
        database_url, "DROP ROLE IF EXISTS reader", f"CREATE ROLE reader LOGIN PASSWORD '{DATABASE_PASSWORD}'"
    )
    empty = await check_database(reader)
    async with await Database.open(database_url):
        await _execute(
            database_url, "GRANT ALL ON SCHEMA public TO reader", "GRANT SELECT ON card, alembic_version TO reader"
        )
        foreign = await check_database(reader)
    await _execute(database_url, "DROP OWNED BY reader", "DROP ROLE reader")

    assert (empty.level, empty.exit) == (foreign.level, foreign.exit) == (Level.FAILURE, Exit.CONFIG)
    assert "permission denied for schema public" in empty.text
    assert "permission denied for table audit, bot_lease, card" in foreign.text


async def _execute(url: str, *statements: str) -> None:
    engine = engine_for(make_url(url))
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


# --- the health page


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "[::1]", "[::]"])  # noqa: S104  of this test alone
async def test_an_address_where_this_bot_answers_is_no_trouble_and_one_where_another_program_does_is(
    host: str, unused_tcp_port: int
) -> None:
    async def answer(text: str) -> Finding:
        async def page(_request: web.BaseRequest) -> web.Response:
            return web.json_response({"status": text})

        server = await asyncio.get_running_loop().create_server(web.Server(page), host.strip("[]"), unused_tcp_port)
        async with server:
            return await check_health(HealthSection(listen=f"{host}:{unused_tcp_port}"))

    free, bot, other = (
        await check_health(HealthSection(listen=f"{host}:{unused_tcp_port}")),
        await answer("alive"),
        await answer("another"),
    )

    assert (free.level, bot.level, other.level) == (Level.OK, Level.OK, Level.FAILURE)
    assert "is free" in free.text
    assert "a bot answers" in bot.text
    assert "ddress already in use" in other.text


async def test_a_health_page_at_an_address_of_nobody_is_a_failure(house: House) -> None:
    house.overrides = {"health": {"listen": "nowhere.invalid:8080"}}

    (line,) = await lines(house, "health.listen")

    assert line.startswith("failure")

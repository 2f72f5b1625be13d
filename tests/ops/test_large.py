"""Many servers and routes in one process: polls are spread, and what hangs keeps nobody else waiting."""

from datetime import datetime, timedelta
from pathlib import Path

from bot.check import check
from bot.checks.finding import Level
from bot.sandbox.discord import ids
from tests.house import POLL_SECONDS, House, texts
from tests.ops.until import until

SERVERS = tuple(f"s{number:02}" for number in range(10))
HANGING = SERVERS[::5]


async def test_servers_that_hang_and_servers_that_are_down_delay_no_other(tmp_path: Path) -> None:
    async with House(tmp_path, servers=SERVERS) as house, house.bot() as bot:
        await until(lambda: all(watcher.last_good_at for watcher in bot.desk.watchers.values()))
        for name in HANGING:
            house.all_paperless[name].faults.add("stall")
        await house.all_paperless["s01"].down()
        house.all_paperless["s09"].upload("late.pdf", outcome="corrupt", owner="bob")

        await house.card(lambda text: "late.pdf" in text, timeout=5)

        healthy = [name for name in SERVERS if name not in HANGING and name != "s01"]
        asked = {name: len(house.all_paperless[name].requests) for name in healthy}
        await until(lambda: all(len(house.all_paperless[name].requests) > asked[name] for name in healthy), timeout=5)
        for name in HANGING:
            house.all_paperless[name].faults.clear()


async def test_polls_are_spread_over_the_interval(tmp_path: Path) -> None:
    async with House(tmp_path, servers=SERVERS) as house, house.bot() as bot:
        began = bot.now()

        def polled() -> list[datetime]:
            begins = [watcher.last_good_at for watcher in bot.desk.watchers.values()]
            return [at for at in begins if at and at > began + timedelta(seconds=POLL_SECONDS)]

        await until(lambda: len(polled()) == len(SERVERS))
        last = sorted(at.timestamp() % POLL_SECONDS for at in polled())

    gaps = [later - earlier for earlier, later in zip(last, [*last[1:], last[0] + POLL_SECONDS], strict=True)]
    assert max(gaps) < 4 * POLL_SECONDS / len(SERVERS)


async def test_two_hundred_routes_are_looked_over_in_few_requests(house: House) -> None:
    route = {"channel_id": ids.GENERAL_ID, "task_types": ["mail_fetch"]}
    house.overrides = {"failures": {"routes": [route] * 200}}

    findings = await check(house.settings(), connector=house.discord.connector())

    assert not [finding for finding in findings if finding.level is Level.FAILURE]
    assert len(house.discord.requests) < 10


async def test_the_last_of_two_hundred_routes_leads_to_its_channel(house: House) -> None:
    routes = [{"channel_id": ids.ALERTS_ID, "owners": [owner]} for owner in range(1000, 1199)]
    routes.append({"channel_id": ids.GENERAL_ID, "task_types": ["consume_file"]})
    house.overrides = {"failures": {"routes": routes}}
    async with house.bot():
        house.paperless.upload("routed.pdf", outcome="corrupt", owner="bob")

        card = await house.card(lambda text: "routed.pdf" in text, channel_id=ids.GENERAL_ID)

    assert "routed.pdf" in texts(card)

"""deploy/: what monitoring and supervisors are given agrees with the bot."""

import asyncio
import configparser
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bot import __main__ as command_line
from bot import alive, health
from bot.exits import LAST_RESORT_SECONDS, Exit
from bot.metrics import Metrics
from bot.sections import DatabaseSection

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "paperless-tasks-bot.service"
ALERTS = (DEPLOY / "alerts.yml").read_text(encoding="utf-8")
DASHBOARD = json.loads((DEPLOY / "grafana.json").read_text(encoding="utf-8"))
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")

METRIC = re.compile(r"\b(?:taskbot|process)_[a-z_]+")
LABEL = re.compile(r"\{(\w+)=|by \(([\w, ]+)\)|\{\{ ?\$labels\.(\w+) ?\}\}")


def known() -> dict[str, set[str]]:
    """Each series that the bot exports, with the names of its labels."""
    metrics = Metrics()
    found: dict[str, set[str]] = {}
    for family in metrics.registry.collect():
        names = {family.name, *(sample.name for sample in family.samples)}
        suffixes = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("_total",)}.get(family.type, ())
        names |= {f"{family.name}{suffix}" for suffix in suffixes}
        for name in names:
            found[name] = {label for sample in family.samples for label in sample.labels}
    return found


def expressions() -> list[str]:
    of_alerts = [rule["expr"] for group in yaml.safe_load(ALERTS)["groups"] for rule in group["rules"]]
    return [*of_alerts, *(target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"])]


def test_every_metric_of_alerts_and_dashboard_is_one_that_the_bot_exports() -> None:
    asked = {name for expression in expressions() for name in METRIC.findall(expression)}

    assert len(asked) > 12
    assert asked <= set(known())


def test_every_metric_of_the_bot_is_on_the_dashboard() -> None:
    shown = {
        name for panel in DASHBOARD["panels"] for target in panel["targets"] for name in METRIC.findall(target["expr"])
    }
    families = {family.name for family in Metrics().registry.collect() if family.name.startswith("taskbot_")}

    assert {family for family in families if not any(name.startswith(family) for name in shown)} == set()


def test_every_label_that_is_asked_for_exists() -> None:
    metrics = Metrics()
    metrics.begin(["home"], poll_seconds=5)
    labels = {"server", "result", "action", "status", "command", "version", "le", "instance", "job"}
    asked = {
        name.strip()
        for expression in expressions()
        for groups in LABEL.findall(expression)
        for name in ",".join(groups).split(",")
        if name.strip()
    }

    assert asked <= labels


def test_panels_do_not_overlap_and_have_numbers_of_their_own() -> None:
    cells = [
        (x, y)
        for panel in DASHBOARD["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells))
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_what_to_do_about_each_alert_stands_in_the_documentation() -> None:
    alerts = re.findall(r"- alert: (\w+)", ALERTS)

    assert len(alerts) > 8
    assert [name for name in alerts if f"### {name}" not in OPERATIONS] == []
    assert set(re.findall(r"^### (Taskbot\w+)$", OPERATIONS, re.M)) == set(alerts)


# --- systemd


def unit() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(UNIT, encoding="utf-8")
    return parser


def test_the_unit_starts_again_unless_something_is_to_be_mended() -> None:
    service = unit()["Service"]

    assert service["Restart"] == "on-failure"
    assert service["RestartPreventExitStatus"] == str(int(Exit.CONFIG))
    assert unit()["Unit"]["StartLimitIntervalSec"] == "0"
    assert int(service["TimeoutStopSec"]) > 10


def test_neither_the_unit_nor_the_image_sets_a_key_over_the_head_of_the_configuration() -> None:
    """A variable wins over config.toml: a database.url that stands there would be passed over in silence."""
    assert "BOT_" not in UNIT.read_text(encoding="utf-8") + DOCKERFILE
    assert DatabaseSection().url == "sqlite:///bot.db", "so in the working directory"
    service = unit()["Service"]
    assert service["WorkingDirectory"] == f"/var/lib/{service['StateDirectory']}"


def test_byte_code_is_kept_from_one_start_to_the_next() -> None:
    """Neither may write beside the sources."""
    cache = unit()["Service"]["CacheDirectory"]

    assert f"Environment=PYTHONPYCACHEPREFIX=/var/cache/{cache}\n" in UNIT.read_text(encoding="utf-8")
    assert re.search(r"^COPY cogs /app/cogs\n(#.*\n)*RUN python -m compileall -q /app ", DOCKERFILE, re.M)


def test_a_bot_that_hangs_is_started_again_by_systemd() -> None:
    service = unit()["Service"]

    assert (int(service["WatchdogSec"]), service["NotifyAccess"]) == (60, "main")
    assert "AF_UNIX" in service["RestrictAddressFamilies"]
    assert service["LimitCORE"] == "0"


def test_the_unit_is_one_that_systemd_understands() -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd-analyze on this machine")
    looked = subprocess.run([analyze, "verify", str(UNIT)], capture_output=True, text=True, check=False)
    said = [line for line in looked.stderr.splitlines() if line.startswith(UNIT.name) or UNIT.name in line]

    assert [line for line in said if "is not executable" not in line] == []  # the bot is not installed here


# --- containers

COMPOSE = yaml.safe_load((ROOT / "compose.example.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_the_compose_file_outlives_a_restart_of_the_host_and_lets_the_bot_end() -> None:
    bot = COMPOSE["services"]["bot"]

    assert bot["restart"] == "unless-stopped"
    assert bot["init"] is True, "the first process of a container is deaf until it listens"
    assert int(bot["stop_grace_period"].removesuffix("s")) > LAST_RESORT_SECONDS
    assert set(bot["secrets"]) == set(COMPOSE["secrets"])
    assert {volume.split(":")[0] for volume in bot["volumes"]} - {"./config.toml"} == set(COMPOSE["volumes"])


def test_what_the_compose_file_mounts_is_where_the_image_looks_for_it() -> None:
    targets = {volume.split(":")[1] for volume in COMPOSE["services"]["bot"]["volumes"]}

    assert re.findall(r"^VOLUME (\S+)$", DOCKERFILE, re.M) == ["/data"]
    assert re.findall(r"^WORKDIR (\S+)$", DOCKERFILE, re.M) == ["/data"]
    entry = json.loads(re.findall(r"^ENTRYPOINT (.+)$", DOCKERFILE, re.M)[0])
    words = json.loads(re.findall(r"^CMD (.+)$", DOCKERFILE, re.M)[0])
    assert entry == ["python", "-m", "bot"]
    assert str(command_line._parser().parse_args(words).config) in targets


async def test_the_health_check_of_the_container_succeeds_while_healthz_answers(
    unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the port of the image's default, which may be taken here: at another."""
    of_compose = COMPOSE["services"]["bot"]["healthcheck"]["test"][1:]
    of_image = json.loads(re.findall(r"HEALTHCHECK .*CMD (.+)$", DOCKERFILE, re.M)[0])
    assert of_compose == [*of_image, alive.DEFAULT_URL] == ["python", "-m", "bot.alive", alive.DEFAULT_URL]

    async def nothing() -> dict[str, str | None]:
        return {}

    async def no_metrics() -> bytes:
        return b""

    url = f"http://127.0.0.1:{unused_tcp_port}/healthz"
    async with health.serving(f"127.0.0.1:{unused_tcp_port}", nothing, no_metrics):
        asking = await asyncio.create_subprocess_exec(sys.executable, *of_image[1:], url)
        assert await asking.wait() == 0
    monkeypatch.setattr(sys, "argv", ["bot.alive", url])
    assert await asyncio.to_thread(alive.main) == 1


def test_the_alert_rules_are_what_prometheus_reads() -> None:
    promtool = shutil.which("promtool")
    if promtool is not None:
        subprocess.run([promtool, "check", "rules", str(DEPLOY / "alerts.yml")], check=True)
    (group,) = yaml.safe_load(ALERTS)["groups"]

    for rule in group["rules"]:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert re.fullmatch(r"\d+[smh]", rule.get("for", "1m"))
        assert rule["annotations"]["summary"]
        assert rule["expr"].count("(") == rule["expr"].count(")")

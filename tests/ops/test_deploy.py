"""deploy/: what monitoring and supervisors are given agrees with the bot."""

import configparser
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.exits import Exit
from bot.metrics import Metrics

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
    of_alerts = re.findall(r"^\s+expr: (.+)$", ALERTS, re.M)
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
    metrics.begin(["home"])
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


def test_the_unit_is_one_that_systemd_understands() -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd-analyze on this machine")
    looked = subprocess.run([analyze, "verify", str(UNIT)], capture_output=True, text=True, check=False)
    said = [line for line in looked.stderr.splitlines() if line.startswith(UNIT.name) or UNIT.name in line]

    assert [line for line in said if "is not executable" not in line] == []  # the bot is not installed here


# --- containers


def test_the_compose_file_checks_health_and_outlives_a_restart_of_the_host() -> None:
    text = (ROOT / "compose.example.yaml").read_text(encoding="utf-8")

    assert "restart: unless-stopped" in text
    assert '"bot.health"' in text
    grace = re.search(r"stop_grace_period: (\d+)s", text)
    assert grace
    assert int(grace[1]) > 10

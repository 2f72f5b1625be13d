"""docs/configuration.md and config.example.toml are what the models say, and what they say is so."""

import json
import tomllib
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from bot.config import ConfigError, Settings, load
from tests.configuration import EXAMPLE, REFERENCE, Key, current, example, generated, keys, sections, toml

ALL = list(chain.from_iterable(keys(table, section) for table, section in sections().items()))
BY_VARIABLE = [key for key in ALL if "routes" not in key.path[:-1] and not key.secret]
LEAST = {
    "BOT_DISCORD__TOKEN": "d",
    "BOT_DISCORD__GUILD_ID": "2",
    "BOT_PAPERLESS__HOME__URL": "http://p",
    "BOT_PAPERLESS__HOME__TOKEN": "p",
    "BOT_FAILURES__CHANNEL_ID": "3",
}
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBcDCCARWgAwIBAgIUaNKmqFd3Q3998QBtXq5Svno354EwCgYIKoZIzj0EAwIw
DDEKMAgGA1UEAwwBeDAgFw0yNjExMjQxNTExNTNaGA8yMTI2MTAzMTE1MTE1M1ow
DDEKMAgGA1UEAwwBeDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABAEEjm78NeV4
ekHQX/1uaUsgaKn67/5sWuNJSTqH63oLiWoJ84Z36yNvbXZzT4izj7K1K9U3n82r
djDr6yPMVJ6jUzBRMB0GA1UdDgQWBBSMtpyUFOUMo3h8VKLz+6AUo4mn1jAfBgNV
HSMEGDAWgBSMtpyUFOUMo3h8VKLz+6AUo4mn1jAPBgNVHRMBAf8EBTADAQH/MAoG
CCqGSM49BAMCA0kAMEYCIQDp3X63rM8+9PHBWqnFF6D70WEJ+a8qq5j5K5LTWowf
RgIhANRtiOWxZsbAmAR1XebJqkQ+y7BAwJqaTLRb7VXWfZ2J
-----END CERTIFICATE-----
"""
"""Of nobody; its key is thrown away."""
SPAN = {"BOT_FAILURES__QUIET_HOURS__START": "01:00", "BOT_FAILURES__QUIET_HOURS__END": "02:00"}


def dotted(key: Key) -> str:
    return ".".join(key.path)


def in_settings(settings: Settings, key: Key) -> Any:
    found: Any = settings
    for part in key.path:
        found = found[part] if isinstance(found, dict) else getattr(found, part)
    return found


def test_the_reference_is_what_the_models_say() -> None:
    assert current() == generated(), "run `python -m tests.configuration`"


def test_the_example_is_what_the_models_say() -> None:
    assert EXAMPLE.read_text(encoding="utf-8") == example(), "run `python -m tests.configuration`"


@pytest.mark.parametrize("key", ALL, ids=dotted)
def test_every_key_says_what_it_means(key: Key) -> None:
    assert key.meaning


@pytest.mark.parametrize("key", BY_VARIABLE, ids=dotted)
def test_the_variable_that_is_named_sets_what_the_file_would(
    key: Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (LEAST | (SPAN if "quiet_hours" in key.path[:-1] else {})).items():
        monkeypatch.setenv(name, value)
    path = tmp_path / "config.toml"
    value = key.example
    if key.name == "ca_file":
        (tmp_path / "ca.pem").write_text(CERTIFICATE, encoding="utf-8")
        value = str(tmp_path / "ca.pem")
    path.write_text(f"{dotted(key)} = {toml(value)}\n", encoding="utf-8")
    monkeypatch.delenv(key.variable, raising=False)
    by_file = in_settings(load(path), key)

    monkeypatch.setenv(key.variable, value if isinstance(value, str) else json.dumps(value))

    assert in_settings(load(None), key) == by_file


@pytest.mark.parametrize("key", [key for key in ALL if key.secret], ids=dotted)
def test_the_variable_of_a_secret_can_name_a_file(key: Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = "postgresql://bot:secret@host/bot" if key.name == "url" else "secret"
    (tmp_path / "kept").write_text(f"{kept}\n", encoding="utf-8")
    for name, value in LEAST.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv(key.variable, raising=False)
    monkeypatch.setenv(f"{key.variable}_FILE", str(tmp_path / "kept"))

    found = in_settings(load(None), key)

    assert (found if isinstance(found, str) else found.get_secret_value()) == kept


def test_the_mistakes_that_the_reference_shows_are_those_that_are_told(tmp_path: Path) -> None:
    _, _, wrong, told = REFERENCE.read_text(encoding="utf-8").split("```text\n")
    path = tmp_path / "config.toml"
    path.write_text(wrong.partition("```")[0], encoding="utf-8")

    with pytest.raises(ConfigError) as raised:
        load(path)

    assert raised.value.mistakes == told.partition("```")[0].splitlines()


def test_the_example_names_every_key() -> None:
    shown = tomllib.loads("\n".join(line.removeprefix("# ") for line in example().splitlines()[2:]))
    shown["failures.routes"] = shown["failures"].pop("routes")[0]
    shown["paperless.home"] = shown.pop("paperless")["home"]
    named = {name: set(shown[name]) for name in shown}

    for table, section in sections().items():
        own = {key.name for key in keys(table, section)} - {"routes"}
        if table == "failures.routes":
            own -= {"mention_role_id", "quiet_hours", "thread"}
        if table != "failures.quiet_hours":
            assert named[table] == own

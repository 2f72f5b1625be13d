"""The environment beside config.toml, or instead of it: what is read, and which wins."""

from pathlib import Path

import pytest

from bot.config import load
from tests.test_config import GOOD, mistakes, written


def test_the_environment_wins_over_the_file_key_by_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_FAILURES__POLL_SECONDS", "17")
    monkeypatch.setenv("BOT_PAPERLESS__HOME__URL", "https://other")
    monkeypatch.setenv("BOT_ACCESS__RUN", "[4000000000000000004]")

    settings = load(written(tmp_path, GOOD))

    assert settings.failures.poll_seconds == 17
    assert settings.failures.channel_id == 3000000000000000003
    assert settings.paperless["home"].url == "https://other"
    assert settings.paperless["home"].token.get_secret_value() == "paperless-secret"
    assert settings.access.run == (4000000000000000004,)


def test_a_variable_is_about_the_server_that_the_file_names_in_capitals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_PAPERLESS__HOME__TOKEN", "of-the-environment")

    (found,) = load(written(tmp_path, GOOD.replace("[paperless.home]", "[paperless.Home]"))).paperless.items()

    assert (found[0], found[1].token.get_secret_value()) == ("Home", "of-the-environment")


def test_the_environment_alone_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in {
        "DISCORD__TOKEN": "d",
        "DISCORD__GUILD_ID": "2",
        "PAPERLESS__HOME__URL": "http://p",
        "PAPERLESS__HOME__TOKEN": "p",
        "FAILURES__CHANNEL_ID": "3",
    }.items():
        monkeypatch.setenv(f"BOT_{key}", value)

    assert load(None).failures.channel_id == 3


def test_an_unknown_key_in_the_environment_is_a_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_FAILURES__POL_SECONDS", "17")

    assert mistakes(tmp_path, GOOD) == ["failures.pol_seconds: unknown key: is it poll_seconds?"]


@pytest.mark.parametrize(
    ("variable", "told"),
    [
        ("BOT_FAILURE__POLL_SECONDS", "unknown key: there is no section [failure]"),
        (
            "BOT_DISCORD_GUILD_ID",
            "unknown key: two underscores follow the section, is it BOT_DISCORD__GUILD_ID?",
        ),
    ],
)
def test_a_variable_that_nobody_would_read_is_a_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, told: str
) -> None:
    monkeypatch.setenv("BOT_TOKEN", "of another program")
    monkeypatch.setenv(variable, "17")

    assert mistakes(tmp_path, GOOD) == [f"{variable}: {told}"]


@pytest.mark.parametrize(("variable", "key"), [("BOT_ACCESS__RUN", "access.run"), ("BOT_ACCESS", "access")])
def test_a_list_in_a_variable_that_is_no_json_is_a_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, key: str
) -> None:
    monkeypatch.setenv(variable, "4000000000000000004, 4000000000000000005")

    assert mistakes(tmp_path, GOOD) == [
        f"{key}: is a list or a table, and as a variable JSON, such as [4000000000000000004]"
    ]


@pytest.mark.parametrize(
    ("line", "variable"),
    [("token", "TOKEN"), ("token", "TOKEN_FILE"), ("token_file", "TOKEN"), ("token_file", "TOKEN_FILE")],
)
def test_a_secret_in_a_variable_wins_over_the_files_however_each_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, variable: str
) -> None:
    (tmp_path / "token").write_text("wanted\n", encoding="utf-8")
    monkeypatch.setenv(f"BOT_PAPERLESS__HOME__{variable}", str(tmp_path / "token") if "FILE" in variable else "wanted")

    settings = load(written(tmp_path, GOOD.replace('token = "paperless-secret"', f'{line} = "/nowhere"')))

    assert settings.paperless["home"].token.get_secret_value() == "wanted"

"""config.toml and the environment: what is read, and how mistakes are told."""

import sys
from pathlib import Path

import pytest

from bot.config import ConfigError, load
from bot.paperless.models import TaskType

ROOT = Path(__file__).resolve().parents[1]

GOOD = """
[discord]
token = "discord-secret"
guild_id = 2000000000000000002

[paperless.home]
url = "http://localhost:8000/"
token = "paperless-secret"

[failures]
channel_id = 3000000000000000003
"""
DOTTED = """
discord = { token = "t", guild_id = 2 }
paperless.home.url = "http://localhost:8000"
paperless.home.token = "p"
failures.channel_id = 3
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def mistakes(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        load(written(tmp_path, text))
    return raised.value.mistakes


def test_the_least_configuration_is_enough(tmp_path: Path) -> None:
    settings = load(written(tmp_path, GOOD))

    assert settings.discord.token.get_secret_value() == "discord-secret"
    assert settings.paperless["home"].link_base == "http://localhost:8000"
    assert settings.failures.poll_seconds == 5
    assert settings.access.view == settings.access.acknowledge == ()
    assert settings.database.url == "sqlite:///bot.db"


def test_the_example_needs_only_the_two_tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example = ROOT / "config.example.toml"

    assert sorted(mistakes(tmp_path, example.read_text(encoding="utf-8"))) == [
        "discord.token: is empty: copy it from the Bot page of your application on the developer portal",
        "paperless.home.token: is empty: create one in Paperless-ngx under My Profile, API Auth Token",
    ]
    monkeypatch.setenv("BOT_DISCORD__TOKEN", "d")
    monkeypatch.setenv("BOT_PAPERLESS__HOME__TOKEN", "p")
    assert load(example).paperless["home"].token.get_secret_value() == "p"


def test_every_key_that_the_example_comments_out_is_a_known_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_DISCORD__TOKEN", "d")
    monkeypatch.setenv("BOT_PAPERLESS__HOME__TOKEN", "p")
    lines = (ROOT / "config.example.toml").read_text(encoding="utf-8").splitlines()
    switched_on = [
        line.removeprefix("# ") if line.startswith(("# [[",)) or (line.startswith("# ") and " = " in line) else line
        for line in lines
    ]
    text = "\n".join(line for line in switched_on if not line.startswith(("run_token", "ca_file")))

    settings = load(written(tmp_path, text))

    assert settings.failures.quiet_hours is not None
    assert settings.failures.routes[0].task_types == (TaskType.MAIL_FETCH,)
    assert settings.failures.silence_seconds[TaskType.MAIL_FETCH] == 3600


def test_all_mistakes_are_told_at_once_each_with_its_key(tmp_path: Path) -> None:
    text = """
[discord]
token = "x"
guild_id = "my server"
guild = 3

[paperless.home]
url = "localhost:8000"
token = "Token abc"

[failures]
poll_seconds = 0

[health]
listen = "8080"
"""
    told = mistakes(tmp_path, text)

    assert [line.split(":")[0] for line in told] == [
        "discord.guild_id",
        "discord.guild",
        "paperless.home.url",
        "paperless.home.token",
        "failures.channel_id",
        "failures.poll_seconds",
        "health.listen",
    ]
    assert "unknown key" in told[1]
    assert "starts with http:// or https://" in told[2]
    assert "without the word Token" in told[3]


def test_a_mistake_never_shows_a_secret(tmp_path: Path) -> None:
    text = GOOD.replace('"discord-secret"', '["discord-secret"]').replace('"paperless-secret"', '"paper less-secret"')

    assert "secret" not in "".join(mistakes(tmp_path, text))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("access.acknowlege=[1]", "access.acknowlege: unknown key: is it acknowledge?"),
        ("failures.routes=[{task_type=[]}]", "failures.routes.0.task_type: unknown key: is it task_types?"),
        ("paperless.home.publicurl='x'", "paperless.home.publicurl: unknown key: is it public_url?"),
        ("health.colour='red'", "health.colour: unknown key: see config.example.toml for those there are"),
        (
            "digest.cron='${CRON}'",
            "digest.cron: ${CRON} is not filled in here: set the variable BOT_DIGEST__CRON instead of this key",
        ),
        (
            "access.view=['Archivists']",
            "access.view.0: must be a number; of a role, channel or server of Discord the id: right click, Copy ID",
        ),
        ("limits.run=-1", "limits.run: must be greater than or equal to 0"),
        ("paperless.'my server'={}", "paperless.my server: a server's name has up to 32 letters, digits, _ and -"),
        ("failures.quiet_hours.mode='loud'", "failures.quiet_hours.mode: must be 'silent' or 'hold'"),
        ("failures.silence_seconds.mail_fetch=0", "failures.silence_seconds.mail_fetch: must be greater than 0"),
        ("failures.quiet_hours=3", "failures.quiet_hours: must be a table"),
        ("paperless.url='http://p'", "paperless.url: stands in no server's table: write [paperless.home]"),
        ("access.view=4", "access.view: must be a list, in square brackets"),
        ("access.view=[true]", "access.view.0: must be a whole number"),
        ("audit.channel_id=3.0", "audit.channel_id: must be a whole number"),
        ("failures.poll_seconds=true", "failures.poll_seconds: must be a number"),
        ("failures.poll_seconds='fast'", "failures.poll_seconds: must be a number"),
        ("failures.thread='perhaps'", "failures.thread: must be true or false"),
        ("failures.stuck_started_seconds=inf", "failures.stuck_started_seconds: must be less than"),
        ("health.listen=8080", "health.listen: must be text, in quotes"),
        ("paperless.home.headers={'X Y'='z'}", "paperless.home.headers: 'X Y' is no name of a header"),
        ('paperless.home.headers={X="a\\nb"}', "paperless.home.headers: X contains a line break"),
        ("database.url='sqlite:///:memory:'", "database.url: names no file"),
        ("database.url='sqlite:///'", "database.url: names no file"),
        ("database.url='postgresql://bot@db:port/bot'", "database.url: is no address, such as postgresql://host"),
        ("database.url='postgresql://db/bot?conect_timeout=5'", "database.url: takes no conect_timeout behind its ?"),
        ("database.url='sqlite:///bot.db?mode=ro'", "database.url: takes no mode behind its ?"),
        (
            "paperless.home.public_url='http://our paperless/'",
            "paperless.home.public_url: 'http://our paperless/' is not",
        ),
        ("database.url='postgresql://bot@db:99999/bot'", "database.url: has a port that no machine has"),
    ],
)
def test_a_mistake_says_what_to_do(tmp_path: Path, line: str, told: str) -> None:
    assert any(mistake.startswith(told) for mistake in mistakes(tmp_path, f"{line}\n{DOTTED}"))


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_certificates_that_cannot_be_read_are_a_mistake(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content, encoding="utf-8")

    (mistake,) = mistakes(tmp_path, f"paperless.home.ca_file='{path}'\n{DOTTED}")

    assert mistake.startswith(f"paperless.home.ca_file: {path} holds no readable certificates (PEM): ")


def test_a_file_without_servers_is_told(tmp_path: Path) -> None:
    text = GOOD.partition("[paperless.home]")[0] + "[paperless]\n[failures]\nchannel_id = 3\n"

    assert mistakes(tmp_path, text) == ["paperless: missing: name a server, such as [paperless.home]"]


def test_the_address_of_a_database_can_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://bot:pw@db/bot\n", encoding="utf-8")
    text = GOOD + f'[database]\nurl_file = "{tmp_path / "url"}"\n'

    assert load(written(tmp_path, text)).database.url == "postgresql://bot:pw@db/bot"


def test_an_editor_of_windows_may_have_written_it(tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(b"\xef\xbb\xbffrom-file\r\n")
    text = GOOD.replace('token = "paperless-secret"', f'token_file = "{tmp_path / "token"}"')
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())

    assert load(path).paperless["home"].token.get_secret_value() == "from-file"


def test_another_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(GOOD.encode("utf-16"))

    with pytest.raises(ConfigError, match=r"config\.toml: not UTF-8: save it in this encoding"):
        load(path)


def test_a_token_can_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-file\n", encoding="utf-8")
    text = GOOD.replace('token = "paperless-secret"', f'token_file = "{tmp_path / "token"}"')

    assert load(written(tmp_path, text)).paperless["home"].token.get_secret_value() == "from-file"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('token_file = "/nowhere/token"', "paperless.home.token_file: /nowhere/token cannot be read"),
        ("token_file = 5", "paperless.home.token_file: must be the path of a file, in quotes"),
        (f"token_file = '{sys.executable}'", f"paperless.home.token_file: {sys.executable} is no text in UTF-8"),
        ('token = "a"\ntoken_file = "b"', "paperless.home.token: set either token or token_file, not both"),
    ],
)
def test_a_token_file_that_cannot_serve_is_told(tmp_path: Path, line: str, told: str) -> None:
    (mistake, other) = mistakes(tmp_path, GOOD.replace('token = "paperless-secret"', f"urls = 1\n{line}"))

    assert mistake.startswith(told)
    assert other.startswith("paperless.home.urls: unknown key")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file; copy config"):
        load(tmp_path / "none.toml")


@pytest.mark.parametrize("value", ["[" * 3000, "9" * 5000])
def test_what_python_reads_no_further_is_a_mistake(tmp_path: Path, value: str) -> None:
    (mistake,) = mistakes(tmp_path, f"x = {value}")

    assert "not valid TOML" in mistake


def test_a_file_that_is_no_toml_is_told_with_its_line(tmp_path: Path) -> None:
    (mistake,) = mistakes(tmp_path, "[discord\n")

    assert "not valid TOML" in mistake
    assert "line 1" in mistake


def test_a_route_to_a_server_that_is_not_configured_is_told(tmp_path: Path) -> None:
    text = GOOD + '[[failures.routes]]\nservers = ["work"]\nchannel_id = 4\n[health]\nlisten = "8080"\n'

    (mistake, other) = mistakes(tmp_path, text)

    assert mistake == "failures.routes.0.servers: no [paperless.work] in this file"
    assert other.startswith("health.listen")


def test_a_task_type_that_does_not_exist_is_told(tmp_path: Path) -> None:
    (mistake,) = mistakes(tmp_path, GOOD + '[[failures.routes]]\ntask_types = ["make_coffee"]\nchannel_id = 4\n')

    assert mistake.startswith("failures.routes.0.task_types.0: 'make_coffee' is none of build_share_link,")


def test_what_was_read_cannot_be_changed(tmp_path: Path) -> None:
    settings = load(written(tmp_path, GOOD))

    with pytest.raises(ValueError, match="frozen"):
        settings.failures.poll_seconds = 1


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    assert "secret" not in repr(load(written(tmp_path, GOOD)))

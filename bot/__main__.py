"""The command line: `python -m bot run | check | backup | audit | drill | demo`. Importing it does nothing.

Exit status: 0 done; 78 something to mend in configuration, token or permission; 75 a server did not answer, try
again; 1 a defect.
"""

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from bot import logs

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.exits import Exit

DEFAULT_CONFIG = Path("config.toml")
DEFECT, CONFIG = 1, 78  # of bot.exits, whose own imports take their time


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Something to mend, as in a file: argparse's own 2 would be started again by a supervisor, for ever."""
        self.print_usage(sys.stderr)
        self.exit(CONFIG, f"{self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m bot",
        description="Tells a team on Discord about failed Paperless-ngx tasks, and acts on them from there.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (
        ("run", "the bot"),
        ("check", "look at configuration, Paperless and Discord; change nothing"),
        ("backup", "copy the database while the bot is running"),
        ("audit", "print who did what, as CSV"),
        ("drill", "have the running bot post a drill to every channel, and see that it arrives"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument(
            "--config",
            type=Path,
            help=f"default: {DEFAULT_CONFIG} where there is one, else the environment alone",
        )
        command.add_argument("--log-format", choices=("text", "json"), default="text")
        if name == "backup":
            command.add_argument("target", type=Path, nargs="?", help="default: a name with the time in it, here")
        if name == "audit":
            command.add_argument("--csv", action="store_true", required=True, help="comma-separated values on stdout")
    demo = commands.add_parser("demo", help="the bot on a local Discord and a local Paperless, to try it in a browser")
    demo.add_argument("--port", type=_port, default=8765)
    demo.add_argument("--no-browser", action="store_true", help="print the address, open nothing")
    demo.add_argument(
        "--paperless",
        metavar="URL",
        help="your own Paperless-ngx instead of a local one; its API token comes from --token-file, from the variable "
        "PAPERLESS_TOKEN, or is asked for",
    )
    demo.add_argument("--token-file", type=Path, help="with --paperless: a file that holds the API token")
    demo.add_argument("--ca-file", type=Path, help="with --paperless: CA certificates (PEM) to verify it with")
    demo.add_argument(
        "--read-only", action="store_true", help="with --paperless: change nothing there, whatever is pressed"
    )
    demo.add_argument("--log-format", choices=("text", "json"), default="text")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is none: 0 to 65535")
    return int(text)


def _settings(path: Path | None) -> "Settings":
    from bot.config import ConfigError, load

    if path is not None or DEFAULT_CONFIG.exists():
        return load(path or DEFAULT_CONFIG)
    try:
        return load(None)
    except ConfigError as error:
        nothing_here = f"no {DEFAULT_CONFIG} in this folder, so that the environment alone was read: see --config"
        raise ConfigError([nothing_here, *error.mistakes]) from None


async def _run(settings: "Settings") -> "Exit":
    from bot.run import run_until_signalled

    return await run_until_signalled(settings)


async def _check(settings: "Settings") -> "Exit":
    from bot.check import check, report

    findings = await check(settings)
    return report(findings, stream=sys.stdout)


def _backup(settings: "Settings", target: Path | None) -> "Exit":
    from bot.backup import backup

    return backup(settings.database.url, target, stream=sys.stdout)


async def _audit(settings: "Settings") -> "Exit":
    from bot.audit_csv import export

    return await export(settings.database.url, stream=sys.stdout, errors=sys.stderr)


async def _drill(settings: "Settings") -> "Exit":
    from bot.drill import run_drill

    return await run_drill(settings.database.url, stream=sys.stdout)


def _demo(arguments: argparse.Namespace) -> "Exit":
    import asyncio

    from bot.config import ConfigError
    from bot.sandbox.demo import run_demo
    from bot.sandbox.own import own_paperless

    given = {"token_file": arguments.token_file, "ca_file": arguments.ca_file, "read_only": arguments.read_only}
    if arguments.paperless is None and any(given.values()):
        raise ConfigError(["--token-file, --ca-file and --read-only go with --paperless"])
    own = None if arguments.paperless is None else own_paperless(arguments.paperless, **given)
    return asyncio.run(run_demo(port=arguments.port, open_browser=not arguments.no_browser, own=own))


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    until_told = arguments.command in ("run", "demo")
    # Of a command that answers on stdout nobody wants to read how it came to that.
    logs.set_up(arguments.log_format, level=logging.INFO if until_told else logging.WARNING)
    with _told_to_stop(until_told=until_told), logs.all_of_it():
        try:
            status = _carry_out(arguments)
            sys.stdout.flush()
            return status
        except BrokenPipeError:  # whoever reads has read enough, as `head` has
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 128 + signal.SIGPIPE
        except Exception:
            # Python's own report of a crash would not pass the redactor.
            logging.getLogger(__name__).critical("a defect ended the bot", exc_info=True, extra={"event": "crashed"})
            return DEFECT


@contextmanager
def _told_to_stop(*, until_told: bool) -> Iterator[None]:
    """SIGTERM and SIGINT from the first moment on: Python would end with -15 or a traceback, and as the first process
    of a container not at all. What runs until it is told to stop takes them itself later, and until then ends with 0;
    what has an end of its own did not come to it."""

    def stop(number: int, _frame: FrameType | None) -> None:
        sys.exit(0 if until_told else 128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell(mistake: str, *, as_json: bool) -> None:
    """For people its sentence, with the key before it."""
    if not as_json:
        sys.stderr.write(f"{mistake}\n")
        return
    key, _, text = mistake.partition(": ")
    # The key comes last: what follows on "token:" is taken for one, and redacted.
    said = f"{text} ({key})" if text else mistake
    logging.getLogger(__name__).critical(said, extra={"event": "configuration_wrong"})


def _carry_out(arguments: argparse.Namespace) -> int:
    import asyncio  # this, and all that is imported in a function here, takes its time: first it can be stopped

    from bot.config import ConfigError

    try:
        if arguments.command == "demo":
            return _demo(arguments)
        settings = _settings(arguments.config)
    except ConfigError as error:
        for mistake in error.mistakes:
            _tell(mistake, as_json=arguments.log_format == "json")
        return CONFIG
    if arguments.command == "backup":
        return _backup(settings, arguments.target)
    if arguments.command == "audit":
        return asyncio.run(_audit(settings))
    if arguments.command == "drill":
        return asyncio.run(_drill(settings))
    return asyncio.run(_run(settings) if arguments.command == "run" else _check(settings))


if __name__ == "__main__":
    sys.exit(main())

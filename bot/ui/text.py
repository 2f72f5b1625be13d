"""Texts from elsewhere made fit for Discord: cleaned, escaped, cut, redacted. Also times, durations, counts.

Invariants:
- Everything that comes from Paperless or from a person passes `escape` (or `code_block`) exactly once. `escape`
  returns `Escaped` and leaves an `Escaped` alone: escaping twice would show the backslashes of the first time.
- Nothing that `escape` returns can mention, link, format, or start a heading, list or quote; it is one line, holds
  no invisible and no direction-changing character, and is at most `limit` long, escapes included.
- Lengths are UTF-16 code units, as Discord's own client counts: never fewer than Discord's server counts.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import pairwise

from bot.ui.redaction import REDACTED, mask, redact

__all__ = [
    "REDACTED",
    "Escaped",
    "at",
    "clean",
    "code_block",
    "count",
    "cut",
    "dated",
    "duration",
    "escape",
    "graphemes",
    "length",
    "plain",
    "plural",
    "redact",
    "since",
]

FILE_NAME_LIMIT = 80
"""A name on a card: what two lines of a phone hold."""
REASON_LIMIT = 200
MAX_INPUT = 20_000
"""Of a longer text nobody reads more; it bounds the work that one row can cause."""
MAX_COMBINING = 3
"""Marks on one letter; Vietnamese and Hebrew need two or three, "Zalgo" texts dozens."""
MAX_EMOJI = 8
"""Emoji in one text; what follows the eighth is left out."""
ELLIPSIS = "…"


class Escaped(str):
    """Text that is safe inside a message as it stands."""

    __slots__ = ()


# Letters that show nothing although their category does not say so.
_BLANK = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u034f\u2065")
_UNPRINTABLE = ("Cc", "Cf")
# Nearly all that comes is ASCII, where a character is one: to take it apart all the same was half of the bot's CPU.
_ASCII = {code: " " if chr(code).isspace() else None for code in (*range(32), 127)}
_NO_CONTROLS = dict.fromkeys(_ASCII)
_UNKNOWN = ("Cs", "Co")
_EVERYONE = re.compile(r"@(?=everyone|here)", re.I)
# `(` alone is harmless and frequent in filenames ("scan (2).pdf"), and so is `-` within a line. No bare link lives
# without its `://`; a client draws `:tada:` as an emoji, but 12:30:45 is none.
_SPECIAL = re.compile(
    r"[\\`*_~|<>\[\]]|(?<=\])\(|:(?=//|[\w+-]{0,32}[A-Za-z_+-][\w+-]{0,32}:|100:|1234:)|\A[#+-]|(?<=\A-)#"
)
_OF_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f]")  # one of them is in every emoji
_NUMBERED = re.compile(r"\A\d+([.)])(?=\s|\Z)")
_MENTION = re.compile(r"<(?=[@#:&/]|a:|t:|id:)", re.I)
_INVITE = re.compile(r"\bdis(?:cord(?:app)?)?(\.)(?=(?:gg|gd|com|new|gift|me|li|io)\b)", re.I)


def length(text: str) -> int:
    """As Discord's client counts: UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _visible(text: str) -> Iterable[str]:
    return text.translate(_NO_CONTROLS) if text.isascii() else _seen(text)


def _seen(text: str) -> Iterator[str]:
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if category in _UNPRINTABLE or character in _BLANK:
            continue
        if category in _UNKNOWN:
            character = "\ufffd"
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= MAX_COMBINING:
            yield character


def _is_emoji(cluster: str) -> bool:
    first = cluster[0]
    return (
        "\U0001f000" <= first <= "\U0001faff"
        or ("\ufe0f" in cluster and ord(first) > 0xFF)
        or "\u2600" <= first <= "\u27bf"
    )


def _without_flood(text: str) -> str:
    if len(text) <= MAX_EMOJI or text.isascii() or len(_OF_EMOJI.findall(text)) <= MAX_EMOJI:
        return text
    kept, emoji = [], 0
    for cluster in graphemes(text):
        emoji += _is_emoji(cluster)
        if emoji <= MAX_EMOJI or not _is_emoji(cluster):
            kept.append(cluster)
        elif kept[-1] != ELLIPSIS:
            kept.append(ELLIPSIS)
    return "".join(kept)


def clean(text: str) -> str:
    """One line without what cannot be seen (control, zero-width, bidirectional characters, lone surrogates), and
    without the secrets of the configuration."""
    text = text[:MAX_INPUT]
    if text.isascii():
        return _without_flood(mask(" ".join(text.translate(_ASCII).split())))
    text = unicodedata.normalize("NFC", text)
    spaced = "".join(" " if character.isspace() else character for character in text)
    # Python's isspace knows no U+180E, and what is invisible may leave two spaces behind.
    # Masked last: a secret with something invisible in it is none before.
    return _without_flood(mask(" ".join("".join(_visible(spaced)).split())))


def _joins(character: str, cluster: str) -> bool:
    """Whether it belongs to what stands before it: marks, variation selectors, skin tones, second halves of flags."""
    if character < "\u0300":
        return False
    if unicodedata.category(character)[0] == "M" or "\U0001f3fb" <= character <= "\U0001f3ff":
        return True
    return _is_flag_letter(character) and len(cluster) == 1 and _is_flag_letter(cluster)


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def graphemes(text: str) -> Iterator[str]:
    """What a reader takes for one character each. Emoji joined by a zero-width joiner are apart: `clean` drops it."""
    if text.isascii():
        yield from text
        return
    cluster = ""
    for character in text:
        if cluster and not _joins(character, cluster):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def _fit(tokens: Iterable[str], limit: int) -> str:
    """As many whole tokens as `limit` allows; an ellipsis for the rest."""
    kept: list[str] = []
    before_ellipsis, room = 0, limit
    for token in tokens:
        room -= length(token)
        if room < 0:
            return "".join(kept[:before_ellipsis]).rstrip(" ") + ELLIPSIS if limit > 0 else ""
        kept.append(token)
        if room:  # for the ellipsis, which is one long
            before_ellipsis = len(kept)
    return "".join(kept)


def cut(text: str, limit: int) -> str:
    """`text` in at most `limit`, cut between characters as readers see them. For text that is not escaped."""
    if length(text) <= limit:
        return text
    return _fit(graphemes(text), limit)


def _beginning(text: str, limit: int) -> str:
    """What more there is cannot show in `limit`, unless nearly all of it is invisible."""
    seen = 10 * limit + 200
    return text if len(text) <= seen else text[:seen] + ELLIPSIS


def plain(text: str, limit: int) -> str:
    """For places without markdown (button labels, choices): cleaned, and cut to `limit`."""
    return cut(clean(_beginning(text, limit)), limit)


def _to_escape(text: str) -> set[int]:
    found = {match.start() for match in _SPECIAL.finditer(text)}
    found |= {match.start(1) for match in _INVITE.finditer(text)}
    if numbered := _NUMBERED.match(text):
        found.add(numbered.start(1))
    return found


def _tokens(text: str, special: set[int]) -> Iterator[str]:
    position = 0
    for cluster in graphemes(text):
        yield "\\" + cluster if position in special else cluster
        position += len(cluster)


def escape(text: str, limit: int = REASON_LIMIT) -> Escaped:
    """`text` as it reads, in one line of at most `limit`, that does nothing in a message.

    `@everyone` gets a full-width at sign: a backslash would not stop Discord's server from reading it, and a
    zero-width character between would be one of those we take out.
    """
    if isinstance(text, Escaped):
        return text
    readable = _EVERYONE.sub("＠", clean(_beginning(text, limit)))
    special = _to_escape(readable)
    if length(readable) + len(special) <= limit:
        return Escaped("\\".join(readable[start:end] for start, end in pairwise((0, *sorted(special), len(readable)))))
    return Escaped(_fit(_tokens(readable, special), limit))


def code_block(text: str, limit: int) -> Escaped:
    """`text` with its lines, in a code fence; too long: its first line and its end, where a traceback says it."""
    lines = [("".join(_visible(line.expandtabs(4)))).rstrip() for line in text[-MAX_INPUT:].splitlines()]
    body = mask("\n".join(lines)).strip("\n").replace("`", "'")
    body = _EVERYONE.sub("＠", _MENTION.sub("‹", body))
    room = limit - len("```\n\n```")
    if length(body) > room:
        body = _ends(body, room)
    return Escaped(f"```\n{body}\n```")


def _ends(body: str, room: int) -> str:
    first, _, rest = body.partition("\n")
    head = f"{first}\n{ELLIPSIS}\n" if rest and length(first) < room // 4 else f"{ELLIPSIS}\n"
    tail = cut((rest or body)[::-1], room - length(head))[::-1].lstrip(ELLIPSIS)
    return head + (tail.partition("\n")[2] or tail)


def since(moment: datetime) -> Escaped:
    """ "2 minutes ago" in the reader's words, counting on; the exact time shows when it is pointed at."""
    return Escaped(f"<t:{_unix(moment)}:R>")


def at(moment: datetime) -> Escaped:
    """Date and time in the reader's own time zone."""
    return Escaped(f"<t:{_unix(moment)}:f>")


def _unix(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError("a time without a time zone")
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())


_MOMENT = re.compile(r"<t:(\d{1,11}):[a-zA-Z]>")


def dated(text: str) -> str:
    """For where Discord draws no times, such as the name of a thread: "2026-11-24 14:00 UTC" for what `at` writes."""
    return _MOMENT.sub(lambda found: f"{datetime.fromtimestamp(int(found[1]), UTC):%Y-%m-%d %H:%M} UTC", text)


_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def duration(seconds: float) -> str:
    """As "4 s", "1 min 32 s", "3 d 4 h": the two largest units; below ten seconds with a tenth if not whole."""
    if not 0 <= seconds < 1e10:
        return "0 s" if seconds < 0 else "unknown"
    if seconds < 9.95:
        tenths = f"{seconds:.1f}".removesuffix(".0")
        return "under 0.1 s" if tenths == "0" and seconds > 0 else f"{tenths} s"
    rest, parts = round(seconds), []
    for size, unit in _UNITS:
        amount, rest = divmod(rest, size)
        if amount:
            parts.append(f"{amount} {unit}")
        elif parts:
            break
    return " ".join(parts[:2])


def count(number: int) -> str:
    """ "1,000"."""
    return f"{number:,}"


def plural(number: int, one: str, many: str | None = None) -> str:
    """ "1 failure", "1,000 failures"."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"

"""What a text from elsewhere may do in a message: nothing."""

import re
import time
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ui import text
from bot.ui.text import Escaped, code_block, count, cut, duration, escape, graphemes, length, plain, plural

READS_AS = [
    ("a plain name stays as it is", "invoice-11.pdf", "invoice-11.pdf"),
    ("a name with brackets of its own stays readable", "scan (2).pdf", "scan (2).pdf"),
    ("bold", "**loud**", r"\*\*loud\*\*"),
    ("an underscore", "scan_2024.pdf", r"scan\_2024.pdf"),
    ("strike and spoiler", "~~a~~ ||b||", r"\~\~a\~\~ \|\|b\|\|"),
    ("code", "`x`", r"\`x\`"),
    ("a code fence", "```\nx\n```", r"\`\`\` x \`\`\`"),
    ("a masked link", "[click](https://evil.example)", r"\[click\]\(https\://evil.example)"),
    ("an escaped masked link", r"\[click](https://evil.example)", r"\\\[click\]\(https\://evil.example)"),
    ("a bare link", "see http://evil.example/x", r"see http\://evil.example/x"),
    ("a link in angle brackets", "<https://evil.example>", r"\<https\://evil.example\>"),
    ("a link of another scheme", "steam://run/1", r"steam\://run/1"),
    ("an invite without a scheme", "join discord.gg/evil", r"join discord\.gg/evil"),
    ("a user mention", "<@5000000000000000001>", r"\<@5000000000000000001\>"),
    ("a role mention", "<@&4000000000000000004>", r"\<@&4000000000000000004\>"),
    ("a channel mention", "<#3000000000000000003>", r"\<#3000000000000000003\>"),
    ("a command mention", "</tasks run:1>", r"\</tasks run:1\>"),
    ("a timestamp", "<t:0:R>", r"\<t:0:R\>"),
    ("a custom emoji", "<a:dance:123>", r"\<a\:dance:123\>"),
    ("an emoji by its name", ":skull: 12:30:45", r"\:skull: 12:30:45"),
    ("everyone", "@everyone @HERE", "＠everyone ＠HERE"),
    ("an address", "anna@example.org", "anna@example.org"),
    ("a heading", "# big", r"\# big"),
    ("a list", "- item", r"\- item"),
    ("a numbered list", "1. item", r"1\. item"),
    ("a date that starts with a number", "2026.pdf", "2026.pdf"),
    ("subtext", "-# small", r"\-\# small"),
    ("a quote", "> said", r"\> said"),
    ("a quote of everything after", ">>> said", r"\>\>\> said"),
    ("line breaks of every kind", "a\nb\r\nc\u2028d\u0085e\tf", "a b c d e f"),
    ("a heading on a later line", "x\n# big", "x # big"),
    ("right to left override", "invoice\u202efdp.exe", "invoicefdp.exe"),
    ("isolates and marks", "a\u2066b\u2069\u200e\u200fc", "abc"),
    ("zero width", "a\u200bb\u200cc\u200dd\u2060e\ufefff", "abcdef"),
    ("letters that show nothing", "a\u3164\u2800\u115fb", "ab"),
    ("control characters", "a\x00\x1b[31mb", r"a\[31mb"),
    ("half a surrogate pair", "a\ud83d!", "a\ufffd!"),
    ("marks piled up", "e" + "\u0301" * 40, unicodedata.normalize("NFC", "e\u0301") + "\u0301" * 3),
    ("tags after an emoji", "x\U000e0041\U000e0042", "x"),
    ("a backslash", r"C:\scans\x.pdf", r"C:\\scans\\x.pdf"),
    ("nothing", "", ""),
    ("only what is invisible", "\u200b\n\u202e", ""),
]


@pytest.mark.parametrize(("raw", "expected"), [case[1:] for case in READS_AS], ids=[case[0] for case in READS_AS])
def test_escape_leaves_the_words_and_takes_the_effect(raw: str, expected: str) -> None:
    assert escape(raw) == expected


def test_escaping_twice_is_escaping_once() -> None:
    once = escape("[x](https://evil.example) \\*")
    assert escape(once) == once


def test_an_emoji_flood_ends_after_eight() -> None:
    assert escape("💥" * 300) == "💥" * 8 + "…"
    assert escape("🎉" * 9 + ".pdf") == "🎉" * 8 + "….pdf"


def test_a_name_of_300_characters_is_cut_with_an_ellipsis() -> None:
    assert escape("a" * 300, 80) == "a" * 79 + "…"


def test_what_just_fits_is_not_cut() -> None:
    assert escape("a" * 80, 80) == "a" * 80


@pytest.mark.parametrize(
    ("raw", "limit", "expected"),
    [
        ("*" * 10, 6, r"\*\*…"),
        ("ab*", 4, r"ab\*"),
        ("abc*", 4, "abc…"),
        ("😀😀😀", 5, "😀😀…"),
        ("ae\u0308o\u0308\u0332", 3, "ae\u0308…"),
        ("👍🏽👍🏽", 5, "👍🏽…"),
        ("🇩🇪🇫🇷", 5, "🇩🇪…"),
        ("ab  cd", 4, "ab…"),
    ],
)
def test_a_cut_goes_neither_through_an_escape_nor_through_a_character(raw: str, limit: int, expected: str) -> None:
    assert escape(raw, limit) == unicodedata.normalize("NFC", expected)


anything = st.text(
    st.one_of(st.characters(), st.sampled_from(list("\\`*_~|<>[]()@#&:/-.>1t \n\u202e\u200b\ufe0f🇩😀🏽")))
).map(lambda s: s)
MENTION = re.compile(r"<(@[!&]?|#|a?:\w+:|t:|id:|/)[^<>\\]*>")


def unescaped(markdown: str) -> str:
    return re.sub(r"\\(.)", "\x01", markdown)


@given(anything, st.integers(0, 120))
def test_no_text_mentions_links_formats_or_overflows(raw: str, limit: int) -> None:
    shown = escape(raw, limit)
    assert length(shown) <= limit
    assert not MENTION.search(shown)
    assert "://" not in unescaped(shown)
    assert not re.search(r"@(everyone|here)", shown, re.I)
    assert not re.search(r"[`*_~|<>\[\]]|\A[#>-]|\A\d+\.\s", unescaped(shown))
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") for c in shown)
    assert not re.search(r"(?<!\\)(\\\\)*\\\Z", shown), "a backslash alone at the end would escape what we put after it"


@given(anything)
def test_the_words_survive(raw: str) -> None:
    shown = re.sub(r"\\([^a-zA-Z0-9\s])", r"\1", escape(raw, 10**6))
    assert shown == text.clean(raw).replace("@everyone", "＠everyone").replace("@here", "＠here")


@given(st.text(), st.integers(0, 50))
def test_cut_keeps_whole_characters_and_the_limit(raw: str, limit: int) -> None:
    shown = cut(raw, limit)
    assert length(shown) <= limit
    assert shown == raw or shown == "" or raw.startswith(shown.removesuffix("…").rstrip(" "))


@given(st.text())
def test_graphemes_lose_nothing(raw: str) -> None:
    assert "".join(graphemes(raw)) == raw


def test_plain_text_for_labels_is_clean_and_short_but_not_escaped() -> None:
    assert plain("a_b\n\u202ec" + "x" * 100, 10) == "a_b cxxxx…"


class TestCodeBlock:
    def test_keeps_lines_and_indentation(self) -> None:
        assert code_block("Traceback:\n  File x\n\n", 100) == "```\nTraceback:\n  File x\n```"

    def test_nothing_in_it_ends_it(self) -> None:
        block = code_block("a\n```\n@everyone <@5> [x](https://y)\n`", 200)
        assert block.count("```") == 2
        assert block.startswith("```\n")
        assert block.endswith("\n```")
        assert "@everyone" not in block
        assert "<@5>" not in block

    def test_too_long_it_keeps_the_first_line_and_the_end_from_a_whole_line_on(self) -> None:
        lines = "\n".join(f"line {number}" for number in range(1000))
        block = code_block(lines, 60)
        assert length(block) <= 60
        assert block.endswith("line 998\nline 999\n```")
        assert re.match(r"```\nline 0\n…\nline \d+\n", block)

    def test_a_long_first_line_makes_room_for_the_end(self) -> None:
        block = code_block("x" * 500 + "\nKeyError", 60)
        assert block == "```\n…\nKeyError\n```"

    @given(st.text(), st.integers(20, 200))
    def test_is_always_one_block_within_its_limit(self, raw: str, limit: int) -> None:
        block = code_block(raw, limit)
        assert length(block) <= limit
        assert block.count("`") == 6

    def test_colours_of_a_terminal_and_direction_marks_are_out(self) -> None:
        assert code_block("\x1b[31mred\u202e", 100) == "```\n[31mred\n```"


class TestTimesAndNumbers:
    def test_a_time_is_discords_own_so_each_reader_sees_their_zone(self) -> None:
        moment = datetime(2026, 11, 23, 13, 29, 3, 415712, tzinfo=timezone(timedelta(hours=1)))
        assert text.since(moment) == "<t:1795436943:R>"
        assert text.at(moment) == "<t:1795436943:f>"

    def test_a_time_without_zone_is_a_defect(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            text.since(datetime(2026, 11, 23, 13, 29))  # noqa: DTZ001 - that is the point

    def test_a_marked_up_time_stays_as_it_is_when_escaped(self) -> None:
        assert escape(text.since(datetime(1970, 1, 2, tzinfo=UTC))) == "<t:86400:R>"

    @pytest.mark.parametrize(
        ("seconds", "expected"),
        [
            (0, "0 s"),
            (0.02, "under 0.1 s"),
            (0.26, "0.3 s"),
            (4, "4 s"),
            (4.04, "4 s"),
            (9.96, "10 s"),
            (31.99, "32 s"),
            (59.7, "1 min"),
            (92, "1 min 32 s"),
            (3600, "1 h"),
            (3605, "1 h"),
            (7320, "2 h 2 min"),
            (86400 * 3 + 3600 * 4 + 59, "3 d 4 h"),
            (-1, "0 s"),
            (float("nan"), "unknown"),
            (float("inf"), "unknown"),
        ],
    )
    def test_durations_in_the_two_largest_units(self, seconds: float, expected: str) -> None:
        assert duration(seconds) == expected

    def test_counts(self) -> None:
        assert count(1000) == "1,000"
        assert plural(1, "failure") == "1 failure"
        assert plural(1000, "failure") == "1,000 failures"
        assert plural(2, "is open", "are open") == "2 are open"


@pytest.mark.parametrize(
    "hostile",
    ["[" * 50_000, "a:" * 25_000, ":a" * 25_000, "e\u0301" * 25_000, "😀" * 50_000, "://" * 20_000, "-" * 50_000],
)
def test_no_text_makes_it_slow(hostile: str) -> None:
    started = time.process_time()
    escape(hostile)
    code_block(hostile, 1500)
    assert time.process_time() - started < 2


def test_escaped_is_a_str_that_says_so() -> None:
    assert isinstance(escape("x"), Escaped)


@settings(deadline=None)
@given(st.text(st.characters(max_codepoint=127), max_size=200), st.integers(0, 220))
def test_the_short_way_for_plain_english_text_comes_to_the_same(given: str, limit: int) -> None:
    """A letter beyond ASCII takes the long way."""
    assert f"{text.clean(given)} é".strip() == text.clean(f"{given} é")
    assert [*graphemes(given), "é"] == list(graphemes(f"{given}é"))
    assert length(given) + 1 == length(f"{given}é")
    assert length(cut(given, limit)) <= limit
    assert "".join(text._visible(given)) + "é" == "".join(text._visible(f"{given}é"))

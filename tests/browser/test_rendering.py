"""What Discord's texts and components become on the page. The modules of the page are called as they are."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page

from bot.sandbox.demo import listen_near
from bot.sandbox.discord import ids
from bot.sandbox.web import serve_page
from tests.browser.conftest import Open, open_stage
from tests.browser.windows import Windows

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

RICH = """async ([text, message]) => {
  const { richText } = await import("/rich.js");
  const { namesFor } = await import("/store.js");
  const box = document.createElement("div");
  box.append(...richText(text, namesFor(message)));
  return box.innerHTML;
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def url() -> AsyncIterator[str]:
    """The page alone, without a bot."""
    with listen_near(0) as listening:
        async with open_stage() as stage, serve_page(stage, listening):
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def page(windows: Windows, url: str) -> AsyncIterator[Page]:
    """One window for all: what is called in it leaves nothing behind."""
    async with windows.for_one_test(url) as open_one:
        yield await open_one()


async def rich(page: Page, text: str, message: dict[str, Any] | None = None) -> str:
    html: str = await page.evaluate(RICH, [text, message or {}])
    return html


async def test_markdown_reads_as_discord_has_it(page: Page) -> None:
    cases = {
        "**bold** and *it* and __under__ and ~~gone~~": "<strong>bold</strong> and <em>it</em> and <u>under</u> and "
        "<s>gone</s>",
        "***both***": "<strong><em>both</em></strong>",
        r"\*not\* \_so\_ \[either](x)": "*not* _so_ [either](x)",
        "snake_case_name.pdf": "snake_case_name.pdf",
        "`a *b* c`": "<code>a *b* c</code>",
        "``a ` b``": "<code>a ` b</code>",
        "1 < 2 & 3": "1 &lt; 2 &amp; 3",
        "@everyone": "@everyone",
    }
    for text, expected in cases.items():
        assert await rich(page, text) == f'<div class="md-text">{expected}</div>', text


async def test_blocks_read_as_discord_has_them(page: Page) -> None:
    assert await rich(page, "# One\n-# small\ntext") == (
        '<h3 class="md-h1">One</h3><div class="md-subtext">small</div><div class="md-text">text</div>'
    )
    assert "<blockquote>" in await rich(page, "> said\n> twice")
    assert await rich(page, "- a\n  - b\n- c\n1. d") == (
        '<div><ul><li>a<ul><li>b</li></ul></li><li>c</li></ul><ol start="1"><li>d</li></ol></div>'
    )
    code = await rich(page, "before ```py\nx = '<b>'\n``` after")
    assert "<code>x = '&lt;b&gt;'</code>" in code
    assert code.startswith('<div class="md-text">before </div>')


async def test_mentions_show_names_and_everyone_only_where_it_pinged(page: Page) -> None:
    assert "@Ben" in await rich(page, f"<@{ids.BEN_ID}>")
    assert "@Archivists" in await rich(page, f"<@&{ids.ARCHIVISTS_ID}>")
    assert "#general" in await rich(page, f"<#{ids.GENERAL_ID}>")
    assert "@unknown-user" in await rich(page, "<@123>")
    assert 'class="mention"' in await rich(page, "@everyone", {"mention_everyone": True})


async def test_timestamps_are_in_the_viewers_zone(open_page: Open) -> None:
    tokyo = await open_page("ben", timezone_id="Asia/Tokyo", locale="en-GB")
    html = await rich(tokyo, "<t:1700000000:F>")
    assert "Wednesday" in html
    assert "07:13" in html
    assert 'datetime="2023-11-14T22:13:20.000Z"' in html


async def test_relative_timestamps_are_kept_fresh(page: Page) -> None:
    shown = await page.evaluate(
        """async () => {
          const { timeElement } = await import("/times.js");
          const element = timeElement(Math.floor(Date.now() / 1000) - 59, "R");
          document.body.append(element);
          const first = element.textContent;
          await new Promise((resolve) => {
            new MutationObserver(() => { if (element.textContent.includes("minute")) resolve(); })
              .observe(element, { childList: true, characterData: true, subtree: true });
          });
          return [first, element.textContent];
        }"""
    )
    assert shown == ["59 seconds ago", "1 minute ago"]


async def test_links_run_nothing(page: Page) -> None:
    assert "javascript:" not in await rich(page, "[click](javascript:alert(1))") or "<a" not in await rich(
        page, "[click](javascript:alert(1))"
    )
    link = await rich(page, "[there](https://example.org/a_(b))")
    assert 'href="https://example.org/a_(b)"' in link
    assert 'rel="noopener noreferrer"' in link
    assert await page.evaluate("import('/dom.js').then((dom) => dom.safeUrl('javascript:alert(1)'))") is None
    assert await page.evaluate("import('/dom.js').then((dom) => dom.safeUrl('data:text/html,x'))") is None


@pytest.mark.parametrize(
    "nasty",
    [
        "<img src=x onerror=alert(1)>.pdf",
        "<script>alert(1)</script>",
        "]](javascript:alert(1))[[",
        "'\"><svg onload=alert(1)>",
        "`" * 400,
        "*_~|" * 200,
        "[" * 1000 + "](https://x)" * 10,
        "\u202egnp.exe",
    ],
)
async def test_a_hostile_text_stays_text(page: Page, nasty: str) -> None:
    made = await page.evaluate(
        """async (text) => {
          const { richText } = await import("/rich.js");
          const { namesFor } = await import("/store.js");
          const box = document.createElement("div");
          box.append(...richText(text, namesFor({})));
          return [...box.querySelectorAll("*")].map((node) => node.tagName.toLowerCase());
        }""",
        nasty,
    )
    assert set(made) <= {"div", "em", "strong", "u", "s", "code", "pre", "span", "a", "button"}


COMMANDS = [
    {"name": "task", "description": "One", "options": [{"type": 3, "name": "ref", "required": True}]},
    {
        "name": "tasks",
        "description": "All",
        "options": [
            {"type": 1, "name": "active", "description": "Now"},
            {"type": 1, "name": "summary", "options": [{"type": 4, "name": "days", "min_value": 1, "max_value": 365}]},
        ],
    },
    {"name": "Send to Paperless", "type": 3},
]
TYPED = """async ([commands, text]) => {
  const { slashCommands, typedCommand } = await import("/commands.js");
  const found = typedCommand(slashCommands(commands), text);
  return found && [found.command.path, found.values];
}"""


async def test_a_command_typed_in_full_is_understood(page: Page) -> None:
    cases: dict[str, Any] = {
        "/tasks active": ["tasks active", {}],
        "/tasks summary days:7": ["tasks summary", {"days": "7"}],
        "/task 1337": ["task", {"ref": "1337"}],
        "/task ref: a:b": ["task", {"ref": "a:b"}],
        "/tasks": None,
        "/Send to Paperless": None,
        "/taskss": None,
    }
    for text, expected in cases.items():
        assert await page.evaluate(TYPED, [COMMANDS, text]) == expected, text


async def test_values_are_read_as_discord_takes_them(page: Page) -> None:
    days = {"type": 4, "name": "days", "min_value": 1, "max_value": 365}
    cases: list[tuple[Any, str, Any]] = [
        (days, "7", {"value": 7}),
        (days, "0", {"problem": "days: at least 1"}),
        (days, "366", {"problem": "days: at most 365"}),
        (days, "1.5", {"problem": "days: a whole number"}),
        (days, "", {}),
        ({"type": 3, "name": "ref", "required": True}, " ", {"problem": "ref is needed"}),
        ({"type": 3, "name": "t", "choices": [{"name": "Sanity check", "value": "s"}]}, "sanity CHECK", {"value": "s"}),
        (
            {"type": 3, "name": "t", "choices": [{"name": "A", "value": "a"}]},
            "b",
            {"problem": "t: choose one from the list"},
        ),
        ({"type": 5, "name": "b"}, "true", {"value": True}),
    ]
    read = "([option, text]) => import('/commands.js').then((commands) => commands.readValue(option, text))"
    for option, text, expected in cases:
        assert await page.evaluate(read, [option, text]) == expected, text

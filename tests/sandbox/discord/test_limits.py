"""What Discord refuses in a message, row by row, and what it takes at the edge."""

import pytest

from bot.sandbox.discord.limits import check_nonce, embed_length, is_empty

from .bodies import V2, Json, button, codes, embed, fields, row, text, v2

REFUSED: list[tuple[str, Json, str, str]] = [
    ("a content of 2001 characters", {"content": "x" * 2001}, "content", "BASE_TYPE_MAX_LENGTH"),
    ("a content that is no text", {"content": 5}, "content", "STRING_TYPE_CONVERT"),
    ("eleven embeds", {"embeds": [{"title": "x"}] * 11}, "embeds", "BASE_TYPE_MAX_LENGTH"),
    ("an embed of nothing but a colour", embed(color=5), "embeds.0.description", "BASE_TYPE_REQUIRED"),
    ("a title of 257", embed(title="x" * 257), "embeds.0.title", "BASE_TYPE_MAX_LENGTH"),
    ("a description of 4097", embed(description="x" * 4097), "embeds.0.description", "BASE_TYPE_MAX_LENGTH"),
    ("26 fields", embed(fields=fields(26)), "embeds.0.fields", "BASE_TYPE_MAX_LENGTH"),
    ("a field without a name", embed(fields=fields(1, name=" ")), "embeds.0.fields.0.name", "BASE_TYPE_REQUIRED"),
    ("an empty field value", embed(fields=fields(1, value="")), "embeds.0.fields.0.value", "BASE_TYPE_REQUIRED"),
    (
        "a field value of 1025",
        embed(fields=fields(1, value="x" * 1025)),
        "embeds.0.fields.0.value",
        "BASE_TYPE_MAX_LENGTH",
    ),
    ("a footer of 2049", embed(footer={"text": "x" * 2049}), "embeds.0.footer.text", "BASE_TYPE_MAX_LENGTH"),
    ("an author without a name", embed(author={"url": "https://a.org"}), "embeds.0.author.name", "BASE_TYPE_REQUIRED"),
    ("an embed link to ftp", embed(title="x", url="ftp://example.org/"), "embeds.0.url", "URL_TYPE_INVALID_SCHEME"),
    ("an embed link that is none", embed(title="x", url="example"), "embeds.0.url", "URL_TYPE_INVALID_URL"),
    (
        "an image that did not come along",
        embed(image={"url": "attachment://a.png"}),
        "embeds.0.image.url",
        "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
    ),
    ("a colour beyond white", embed(title="x", color=0x1000000), "embeds.0.color", "NUMBER_TYPE_MAX"),
    ("a time that is none", embed(title="x", timestamp="yesterday"), "embeds.0.timestamp", "DATE_TIME_TYPE_PARSE"),
    (
        "6001 characters in two embeds",
        {"embeds": [{"description": "x" * 4000}, {"description": "x" * 2001}]},
        "embeds",
        "MAX_EMBED_SIZE_EXCEEDED",
    ),
    (
        "components v2 with a content",
        {**v2(text()), "content": "x"},
        "content",
        "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
    ),
    (
        "components v2 with an embed",
        {**v2(text()), "embeds": [{"title": "x"}]},
        "embeds",
        "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
    ),
    (
        "mentions both parsed and listed",
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
        "allowed_mentions",
        "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
    ),
    (
        "mentions of no known kind",
        {"content": "x", "allowed_mentions": {"parse": ["all"]}},
        "allowed_mentions.parse.0",
        "BASE_TYPE_CHOICES",
    ),
    (
        "101 roles to ping",
        {"content": "x", "allowed_mentions": {"roles": [str(n) for n in range(101)]}},
        "allowed_mentions.roles",
        "BASE_TYPE_MAX_LENGTH",
    ),
    ("eleven files", {"attachments": [{"id": n} for n in range(11)]}, "attachments", "BASE_TYPE_MAX_LENGTH"),
]

ACCEPTED: list[tuple[str, Json]] = [
    ("a content of 2000", {"content": "x" * 2000}),
    ("an embed of 6000", {"embeds": [{"description": "x" * 4000}, {"title": "x" * 200, "description": "y" * 1800}]}),
    ("25 fields", embed(fields=fields(25, name="n" * 100, value="v" * 100))),
    ("listed roles, no parsing", {"content": "x", "allowed_mentions": {"parse": [], "roles": ["1"]}}),
]


@pytest.mark.parametrize(("message", "where", "code"), [pytest.param(*one[1:], id=one[0]) for one in REFUSED])
def test_discord_refuses(message: Json, where: str, code: str) -> None:
    assert (where, code) in codes(message)


@pytest.mark.parametrize("message", [pytest.param(one[1], id=one[0]) for one in ACCEPTED])
def test_discord_takes(message: Json) -> None:
    assert codes(message) == set()


@pytest.mark.parametrize(
    ("message", "uploaded", "empty"),
    [
        ({}, 0, True),
        ({"content": " \n"}, 0, True),
        ({"content": "x"}, 0, False),
        ({"embeds": [{"title": "x"}]}, 0, False),
        ({"components": [row(button())]}, 0, False),
        ({}, 1, False),
        ({"flags": V2}, 1, True),
        (v2(text()), 0, False),
    ],
)
def test_a_message_needs_something_to_show(message: Json, uploaded: int, empty: bool) -> None:
    assert is_empty(message, uploaded=uploaded) is empty


@pytest.mark.parametrize(
    ("nonce", "found"),
    [
        ("x" * 25, []),
        ("x" * 26, ["BASE_TYPE_MAX_LENGTH"]),
        (12345, []),
        (None, []),
        (1.5, ["NONCE_TYPE_INVALID_TYPE"]),
    ],
)
def test_a_nonce_has_25_characters(nonce: object, found: list[str]) -> None:
    assert [violation.code for violation in check_nonce({"nonce": nonce})] == found


def test_what_counts_in_an_embed_is_what_people_read() -> None:
    counted = {"title": "a", "description": "bb", "footer": {"text": "ccc"}, "author": {"name": "dddd"}}
    assert embed_length({**counted, "fields": fields(1, name="e", value=" f "), "url": "https://not.counted"}) == 12

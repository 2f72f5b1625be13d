"""The one redactor: what must not leave in a message, a file or a log line.

It knows secrets by their look, and those of the configuration by their value: `remember` is told once, when it is read.
It errs on the side of too much: a word lost from an error message is a smaller harm than a password in a chat. Redact
before cutting, never after: half a secret no longer looks like one. Repetitions are bounded: no text makes it slow.
"""

import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

REDACTED = "[redacted]"

_NAME = (
    r"[\w.-]{0,40}(?:passw(?:or)?d|passphrase|pwd|secret|token|(?:api|access|private)[_-]?key|credentials?"
    r"|sessionid|csrftoken)[\w-]{0,40}"
)
_SCHEME = r"(\b[A-Za-z][A-Za-z0-9+.-]{0,20}://)"
_QUOTED = r"""(["'])[^\r\n]{0,500}?\2"""

# Order matters: a header is taken whole before its parts look like something else.
_RULES: tuple[tuple[str, str], ...] = (
    # a private key, whole or with its end cut off
    (r"(?s)-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)", REDACTED),
    # Authorization: Token ..., 'Cookie': '...'; to the end of the quoted value or of the line
    (
        r"""(?i)(\b(?:(?:proxy-)?authorization|(?:set-)?cookie|x-api-key)["']?\s{0,5}[:=]\s{0,5})"""
        rf"""(?:{_QUOTED}|[^\r\n"'}}]+)""",
        rf"\1{REDACTED}",
    ),
    # the path of a webhook is its password
    (r"(?i)(/api/(?:v\d{1,3}/)?webhooks/)\d+/[\w-]+", rf"\1{REDACTED}"),
    # so is that of an interaction: whoever has it may answer in the bot's name for 15 minutes
    (r"(?i)(/interactions/)\d+/[\w-]+", rf"\1{REDACTED}"),
    # user and password of a URL, also where the password holds a slash or an at sign
    (_SCHEME + r"""[^\s/@:"'<>]{0,200}:[^\s"'<>]{0,200}@""", rf"\1{REDACTED}@"),
    (_SCHEME + r"""[^\s/@:"'<>]{1,200}@""", rf"\1{REDACTED}@"),
    # password=..., "token": "...", PAPERLESS_SECRET_KEY => '...', --secret ...
    (rf"""(?i)(?<![\w-])({_NAME}["']?\s{{0,5}}(?:=>|[=:])\s{{0,5}})(?:{_QUOTED}|[^\s"'&,;)\]}}]+)""", rf"\1{REDACTED}"),
    (rf"(?i)(?<!\S)(--?{_NAME}\s{{1,5}})[^\s-]\S*", rf"\1{REDACTED}"),
    (r"(?i)\b(token|bearer|basic)(\s{1,5})[A-Za-z0-9._~+/=-]{12,}", rf"\1\2{REDACTED}"),
    # by their own look: Discord bot tokens, JSON web tokens, Paperless-ngx (40 hex digits), GitHub, AWS, OpenAI
    (r"\b[A-Za-z0-9_-]{23,30}\.[A-Za-z0-9_-]{6,7}\.[A-Za-z0-9_-]{27,}", REDACTED),
    (r"\beyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?", REDACTED),
    (r"(?i)(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])", REDACTED),
    (r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|AKIA[0-9A-Z]{16}|sk-[A-Za-z0-9_-]{20,})", REDACTED),
    # home directories name people
    (r"""(?<![\w.])/(?:home|Users)/[^/\s"':]+""", "~"),
    (r"""(?<![\w./])/root(?=[/\s"':]|\Z)""", "~"),
    (r"""(?i)\b[a-z]:\\{1,2}users\\{1,2}[^\\\s"':]+""", "~"),
)
_COMPILED = tuple((re.compile(pattern), replacement) for pattern, replacement in _RULES)


_known: tuple[str, ...] = ()
SHORTEST = 8
_OUR_WORDS = re.compile(r"(?:paperless|ngx|postgres(?:ql)?|discord|database|[-_])+", re.I)


def remember(secrets: Iterable[str]) -> None:
    """The secrets of this process, instead of those told before.

    Two kinds are left to their look: the very short, and such as "paperless", which would be cut out of every sentence.
    """
    global _known
    telling = (secret for secret in secrets if len(secret) >= SHORTEST and not _OUR_WORDS.fullmatch(secret))
    forms = {form for secret in telling for form in _forms(secret)}
    _known = tuple(sorted(forms, key=len, reverse=True))  # one may be a part of another


def _forms(secret: str) -> set[str]:
    """As it stands, and as it stands in a URL, in JSON and in a repr."""
    in_urls = {quote(secret), quote(secret, safe=""), quote_plus(secret)}
    return {secret, *in_urls, json.dumps(secret)[1:-1], repr(secret)[1:-1]}


def mask(text: str) -> str:
    """`text` without what was remembered."""
    for secret in _known:
        text = text.replace(secret, REDACTED)
    return text


def redact(text: str) -> str:
    """`text` without tokens, authorization headers, passwords and the names in home directories."""
    text = mask(text)
    for pattern, replacement in _COMPILED:
        text = pattern.sub(replacement, text)
    return text

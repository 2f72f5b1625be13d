"""The one redactor: what must not leave in a message, a file or a log line.

It errs on the side of too much: a word lost from an error message is a smaller harm than a password in a chat. Redact before
cutting, never after: half a secret no longer looks like one.
"""

import re

REDACTED = "[redacted]"

_SECRET_NAME = (
    r"[\w.-]*(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?|sessionid|csrftoken)[\w-]*"
)

# Order matters: a header is taken whole before its parts look like something else.
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    # a private key, whole or with its end cut off
    (re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)", re.S), REDACTED),
    # Authorization: Token ..., 'Authorization': 'Bearer ...', Cookie: ...; to the end of the quoted value or of the line
    (
        re.compile(
            r"""(?i)(\b(?:proxy-)?(?:authorization|cookie|set-cookie|x-api-key)["']?\s*[:=]\s*)(?:(["']).*?\2|[^\r\n"'}]+)"""
        ),
        r"\1" + REDACTED,
    ),
    # the webhook's token is its path
    (re.compile(r"(?i)(/api/(?:v\d+/)?webhooks/)\d+/[\w-]+"), r"\1" + REDACTED),
    # user and password of a URL, also where the password holds a slash or an at sign
    (re.compile(r"(\b[A-Za-z][A-Za-z0-9+.-]{0,20}://)[^\s/@:\"'<>]*:[^\s\"'<>]*@"), r"\1" + REDACTED + "@"),
    (re.compile(r"(\b[A-Za-z][A-Za-z0-9+.-]{0,20}://)[^\s/@:\"'<>]+@"), r"\1" + REDACTED + "@"),
    # password=..., "token": "...", --secret ..., PAPERLESS_SECRET_KEY='...'
    (re.compile(rf"""(?i)(?<![\w-])({_SECRET_NAME}["']?\s*(?:=>|[=:])\s*)(?:(["']).*?\2|[^\s"'&,;)\]}}]+)"""), r"\1" + REDACTED),
    (re.compile(rf"(?i)(?<!\S)(--?{_SECRET_NAME}\s+)[^\s-]\S*"), r"\1" + REDACTED),
    (re.compile(r"(?i)\b(token|bearer|basic)(\s+)[A-Za-z0-9._~+/=-]{12,}"), r"\1\2" + REDACTED),
    # by their own look: Discord bot tokens, JSON web tokens, Paperless (40 hex digits), GitHub, AWS, OpenAI
    (re.compile(r"\b[A-Za-z0-9_-]{23,30}\.[A-Za-z0-9_-]{6,7}\.[A-Za-z0-9_-]{27,}"), REDACTED),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?"), REDACTED),
    (re.compile(r"(?i)(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])"), REDACTED),
    (re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|AKIA[0-9A-Z]{16}|sk-[A-Za-z0-9_-]{20,})"), REDACTED),
    # home directories name people
    (re.compile(r"(?<![\w.])/(?:home|Users)/[^/\s\"':]+"), "~"),
    (re.compile(r"(?<![\w./])/root(?=[/\s\"':]|\Z)"), "~"),
    (re.compile(r"(?i)\b[a-z]:\\+users\\+[^\\\s\"':]+"), "~"),
)


def redact(text: str) -> str:
    """`text` without tokens, authorization headers, passwords and the names in home directories."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text

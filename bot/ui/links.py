"""Links into Paperless's web UI. All of them start with the configured `public_url`; nothing else is ever linked.

Where that is empty there is no link: of a server that was taken out of the configuration cards are left.
"""

from bot.ui.text import Escaped, length

URL_LIMIT = 512
"""What Discord allows a link button."""


def document(link_base: str, document_id: int) -> str:
    return f"{link_base}/documents/{document_id}/details"


def tasks(link_base: str) -> str:
    return f"{link_base}/tasks"


def fits(url: str) -> bool:
    return "://" in url and length(url) <= URL_LIMIT


def masked(label: str, url: str) -> Escaped:
    """A link in running text. `label` is ours; the URL must not end the link early."""
    if "://" not in url:
        return Escaped(label)
    safe = url.replace("(", "%28").replace(")", "%29").replace(" ", "%20").replace("\\", "%5C")
    return Escaped(f"[{label}]({safe})")

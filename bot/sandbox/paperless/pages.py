"""Pages of a list, and the links between them."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from .answers import Call, detail

DEFAULT_PAGE_SIZE = 25
MAX_PAGE_SIZE = 100_000


@dataclass(frozen=True)
class Page:
    number: int
    size: int
    pages: int

    @property
    def start(self) -> int:
        return (self.number - 1) * self.size


def page_of(call: Call, count: int) -> Page:
    size = _positive(call.query("page_size"))
    pages = max(1, -(-count // size))
    text = call.query("page") or "1"
    try:
        number = pages if text == "last" else int(text)
    except ValueError:
        number = 0
    if not 1 <= number <= pages:
        raise detail(404, "Invalid page.")
    return Page(number, size, pages)


def _positive(text: str | None) -> int:
    try:
        size = int(text or "")
    except ValueError:
        return DEFAULT_PAGE_SIZE
    return min(size, MAX_PAGE_SIZE) if size > 0 else DEFAULT_PAGE_SIZE


def link(call: Call, number: int) -> str:
    """An absolute address from the Host header, parameters sorted: X-Forwarded-Proto changes nothing."""
    request = call.request
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(request.rel_url.raw_query_string, keep_blank_values=True):
        query.setdefault(name, []).append(value)
    query.pop("page", None)
    if number > 1:
        query["page"] = [str(number)]
    text = urlencode(sorted(query.items()), doseq=True)
    return f"http://{request.headers.get('Host', '')}{request.rel_url.raw_path}" + (f"?{text}" if text else "")

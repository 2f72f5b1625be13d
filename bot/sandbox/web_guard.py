"""Keeps the page to this machine's own browser.

The demo listens on 127.0.0.1, which every web page in the world can ask a browser to call. So: the Host must be ours
(a name that was rebound to 127.0.0.1 is not), an Origin must be ours, what changes something carries a header that a
foreign page cannot set unasked, and nothing here may be embedded or read elsewhere.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

Next = Callable[[web.Request], Awaitable[web.StreamResponse]]

OWN_HEADER = "X-Sandbox-Page"
OWN_NAMES = ("127.0.0.1", "localhost")
SAFE_METHODS = ("GET", "HEAD")

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}


def refusal(request: web.Request) -> str | None:
    """Why this request is not answered; None where it is our own page's, or a person typing the address."""
    name, _, port = request.host.rpartition(":")
    if name not in OWN_NAMES or port != str(_port(request)):
        return "This address is not the demo's own"
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.host}":
        return "Another web page asked for this"
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if site not in ("same-origin", "none") and not _is_navigation(request):
        return "Another web page asked for this"
    if request.method not in SAFE_METHODS and OWN_HEADER not in request.headers:
        return f"The header {OWN_HEADER} is missing"
    return None


def _is_navigation(request: web.Request) -> bool:
    """Somebody followed a link to the page itself, which shows it and changes nothing."""
    return request.method == "GET" and request.path == "/" and request.headers.get("Sec-Fetch-Mode") == "navigate"


def _port(request: web.Request) -> int:
    socket = request.transport.get_extra_info("sockname") if request.transport else None
    return int(socket[1]) if socket else 0


@web.middleware
async def guard(request: web.Request, handler: Next) -> web.StreamResponse:
    if (reason := refusal(request)) is not None:
        return web.json_response({"message": reason}, status=403, headers=HEADERS)
    return await handler(request)


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """For `on_response_prepare`: also what aiohttp answers by itself (404, 405) carries them."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)

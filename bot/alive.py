"""`python -m bot.alive [URL]` asks /healthz and exits 0 or 1: the container's health check, with no curl in the image.

It is run twice a minute for ever, so it imports next to nothing: what the bot imports would cost more than the bot.
"""

import http.client
import sys
import urllib.request

DEFAULT_URL = "http://127.0.0.1:8080/healthz"


def answers(url: str) -> bool:
    """Whether a bot does; within four seconds."""
    if not url.startswith(("http://", "https://")):
        return False
    try:
        with urllib.request.urlopen(url, timeout=4) as answer:  # noqa: S310  the scheme was looked at
            return answer.status == 200 and b"alive" in answer.read(100)
    except (OSError, http.client.HTTPException):
        return False


def main() -> int:
    return 0 if answers(sys.argv[1] if len(sys.argv) > 1 else DEFAULT_URL) else 1


if __name__ == "__main__":
    sys.exit(main())

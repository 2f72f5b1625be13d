"""The way to the files that people attach."""

import aiohttp


def cdn_session(connector: aiohttp.BaseConnector | None) -> aiohttp.ClientSession:
    """For what is read from Discord's CDN, by the way that the client takes; without its token, and without a total
    time: a large file on a slow line may take as long as something comes."""
    return aiohttp.ClientSession(
        connector=connector,
        connector_owner=connector is None,
        cookie_jar=aiohttp.DummyCookieJar(),
        read_bufsize=2**18,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=60),
    )

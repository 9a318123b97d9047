"""A page that has been answered: nothing it asked is still under way."""

from __future__ import annotations

import time

from playwright.sync_api import Page, Request

_LASTING = ("eventsource", "websocket", "media")
_FRAME = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 20)))"
_CALM = 3  # frames in a row: an answer that is drawn may ask for more
_TIMEOUT_S = 30.0


class Quiet:
    """Hears a page's requests from when it is made. Streams never end and do not count, nor do segments of a film."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._open: set[Request] = set()
        page.on("request", self._begin)
        page.on("requestfinished", lambda request: self._open.discard(request))
        page.on("requestfailed", lambda request: self._open.discard(request))

    def wait(self) -> None:
        """Until everything is answered and drawn."""
        calm, end = 0, time.monotonic() + _TIMEOUT_S
        while calm < _CALM:
            assert time.monotonic() < end, f"no answer to {[request.url for request in self._open]}"
            self._page.evaluate(_FRAME)
            calm = 0 if self._open else calm + 1

    def _begin(self, request: Request) -> None:
        streamed = request.url.endswith("/events") or ".m4s" in request.url
        if request.resource_type not in _LASTING and not streamed:
            self._open.add(request)

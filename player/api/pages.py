"""The built UI: hashed assets for ever, everything else fresh, and the index page for the UI's own addresses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

_NOT_BUILT = (
    "The web interface was not built.\n"
    "Install mediad from a wheel, or build it in the source tree with: ./dev ui\n"
    "The API under /api/v1 works without it.\n"
)
_FOR_EVER = "public, max-age=31536000, immutable"


def pages(static: Path) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """A handler for every address that is not the API's. The files are listed once: no path can lead outside."""
    files = {f"/{path.relative_to(static).as_posix()}": path for path in static.rglob("*") if path.is_file()}
    index = files.get("/index.html")

    async def page(request: web.Request) -> web.StreamResponse:
        if index is None:
            return web.Response(status=503, text=_NOT_BUILT)
        found = files.get(request.path)
        if found is None or found is index:
            # A name with a dot is a file that is not there; anything else is an address within the UI.
            if found is None and "." in request.path.rpartition("/")[2]:
                raise web.HTTPNotFound
            return web.FileResponse(index, headers={"Cache-Control": "no-cache"})
        cache = _FOR_EVER if request.path.startswith("/assets/") else "no-cache"
        return web.FileResponse(found, headers={"Cache-Control": cache})

    return page

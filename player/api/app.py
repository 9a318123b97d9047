"""Makes the aiohttp application from the route table and the services."""

from __future__ import annotations

import msgspec
from aiohttp import web

from player.api.boundary import MAX_BODY_BYTES, adapt, error_boundary, security_headers
from player.api.openapi import describe
from player.api.pages import pages
from player.api.routes import ROUTES, SITE_ROUTES
from player.api.services import Services

PREFIX = "/api/v1"


def make_app(services: Services) -> web.Application:
    """The whole HTTP side. Owns nothing: what it needs was built before and is closed after it."""
    app = web.Application(middlewares=[error_boundary(services)], client_max_size=MAX_BODY_BYTES)
    app.on_response_prepare.append(security_headers(services))
    for prefix, routes in ((PREFIX, ROUTES), ("", SITE_ROUTES)):
        for route in routes:
            # No HEAD: a request for footage is logged as delivered, so it must deliver.
            app.router.add_route(route.method, prefix + route.path, adapt(route, services))
    description = msgspec.json.encode(describe(PREFIX, ROUTES, SITE_ROUTES, services.site.version))

    async def openapi(_request: web.Request) -> web.Response:
        return web.Response(body=description, content_type="application/json")

    app.router.add_get("/api/openapi.json", openapi, allow_head=False)

    async def end_streams(_app: web.Application) -> None:
        services.events.close()
        services.relays.close()

    app.on_shutdown.append(end_streams)
    # Not below /api: there, what is unknown is 404 and a wrong method 405, never a page.
    app.router.add_get("/{rest:(?!api/).*}", pages(services.static))
    return app

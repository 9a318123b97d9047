"""Connections as a server has them that anybody may knock at: what is no HTTP gets an answer of ours, what comes too
slowly is cut, and when all places are taken the one that has waited longest makes room. Event loop only.

The HTTP library answers broken requests with pages of its own that name it, and waits for the rest of a request as long
as it takes. This subclass stands on a few of its inner names (`_messages`, `_request_count`, `_request_in_progress`,
`_upgraded`, `_paused`); tests/integration/player/test_connections.py fails when they change.
"""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import structlog
from aiohttp import web

from player.api.error_answers import answer_to_http, fault, guard, unreadable
from player.api.services import Services

Cut = Literal["slow", "room"]
_MOST = 4096
_log = structlog.get_logger("player.api")


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    head_s: float = 20.0  # a head is there so long after it began; browsers open connections ahead and use them later
    body_s: float = 30.0  # a body may be as slow as it likes for so long
    body_bytes_per_s: int = 4096  # afterwards it must have come at this speed at least, 32 kbit/s
    idle_s: float = 300.0  # between two requests; longer than proxies keep theirs
    look_s: float = 2.0  # how often a request that is coming in is looked at
    most: int = _MOST


def limits_here() -> ConnectionLimits:
    """Half of the descriptors that this process may have: the other half is for footage and databases."""
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return ConnectionLimits(most=max(16, min(_MOST, soft // 2)))


class Runner(web.AppRunner):
    """Runs the application on connections of this kind."""

    def __init__(
        self, app: web.Application, services: Services, *, shutdown_s: float, limits: ConnectionLimits | None = None
    ) -> None:
        super().__init__(app, shutdown_timeout=shutdown_s, access_log=None)
        self._services = services
        self._limits = limits or limits_here()

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(made, Connections(self._services, self._limits))


class Connections:
    """Those that are open; first whose last request, or answer, is longest ago."""

    def __init__(self, services: Services, limits: ConnectionLimits) -> None:
        self.limits = limits
        self.behind_tls = services.site.behind_tls
        self._count: Callable[[Cut], None] = lambda why: services.metrics.cut.labels(why).inc()
        self._open: dict[Connection, None] = {}

    def enter(self, connection: Connection) -> None:
        self._open[connection] = None
        if len(self._open) > self.limits.most:
            # Itself, if everybody else is being served: it stands last.
            self.cut(next((each for each in self._open if each.is_waiting), connection), "room")

    def note(self, connection: Connection) -> None:
        """It has asked for something, or was given it: it waits from now."""
        if connection in self._open:
            self._open[connection] = self._open.pop(connection)

    def leave(self, connection: Connection) -> None:
        self._open.pop(connection, None)

    def cut(self, connection: Connection, why: Cut) -> None:
        self.leave(connection)
        self._count(why)
        connection.cut()


class _Server(web.Server):
    def __init__(self, made: web.Server, connections: Connections) -> None:
        super().__init__(made.request_handler, request_factory=made.request_factory)
        self._known = connections

    def __call__(self) -> web.RequestHandler:
        loop = asyncio.get_running_loop()
        idle_s = self._known.limits.idle_s
        return Connection(self, self._known, loop=loop, access_log=None, keepalive_timeout=idle_s)


class Connection(web.RequestHandler):
    __slots__ = ("_arriving", "_known", "_n_bytes", "_since_s", "_timer")

    def __init__(self, manager: web.Server, known: Connections, **settings: Any) -> None:
        super().__init__(manager, **settings)
        self._known = known
        self._since_s: float | None = None  # since when a request has been coming in; None: none is
        self._arriving: Any = None  # the body of one whose head is there
        self._n_bytes = 0  # of that body
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_waiting(self) -> bool:
        """For the other side: for a request, for the rest of one, or to take what it asked for."""
        is_served = self._request_in_progress or bool(self._messages) or self._upgraded
        return not is_served or self._is_arriving() or self._paused

    def cut(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._begin()
        self._known.enter(self)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._known.leave(self)
        self._end()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        n_before = self._request_count
        super().data_received(data)
        if self._request_count != n_before:
            self._end()
            self._known.note(self)
            self._arriving = self._messages[-1][1] if self._messages else None
            if self._is_arriving():
                self._begin()
        elif self._since_s is None and data and not self._upgraded:
            self._begin()
        else:
            self._n_bytes += len(data)

    def handle_error(
        self, request: Any, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """Instead of the library's page. Its words about a broken request are for the log."""
        if request.writer.output_size > 0:
            raise ConnectionError("An answer is on its way already.")
        if status < 500:
            _log.info("a request was no HTTP", action="request.unreadable", address=request.remote)
            response = unreadable()
        else:
            _log.error("a request failed", action="request.failed", error=repr(exc))
            response = fault()
            response.force_close()
        guard(response, behind_tls=self._known.behind_tls)
        return response

    async def finish_response(self, request: Any, resp: Any, start_time: float | None) -> tuple[Any, bool]:
        """What the library decides before the application is asked (an `Expect` that it does not know) too."""
        if isinstance(resp, web.HTTPException) and resp.status >= 400:
            resp = answer_to_http(resp)
            guard(resp, behind_tls=self._known.behind_tls)
        finished = await super().finish_response(request, resp, start_time)
        self._known.note(self)
        return finished

    # ---- what is coming in --------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._since_s, self._n_bytes = self._loop.time(), 0
        self._look_later()

    def _end(self) -> None:
        self._since_s = self._arriving = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _is_arriving(self) -> bool:
        return self._arriving is not None and not self._arriving.is_eof()

    def _look_later(self) -> None:
        self._timer = self._loop.call_later(self._known.limits.look_s, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._since_s is None or self.transport is None:
            return
        if self._arriving is not None and not self._is_arriving():
            self._end()
            return
        limits = self._known.limits
        if self._reading_paused or self._buffer_paused:
            # We are the slow side: that time does not count.
            self._since_s += limits.look_s
        allowed_s = limits.head_s
        if self._arriving is not None:
            allowed_s = limits.body_s + self._n_bytes / limits.body_bytes_per_s
        if self._loop.time() - self._since_s > allowed_s:
            self._known.cut(self, "slow")
        else:
            self._look_later()

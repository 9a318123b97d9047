"""What a route is: one line says method, path, who may, what goes in and what comes out. Data only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from aiohttp import web

from player.api.services import Services
from player.api.shapes import Answer, Asked, NoQuery
from player.sessions import Session
from player.viewing import Grant
from policy.access import Action, CaseAccessFacts, RecordingFacts

# What must hold before a handler runs:
#   public     nothing
#   session    somebody is signed in
#   site       signed in, and the rules permit `action` on the site
#   recording  signed in, and the rules permit `action` on the recording {id}
#   room       signed in, and the rules permit `action` on the room {room}
#   sitting    the same on the room of the sitting {sid}, with the unit that the sitting belongs to
#   alarm      the same on the room of the alarm {aid}
#   case       signed in, and the rules permit `action` on the case {case}
#   viewing    signed in, and {vid} is an open viewing of this very session
#   decided    signed in; the handler asks the rules itself, because what is asked for stands in the body or query
Target = Literal["public", "session", "site", "recording", "room", "sitting", "alarm", "case", "viewing", "decided"]


@dataclass(frozen=True, slots=True)
class Guard:
    target: Target
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One request that passed its guard."""

    request: web.Request
    services: Services
    address: str
    query: Any  # the route's query struct
    body: Any  # the route's body struct
    signed_in: Session | None
    facts: RecordingFacts | None
    opened: Grant | None
    csrf_from_body: bool = False
    about_case: CaseAccessFacts | None = None

    @property
    def case(self) -> CaseAccessFacts:
        if self.about_case is None:
            raise RuntimeError("this route names no case")
        return self.about_case

    @property
    def session(self) -> Session:
        if self.signed_in is None:
            raise RuntimeError("a public route has no session")
        return self.signed_in

    @property
    def recording(self) -> RecordingFacts:
        if self.facts is None:
            raise RuntimeError("this route names no recording")
        return self.facts

    @property
    def grant(self) -> Grant:
        if self.opened is None:
            raise RuntimeError("this route names no viewing")
        return self.opened

    def part(self, name: str) -> str:
        """A part of the path."""
        return self.request.match_info[name]


Handler = Callable[[Call], Awaitable[Answer | web.StreamResponse | None]]


@dataclass(frozen=True, slots=True)
class Route:
    method: Literal["GET", "POST", "DELETE"]
    path: str
    summary: str
    guard: Guard
    handler: Handler
    answer: type[Answer] | str | None = None  # a struct, a media type, or nothing (204)
    query: type[Asked] = NoQuery
    body: type[Asked] | None = None
    status: int = 200
    csrf_in_body: bool = False  # for sendBeacon, which cannot set headers
    headers: tuple[str, ...] = ()  # request headers that mean something here, for the description
    raw: tuple[str, ...] = ()  # media types of a body that the handler reads itself
    unattended: bool = False  # asked by pages of themselves: it does not put off the end of an idle session
    socket: str = ""  # for a WebSocket: what goes over it, in words, for the description


# Parts of paths: name → (JSON schema of it); what does not fit is not found.
PARTS: dict[str, dict[str, Any]] = {
    "id": {"type": "string", "pattern": "^r[a-z2-7]{20}$"},
    "recording": {"type": "string", "pattern": "^r[a-z2-7]{20}$"},
    "kind": {"type": "string", "pattern": "^(viewing-copy|thumbnails|phashes)$"},
    "vid": {"type": "string", "pattern": "^v[a-z2-7]{26}$"},
    "case": {"type": "string", "pattern": "^c[a-z2-7]{26}$"},
    "activity": {"type": "string", "pattern": "^a[a-z2-7]{26}$"},
    "clip": {"type": "string", "pattern": "^k[a-z2-7]{26}$"},
    "explanation": {"type": "string", "pattern": "^x[a-z2-7]{26}$"},
    "handover": {"type": "string", "pattern": "^m[a-z2-7]{26}$"},
    "hold": {"type": "string", "pattern": "^h[a-z2-7]{26}$"},
    "change": {"type": "string", "pattern": "^g[a-z2-7]{26}$"},
    "destruction": {"type": "string", "pattern": "^d[a-z2-7]{26}$"},
    "proposal": {"type": "string", "pattern": "^p[a-z2-7]{26}$"},
    "digest": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    "shift": {"type": "string", "pattern": "^j[a-z2-7]{26}$"},
    "document": {"type": "string", "pattern": "^d[a-z2-7]{26}$"},
    "seq": {"type": "integer", "minimum": 0, "maximum": 10_000_000},
    "part": {"type": "integer", "minimum": 0, "maximum": 10_000},
    "index": {"type": "integer", "minimum": 0, "maximum": 2**53},
    "bay": {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}$"},
    "room": {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}$"},
    "sample": {"type": "string", "pattern": "^d[a-z2-7]{26}$"},
    "sid": {"type": "string", "pattern": "^s[a-z2-7]{26}$"},
    "aid": {"type": "string", "pattern": "^a[a-z2-7]{26}$"},
}

"""The HTTP boundary: headers, errors, sessions, CSRF and access, in one place for every route. Event loop only."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import structlog
from aiohttp import web

from evidence.catalog.case_queries import find_case
from evidence.catalog.recording_queries import facts_of
from evidence.catalog.sitting_queries import find_alarm, find_sitting
from evidence.errors import (
    Forbidden,
    Invalid,
    MediadError,
    NotFound,
    Unauthenticated,
)
from player.api.error_answers import answer_to, answer_to_http, fault, guard, json_answer, unreadable
from player.api.route import PARTS, Call, Route
from player.api.services import Services
from player.api.shapes import Answer, Asked
from player.sessions import Session
from player.viewing import Grant
from policy.access import Action, CaseAccessFacts, RecordingFacts, RoomFacts

COOKIE = "mediad_session"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,100}")
# Of an alarm whose room is not configured any more: nobody's unit.
_NO_UNIT = "\u0000removed"
MAX_BODY_BYTES = 256 * 1024  # 500 spans are about 40 kB

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_log = structlog.get_logger("player.api")

HttpHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def security_headers(services: Services) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """A signal that sets the headers of every response, streams included."""

    async def prepare(request: web.Request, response: web.StreamResponse) -> None:
        guard(response, behind_tls=services.site.behind_tls)

    return prepare


def error_boundary(services: Services) -> Any:
    """The middleware that turns every failure into the API's one error shape, and counts answers."""

    @web.middleware
    async def boundary(request: web.Request, handler: HttpHandler) -> web.StreamResponse:
        try:
            response = await handler(request)
        except MediadError as error:
            response = answer_to(error)
        except web.HTTPException as error:
            response = answer_to_http(error)
        except web.RequestPayloadError:
            # A body that is no body: chunks without their length, what cannot be unpacked.
            response = unreadable()
        except ConnectionError:
            raise  # the other side left: there is nobody to answer
        except Exception as error:
            _log.exception("a request failed", method=request.method, path=request.path, error=repr(error))
            response = fault()
        resource = request.match_info.route.resource
        services.metrics.requests.labels(resource.canonical if resource else "none", str(response.status)).inc()
        return response

    return boundary


def adapt(route: Route, services: Services) -> HttpHandler:
    """The aiohttp handler of a route: guard, parse, call, encode."""

    async def handle(request: web.Request) -> web.StreamResponse:
        _check_parts(request)
        address = client_address(request, services.site.trusted_proxies)
        session = None
        if route.guard.target != "public":
            session = await signed_in(request, services, used=not route.unattended)
        from_header = _check_origin(route, request, session)
        query = _query(route, request)
        body = await _body(route, request)
        if not from_header:
            _check_token(getattr(body, "csrf", None), session)
        facts = await _facts(route, request, services, session)
        case = await _case(route, request, services, session)
        grant = _grant(route, request, services, session)
        call = Call(request, services, address, query, body, session, facts, grant, not from_header, case)
        answer = await route.handler(call)
        if isinstance(answer, web.StreamResponse):
            return answer
        return web.Response(status=204) if answer is None else _answer(route, answer)

    return handle


def _answer(route: Route, answer: Answer) -> web.Response:
    return json_answer(route.status, answer)


def _check_parts(request: web.Request) -> None:
    for name, value in request.match_info.items():
        schema = PARTS[name]
        if schema["type"] == "integer":
            if not re.fullmatch(r"0|[1-9]\d{0,15}", value, re.ASCII) or int(value) > schema["maximum"]:
                raise NotFound("There is nothing here.")
        elif not re.fullmatch(schema["pattern"], value):
            raise NotFound("There is nothing here.")


async def signed_in(request: web.Request, services: Services, *, used: bool = True) -> Session:
    """The session of the request's cookie; `used=False` only looks at it. Raises Unauthenticated."""
    token = request.cookies.get(COOKIE, "")
    if not _TOKEN.fullmatch(token):
        raise Unauthenticated("You are not signed in.")
    session = services.sessions.believed(token)
    if session is None:
        session = await services.off_loop.run(lambda: services.sessions.resolve(token, used=used))
    return session


def _query(route: Route, request: web.Request) -> Asked:
    given: dict[str, str] = {}
    for name, value in request.query.items():
        if name in given:
            raise Invalid(f"Parameter {name!r} was given twice.")
        # PostgreSQL cannot hold U+0000 and no text of ours contains it.
        if "\x00" in value:
            raise Invalid(f"Parameter {name!r} has a null character.")
        given[name] = value
    try:
        asked: Asked = msgspec.convert(given, route.query, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(f"{error}.") from error
    struct = type(asked)
    for field, name in zip(struct.__struct_fields__, struct.__struct_encode_fields__, strict=True):
        # Read leniently, the text "null" is no value at all: not what was asked for.
        if name in given and getattr(asked, field) is None:
            raise Invalid(f"Parameter {name!r} cannot be {given[name]!r}.")
    return asked


async def _body(route: Route, request: web.Request) -> Asked | None:
    if route.body is None:
        return None
    # sendBeacon may call its body text/plain; everything else says what it sends.
    if request.content_type != "application/json" and request.can_read_body and not route.csrf_in_body:
        raise Invalid("The body must be application/json.")
    data = await request.read() or b"{}"
    if b"\\u0000" in data or b"\x00" in data:
        raise Invalid("The body has a null character.")
    try:
        return msgspec.json.decode(data, type=route.body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Invalid(f"{error}.") from error


def _check_origin(route: Route, request: web.Request, session: Session | None) -> bool:
    """Refuse what another site makes this browser send; False if the token must still be looked for in the body."""
    if request.method in _SAFE:
        return True
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("This request came from another site.")
    token = request.headers.get("X-CSRF-Token")
    if token is None and route.csrf_in_body:
        return False
    _check_token(token, session)
    return True


def _check_token(token: str | None, session: Session | None) -> None:
    # Hashed first: compare_digest refuses text that is not ASCII.
    if session is not None and (token is None or not hmac.compare_digest(_sha(token), _sha(session.csrf))):
        raise Forbidden("The CSRF token is missing or wrong.", remedy="Reload the page.")


def _sha(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


async def _facts(
    route: Route, request: web.Request, services: Services, session: Session | None
) -> RecordingFacts | None:
    """Ask the rules about the site or the recording in the path. Raises Forbidden, NotFound."""
    guard = route.guard
    if guard.action is None or session is None:
        return None
    if guard.target == "site":
        services.access.require(session.principal, guard.action)
    if guard.target in ("room", "sitting", "alarm"):
        await _require_in_room(guard.target, guard.action, request, services, session)
    if guard.target != "recording":
        return None
    recording = request.match_info["id"]
    row = await services.off_loop.query(lambda connection: facts_of(connection, recording))
    if row is None:
        # Who may do this to no recording at all learns nothing about what exists.
        own = RecordingFacts(recording, session.account, session.unit)
        services.access.require(session.principal, guard.action, own)
        raise NotFound("There is no such recording.")
    facts = RecordingFacts(row.id, row.officer, row.unit)
    services.access.require(session.principal, guard.action, facts)
    return facts


async def _require_in_room(
    target: str, action: Action, request: web.Request, services: Services, session: Session
) -> None:
    """Ask the rules about the room that the path leads to. Raises Forbidden, NotFound."""
    rooms = {each.name: RoomFacts(each.name, each.unit) for each in services.rooms.rooms()}
    facts: RoomFacts | None = None
    if target == "room":
        facts = rooms.get(request.match_info["room"])
    elif target == "sitting":
        sitting = request.match_info["sid"]
        row = await services.off_loop.query(lambda connection: find_sitting(connection, sitting))
        facts = None if row is None else RoomFacts(row.room, row.unit)
    else:
        alarm = request.match_info["aid"]
        found = await services.off_loop.query(lambda connection: find_alarm(connection, alarm))
        facts = None if found is None else rooms.get(found.room, RoomFacts(found.room, _NO_UNIT))
    # Who may do this in no room at all learns nothing about what exists.
    services.access.require(session.principal, action, facts or RoomFacts("unknown", session.unit))
    if facts is None:
        raise NotFound(f"There is no such {target}.")


async def _case(
    route: Route, request: web.Request, services: Services, session: Session | None
) -> CaseAccessFacts | None:
    """Ask the rules about the case in the path. Raises Forbidden, NotFound."""
    action = route.guard.action
    if route.guard.target != "case" or action is None or session is None:
        return None
    case = request.match_info["case"]
    row = await services.off_loop.query(lambda connection: find_case(connection, case))
    if row is None:
        # Who may do this to no case at all learns nothing about what exists.
        own = (CaseAccessFacts(case, (session.account,), people, session.unit) for people in ((), (session.account,)))
        if not any(services.access.decide(session.principal, action, each).allowed for each in own):
            services.access.require(session.principal, action, CaseAccessFacts(case))
        raise NotFound("There is no such case.")
    facts = CaseAccessFacts(row.id, row.officers, tuple(sorted(row.people)), row.unit)
    services.access.require(session.principal, action, facts)
    return facts


def _grant(route: Route, request: web.Request, services: Services, session: Session | None) -> Grant | None:
    if route.guard.target != "viewing" or session is None:
        return None
    return services.viewings.check(request.match_info["vid"], session)


def client_address(request: web.Request, trusted: tuple[str, ...]) -> str:
    """Where a request came from: the last address in X-Forwarded-For that is no proxy of ours, if one of ours
    brought it; otherwise the connection's."""
    address = request.remote or "unknown"
    if address not in trusted:
        return address
    # A proxy may add its word as a line of its own behind what the client wrote (RFC 9110 section 5.2).
    said = ",".join(request.headers.getall("X-Forwarded-For", []))
    for hop in reversed([each.strip() for each in said.split(",")]):
        try:
            address = str(ipaddress.ip_address(hop))
        except ValueError:
            break
        if address not in trusted:
            break
    return address

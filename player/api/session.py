"""Signing in and out, and what a visitor may know about the site."""

from __future__ import annotations

import msgspec
from aiohttp import web

from evidence.clock import to_text
from player.api.boundary import COOKIE
from player.api.route import Call
from player.api.shapes import PurposeAnswer, SessionAnswer, SiteAnswer
from player.sessions import Session
from policy.access import AskedPurpose, RoomFacts


async def site(call: Call) -> SiteAnswer:
    about = call.services.site
    return SiteAnswer(
        name=about.name,
        version=about.version,
        timezone=about.timezone,
        languages=about.languages,
        purposes=tuple(
            PurposeAnswer(code=each.code, zh=each.zh, en=each.en, roles=each.roles) for each in about.purposes
        ),
    )


async def sign_in(call: Call) -> web.Response:
    services = call.services
    account, password = call.body.account, call.body.password
    token, session = await services.sign_in.run(
        call.address, lambda: services.sessions.open(account, password, call.address)
    )
    response = web.Response(body=msgspec.json.encode(_answer(call, session)), content_type="application/json")
    # No Max-Age: the browser forgets it when it is closed; the server ends it in any case.
    secure = services.site.behind_tls
    response.set_cookie(COOKIE, token, httponly=True, samesite="Strict", secure=secure, path="/")
    return response


async def current(call: Call) -> SessionAnswer:
    return _answer(call, call.session)


async def sign_out(call: Call) -> web.Response:
    services, session = call.services, call.session
    await services.off_loop.run(lambda: services.sessions.close(session))
    # The session is gone by now: its viewings can hand out nothing, even if this entry must wait.
    await services.viewings.close_session(session)
    response = web.Response(status=204)
    response.del_cookie(COOKIE, path="/")
    return response


async def change_password(call: Call) -> web.Response:
    """One's own. Whoever is signed in to this account must sign in again, here too."""
    services, session, body = call.services, call.session, call.body
    address = call.address
    await services.sign_in.run(address, lambda: services.sessions.change_password(session, body.old, body.new, address))
    await services.viewings.close_session(session)
    response = web.Response(status=204)
    response.del_cookie(COOKIE, path="/")
    return response


def _answer(call: Call, session: Session) -> SessionAnswer:
    return SessionAnswer(
        account=session.account,
        display_name=session.display_name,
        roles=session.roles,
        unit=session.unit,
        csrf=session.csrf,
        expires_at=to_text(session.expires_at),
        may=_may(call, session),
    )


def _may(call: Call, session: Session) -> tuple[str, ...]:
    """What is worth showing: nothing about rooms on a site that has none. "viewing.live" stands for `viewing.open` on a
    room of one's own."""
    access, principal = call.services.access, session.principal
    allowed = access.may(principal)
    if call.services.rooms.rooms():
        room, purpose = RoomFacts("probe", principal.unit), AskedPurpose("any", principal.roles)
        live = access.decide(principal, "viewing.open", room, purpose).allowed
        return (*allowed, "viewing.live") if live else allowed
    return tuple(action for action in allowed if action.partition(".")[0] not in ("room", "sitting", "alarm"))

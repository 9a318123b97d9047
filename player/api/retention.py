"""Retention over HTTP: reading it, and asking for holds, changes and destruction. Decided in `player.retention`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from aiohttp import web
from sqlalchemy import Connection

from evidence import retention_entries as rt
from evidence.canonical import Digest
from evidence.catalog import retention_facts
from evidence.catalog import retention_queries as queries
from evidence.clock import from_text, to_text
from evidence.entries import AnyEntry
from evidence.errors import Invalid, NotFound
from player.api import retention_shapes as s
from player.api.retention_answers import (
    case_answer,
    change_answer,
    destruction_answer,
    expiring_answer,
    hold_answer,
    kept_answer,
    overview_answer,
    simulated_answer,
    staying,
)
from player.api.route import Call
from player.retention import changes as moves
from player.retention import destruction as ending
from player.retention import holds as holding
from player.retention.asking import Asking, doubted_since
from player.retention.holds import HoldWords

_LISTED = 200
T = TypeVar("T")


async def overview(call: Call) -> s.RetentionAnswer:
    asking, terms = _asking(call), call.services.terms
    return await call.services.keeping.query(lambda connection: overview_answer(connection, asking, terms))


async def expiring(call: Call) -> s.ExpiringAnswer:
    asking, query, terms = _asking(call), call.query, call.services.terms
    return await call.services.keeping.query(
        lambda connection: expiring_answer(connection, asking, terms, query.days, query.code)
    )


async def simulate(call: Call) -> s.SimulatedAnswer:
    asking, wanted = _asking(call), _wanted(call.body)
    return await _query(
        call,
        lambda connection: simulated_answer(
            connection, moves.simulate(connection, wanted, asking.rules, asking.at), asking
        ),
    )


async def changes(call: Call) -> s.ChangesAnswer:
    account = call.session.account
    found = await _query(call, lambda connection: queries.changes_page(connection, _LISTED))
    return s.ChangesAnswer(changes=tuple(change_answer(each, account) for each in found))


async def propose(call: Call) -> s.ChangeAnswer:
    change, wanted, reason = rt.new_id("g"), _wanted(call.body), call.body.reason.strip()
    asked = _asking(call)
    found = await _query(call, lambda connection: moves.simulate(connection, wanted, asked.rules, asked.at))
    await _decide(call, lambda connection, asking: moves.propose(connection, change, wanted, found, reason, asking))
    return await _change(call, change)


async def approve_change(call: Call) -> s.ChangeAnswer:
    change, note = call.part("change"), call.body.note
    await _decide(call, lambda connection, asking: moves.approve(connection, change, note, asking))
    return await _change(call, change)


async def cancel_change(call: Call) -> s.ChangeAnswer:
    change, reason = call.part("change"), call.body.reason.strip()
    await _decide(call, lambda connection, asking: moves.cancel(connection, change, reason, asking))
    return await _change(call, change)


async def confirm_clock(call: Call) -> s.ClockAnswer:
    """A person has compared the server's clock with another."""
    now = to_text(call.services.clock.now())
    entry = rt.ClockConfirmed(at=now, note=call.body.note, by=call.session.account)
    await call.services.log.append(entry)
    return s.ClockAnswer(doubted_at=await _query(call, doubted_since), now=now)


async def holds(call: Call) -> s.HoldsAnswer:
    account = call.session.account

    def read(connection: Connection) -> s.HoldsAnswer:
        found = retention_facts.all_holds(connection, _LISTED)
        return s.HoldsAnswer(holds=tuple(hold_answer(connection, each, account) for each in found))

    return await _query(call, read)


async def set_hold(call: Call) -> s.HoldAnswer:
    body, hold = call.body, rt.new_id("h")
    words = HoldWords(
        body.on, body.target.strip(), body.reason.strip(), _instant(body.from_at), _instant(body.until_at)
    )
    await _decide(call, lambda connection, asking: holding.set_hold(connection, hold, words, asking))
    return await _hold(call, hold)


async def lift_hold(call: Call) -> s.HoldAnswer:
    hold, reason = call.part("hold"), call.body.reason.strip()
    await _decide(call, lambda connection, asking: holding.lift_hold(connection, hold, reason, asking))
    return await _hold(call, hold)


async def destructions(call: Call) -> s.DestructionsAnswer:
    asking = _asking(call)

    def read(connection: Connection) -> s.DestructionsAnswer:
        found = queries.destructions_page(connection, _LISTED)
        stays = staying(connection, found, asking, told=True)
        return s.DestructionsAnswer(
            destructions=tuple(destruction_answer(connection, each, asking.account, stays) for each in found)
        )

    return await _query(call, read)


async def request_destruction(call: Call) -> s.DestructionAnswer:
    made, body = rt.new_id("d"), call.body
    await _decide(
        call, lambda connection, asking: ending.request(connection, made, body.recordings, body.reason.strip(), asking)
    )
    return await _destruction(call, made)


async def approve_destruction(call: Call) -> s.DestructionAnswer:
    destruction, note = call.part("destruction"), call.body.note
    await _decide(call, lambda connection, asking: ending.approve(connection, destruction, note, asking))
    return await _destruction(call, destruction)


async def cancel_destruction(call: Call) -> s.DestructionAnswer:
    destruction, reason = call.part("destruction"), call.body.reason.strip()
    await _decide(call, lambda connection, asking: ending.cancel(connection, destruction, reason, asking))
    return await _destruction(call, destruction)


async def certificate(call: Call) -> web.Response:
    """The PDF, as it was set when the last recording was gone."""
    destruction = call.part("destruction")
    row = await _query(call, lambda connection: queries.find_destruction(connection, destruction))
    if row is None or row.pdf is None:
        raise NotFound("There is no certificate of this destruction yet.")
    digest = Digest(row.pdf)
    pdf = await call.services.off_loop.run(lambda: call.services.blobs.read(digest))
    headers = {"Content-Disposition": f'inline; filename="{destruction}.pdf"'}
    return web.Response(body=pdf, content_type="application/pdf", headers=headers)


async def of_recording(call: Call) -> s.KeptAnswer:
    asking, recording, told = _asking(call), call.recording.id, _is_told(call)
    return await _query(call, lambda connection: kept_answer(connection, recording, asking, told))


async def of_case(call: Call) -> s.CaseRetentionAnswer:
    asking, case, told = _asking(call), call.case.id, _is_told(call)
    return await _query(call, lambda connection: case_answer(connection, case, asking, told))


def _is_told(call: Call) -> bool:
    """May this account know why something is on hold?"""
    return call.services.access.decide(call.session.principal, "retention.read").allowed


async def _change(call: Call, change: str) -> s.ChangeAnswer:
    row = await _query(call, lambda connection: queries.find_change(connection, change))
    if row is None:
        raise NotFound("There is no such change.")
    return change_answer(row, call.session.account)


async def _hold(call: Call, hold: str) -> s.HoldAnswer:
    account = call.session.account

    def read(connection: Connection) -> s.HoldAnswer:
        row = retention_facts.find_hold(connection, hold)
        if row is None:
            raise NotFound("There is no such hold.")
        return hold_answer(connection, row, account)

    return await _query(call, read)


async def _destruction(call: Call, destruction: str) -> s.DestructionAnswer:
    asking = _asking(call)

    def read(connection: Connection) -> s.DestructionAnswer:
        row = queries.find_destruction(connection, destruction)
        if row is None:
            raise NotFound("There is no such destruction.")
        return destruction_answer(connection, row, asking.account, staying(connection, (row,), asking, told=True))

    return await _query(call, read)


async def _decide(call: Call, one: Callable[[Connection, Asking], AnyEntry]) -> None:
    """Let `one` decide in the transaction that appends its entry. Raises what it raises."""
    asking = _asking(call)

    def decide(connection: Connection) -> Sequence[AnyEntry]:
        return (one(connection, asking),)

    await call.services.log.decide(decide)


async def _query(call: Call, read: Callable[[Connection], T]) -> T:
    return await call.services.off_loop.query(read)


def _asking(call: Call) -> Asking:
    services = call.services
    return Asking(call.session.account, services.clock.now(), services.retention, services.site.delays)


def _wanted(body: s.WantedChange) -> moves.Wanted:
    return moves.Wanted(body.of, body.items, tuple(dict.fromkeys(body.recordings)), body.case, body.code)


def _instant(text: str | None) -> str | None:
    """A time in the catalog's form. Raises Invalid for a day that does not exist."""
    if text is None:
        return None
    try:
        return to_text(from_text(text))
    except (ValueError, OverflowError) as error:
        raise Invalid(f"{text!r} is no time.") from error

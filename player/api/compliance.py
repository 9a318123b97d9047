"""Compliance figures over HTTP: what they are, what each of them counts, and both as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from evidence.errors import Forbidden, Invalid
from player.api.compliance_shapes import (
    ChosenAnswer,
    ChosenPageAnswer,
    ComplianceAnswer,
    FiguresAnswer,
    GroupAnswer,
    NotJudgedAnswer,
    PartAnswer,
)
from player.api.cursors import from_cursor, to_cursor
from player.api.recordings import moment
from player.api.route import Call
from player.cases.judging import from_ms, to_ms
from player.cases.kept_tallies import Standing
from player.csv_text import csv_pieces, to_csv
from policy.access import ListScope
from policy.compliance import Choice, Chosen, Figures, Part, Period, Summary, chosen, summary
from policy.finding_words import in_words
from policy.findings import Rules
from policy.tallies import CaseTally

# How long a request waits for cases to be judged that have changed since.
_WAIT_S = 1.0
_LONGEST_MS = 3_660 * 86_400_000
# Answers kept: a few people look at a few groupings each.
_MOST_KEPT = 64
_SUMS = tuple(Figures.__dataclass_fields__)


async def figures(call: Call) -> ComplianceAnswer:
    """Figures of what this account may see statistics of."""
    scope, choice = _scope(call), _choice(call)
    standing = await _standing(call)

    found, units = await call.services.off_loop.run(lambda: _reckon(standing, scope, choice))
    return ComplianceAnswer(
        from_at=from_ms(choice.period.start_ms),
        to_at=from_ms(choice.period.end_ms),
        by=call.query.by,
        entries=standing.position,
        items=call.services.rules.items.version,
        pending=standing.pending,
        failed=tuple(
            NotJudgedAnswer(case=case, reason=why) for case, why in standing.failed.items() if scope.everything
        ),
        unplaced=found.unplaced,
        total=FiguresAnswer(**_values(found.total)),
        groups=tuple(GroupAnswer(key=key, **_values(each)) for key, each in found.groups),
        kinds=_parts(found.kinds),
        causes=_parts(found.causes),
        contents=_parts(found.contents),
        units=units,
    )


def _reckon(standing: Standing, scope: ListScope, choice: Choice) -> tuple[Summary, tuple[str, ...]]:
    """The figures, and the units that the filter can take. Kept until a tally changes."""
    key = (scope.everything or scope.unit, choice)
    known = standing.reckoned.get(key)
    if isinstance(known, tuple):
        return known
    cases = _visible(standing, scope)
    found = summary(cases, choice), tuple(sorted({each.unit for each in cases if each.unit}))
    if len(standing.reckoned) >= _MOST_KEPT:
        standing.reckoned.clear()
    standing.reckoned[key] = found
    return found


async def listing(call: Call) -> ChosenPageAnswer:
    """The things that one figure counts, page by page. All of them belong to cases that the account may read."""
    query, rows = call.query, await _chosen(call)
    start = from_cursor(query.cursor, int) or 0
    shown = rows[start : start + query.limit]
    more = start + query.limit < len(rows)
    return ChosenPageAnswer(
        rows=tuple(_row(call.services.rules, each) for each in shown),
        total=len(rows),
        next=to_cursor(start + query.limit if more else None),
    )


async def figures_csv(call: Call) -> web.Response:
    answer = await figures(call)
    head = [answer.by, *(name for name in GroupAnswer.__struct_fields__ if name != "key")]
    rows = [(*_cells(each, head[1:], each.key),) for each in answer.groups]
    rows.append((*_cells(answer.total, head[1:], "total"),))
    return _file(f"compliance-by-{answer.by}.csv", to_csv(head, rows))


async def listing_csv(call: Call) -> web.StreamResponse:
    """All of them, however many."""
    rows = await _chosen(call)
    head = ChosenAnswer.__struct_fields__
    rules = call.services.rules
    pieces = csv_pieces(head, (_line(_row(rules, each)) for each in rows))
    return await _stream(call, f"compliance-{call.query.figure}.csv", pieces)


def _cells(answer: FiguresAnswer, names: list[str], key: str) -> Iterator[Any]:
    yield key
    for name in names:
        value = getattr(answer, name)
        yield round(value, 6) if isinstance(value, float) else value


def _line(answer: ChosenAnswer) -> list[Any]:
    values = [getattr(answer, name) for name in answer.__struct_fields__]
    return [
        "、".join(each) if isinstance(each, tuple) else str(each).lower() if isinstance(each, bool) else each
        for each in values
    ]


def _file(name: str, data: bytes) -> web.Response:
    return web.Response(body=data, headers=_attached(name))


async def _stream(call: Call, name: str, pieces: Iterator[bytes]) -> web.StreamResponse:
    """Piece by piece, each made beside the event loop. What breaks off shows as a download that failed."""
    response, whole = web.StreamResponse(headers=_attached(name)), False
    await response.prepare(call.request)
    try:
        while piece := await call.services.off_loop.run(lambda: next(pieces, b"")):
            await response.write(piece)
        await response.write_eof()
        whole = True
    finally:
        if not whole and call.request.transport is not None:
            call.request.transport.abort()
    return response


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Content-Type": "text/csv; charset=utf-8"}


async def _standing(call: Call) -> Standing:
    tallies = call.services.tallies
    return await call.services.tallying.run(lambda: tallies.advance(_WAIT_S))


async def _chosen(call: Call) -> list[Chosen]:
    scope, choice, figure = _scope(call), _choice(call), call.query.figure
    standing = await _standing(call)
    return await call.services.off_loop.run(lambda: list(chosen(_in_order(_visible(standing, scope)), choice, figure)))


def _visible(standing: Standing, scope: ListScope) -> list[CaseTally]:
    tallies = standing.tallies.values()
    return [case for case in tallies if scope.everything or (case.unit is not None and case.unit == scope.unit)]


def _in_order(cases: list[CaseTally]) -> list[CaseTally]:
    """A fixed one, so that pages fit together."""
    return sorted(cases, key=lambda each: (-each.opened_ms, each.id))


def _scope(call: Call) -> ListScope:
    """Whose figures this account may see. Raises Forbidden."""
    scope = call.services.access.compliance_scope(call.session.principal)
    if scope.nothing:
        raise Forbidden("No rule permits this. (compliance.read)")
    return scope


def _choice(call: Call) -> Choice:
    query = call.query
    period = Period(_instant(query.from_, "from"), _instant(query.to, "to"))
    if not 0 < period.end_ms - period.start_ms <= _LONGEST_MS:
        raise Invalid("A period ends after it begins, and is at most ten years long.")
    return Choice(
        period=period,
        zone=ZoneInfo(call.services.site.timezone),
        unit=query.unit,
        item=query.item,
        by=query.by,
        key=getattr(query, "key", None),
        kind=getattr(query, "kind", None),
        cause=getattr(query, "cause", None),
    )


def _instant(text: str, name: str) -> int:
    known = moment(text, name)
    if known is None:
        raise Invalid(f"Parameter {name!r} is missing.")
    return to_ms(known)


def _values(found: Figures) -> dict[str, Any]:
    sums: dict[str, Any] = {name: getattr(found, name) for name in _SUMS}
    return sums | {"coverage": found.coverage, "late_share": found.late_share}


def _parts(parts: tuple[Part, ...]) -> tuple[PartAnswer, ...]:
    return tuple(PartAnswer(name=p.name, n=p.n, unexplained=p.unexplained, length_ms=p.length_ms) for p in parts)


def _rules_of(each: Chosen, rules: Rules) -> Rules:
    """What judged it: the list of when the activity began, or of when the case was opened."""
    if each.activity is None:
        return rules.at(each.case.opened_ms)
    return rules.of_act(each.activity.item, each.activity.start_ms if each.activity.begun else None)


def _row(known: Rules, each: Chosen) -> ChosenAnswer:
    case, activity, tally, recording = each.case, each.activity, each.finding, each.recording
    rules = _rules_of(each, known)
    words = None if tally is None else in_words(tally.finding, rules.items, rules.zone)
    start, end = (None, None) if activity is None else (activity.start_ms, activity.end_ms)
    return ChosenAnswer(
        case=case.id,
        case_number=case.number,
        case_title=case.title,
        unit=case.unit,
        activity=None if activity is None else activity.id,
        item=None if activity is None else activity.item,
        officers=case.officers if activity is None else activity.officers,
        started_at=None if start is None else from_ms(start),
        ended_at=None if end is None else from_ms(end),
        required_ms=0 if activity is None else activity.required_ms,
        shown_ms=0 if activity is None else activity.shown_ms,
        missing_ms=0 if activity is None else activity.missing_ms,
        doubtful_ms=0 if activity is None else activity.doubtful_ms,
        kind=None if tally is None else tally.finding.kind,
        zh=None if words is None else words.zh,
        en=None if words is None else words.en,
        standing=None if tally is None else tally.standing,
        cause=None if tally is None else tally.cause,
        recording=None if recording is None else recording.id,
        device=None if recording is None else recording.device,
        late=None if recording is None else recording.late,
    )

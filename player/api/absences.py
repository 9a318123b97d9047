"""Missing footage over HTTP. What an account sees, explains and decides is asked of the rules, absence by absence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection

from evidence import case_entries as ce
from evidence.catalog.document_rows import documents_of
from evidence.clock import to_text
from evidence.entries import AnyEntry
from evidence.errors import Forbidden, MediadError, NotFound
from player import absences as service
from player.absences import Found, Said, key_of, with_words
from player.api.absence_shapes import AbsenceAnswer, AbsenceExplanationAnswer, AbsencesAnswer
from player.api.case_answers import Extra, document_answers, due_values
from player.api.case_shapes import MadeAnswer
from player.api.route import Call
from player.cases.changes import Asking
from player.cases.judging import from_ms
from player.concerns import absence_key, due_of_absences
from policy.absence_explaining import require_approver, require_explainer
from policy.absence_words import absence_in_words
from policy.absences import Absence
from policy.access import ListScope, RecordingFacts
from policy.explaining import Person

_SAID = ("id", "cause", "statement", "by", "at", "state", "decided_by", "decided_at", "decision")


async def listing(call: Call) -> AbsencesAnswer:
    """What is missing of the devices, people and units that this account may know of; latest first."""
    query, asking, scope = call.query, asking_of(call), _visible(call)

    missing = await _missing(call, asking)

    def chosen(absence: Absence) -> bool:
        asked = (query.device, query.kind, query.unit, query.officer)
        of = (absence.device, absence.kind, absence.unit, absence.officer)
        named = query.absence is None or key_of(absence) == query.absence
        return (
            named and sees(scope, absence) and all(one in (None, other) for one, other in zip(asked, of, strict=True))
        )

    def read(connection: Connection) -> tuple[tuple[Found, ...], Extra]:
        found = with_words(connection, (each for each in missing if chosen(each)))
        attached = documents_of(connection, [said.row.id for each in found for said in each.said])
        return found, Extra(due_of_absences(connection, found, asking), attached)

    found, extra = await call.services.off_loop.query(read)
    shown = [each for each in found if query.state is None or each.state == query.state]
    page = shown[query.skip : query.skip + query.limit]
    units = sorted({each.unit for each in missing if each.unit is not None and sees(scope, each)})
    return AbsencesAnswer(
        absences=tuple(_answer(each, call, asking, extra) for each in page), total=len(shown), units=tuple(units)
    )


async def explain(call: Call) -> MadeAnswer:
    body, asking, made = call.body, asking_of(call), ce.new_id("x")
    scope = _visible(call)
    missing = await _missing(call, asking)
    found = next((each for each in missing if key_of(each) == body.absence and sees(scope, each)), None)
    if found is None:
        raise NotFound("There is no such finding now.", remedy="Load the page again.")
    call.services.access.require(call.session.principal, "absence.explain", _facts(found))
    await _decide(call, lambda c: service.explain_absence(c, made, found, body.cause, body.statement, asking))
    return MadeAnswer(id=made)


async def decide(call: Call) -> None:
    body, asking, explanation = call.body, asking_of(call), call.part("explanation")
    _require_any(call)
    said = await call.services.off_loop.query(lambda c: service.find_explanation(c, explanation))
    row = said.row
    facts = RecordingFacts(row.device or "", row.officer, row.unit)
    call.services.access.require(call.session.principal, "absence.approve", facts)
    await _decide(call, lambda c: service.decide_absence(c, explanation, body.approved, body.note, asking))


async def _missing(call: Call, asking: Asking) -> tuple[Absence, ...]:
    """Everything that is missing, whoever may know of it."""
    return await call.services.off_loop.run(lambda: call.services.absences.find(asking.rules, asking.now))


async def _decide(call: Call, one: Callable[[Connection], AnyEntry]) -> None:
    def decide(connection: Connection) -> Sequence[AnyEntry]:
        return (one(connection),)

    await call.services.log.decide(decide)


def asking_of(call: Call) -> Asking:
    now = call.services.clock.now()
    person = Person(call.session.account, call.session.roles)
    return Asking(person, to_text(now), now, call.services.rules)


def _visible(call: Call) -> ListScope:
    scope = call.services.access.absence_scope(call.session.principal)
    if scope.nothing:
        raise Forbidden("No rule permits this. (absence.read)")
    return scope


def _require_any(call: Call) -> None:
    """Who may decide about nothing at all learns nothing about what exists."""
    who = call.session.principal
    facts = (RecordingFacts("", None, unit) for unit in (None, who.unit))
    if not any(call.services.access.decide(who, "absence.approve", each).allowed for each in facts):
        raise Forbidden("No rule permits this. (absence.approve)")


def sees(scope: ListScope, absence: Absence) -> bool:
    own = scope.officer is not None and absence.officer == scope.officer
    units = scope.unit is not None and absence.unit == scope.unit
    return scope.everything or own or units


def _facts(absence: Absence) -> RecordingFacts:
    return RecordingFacts(absence.device or "", absence.officer, absence.unit)


def _answer(found: Found, call: Call, asking: Asking, extra: Extra) -> AbsenceAnswer:
    absence, rules = found.absence, asking.rules
    words = absence_in_words(absence, rules.zone)
    may = (
        found.state in ("open", "rejected")
        and call.services.access.decide(call.session.principal, "absence.explain", _facts(absence)).allowed
        and _permits(lambda: require_explainer(asking.person, rules.items.missing))
    )
    spanned = absence.start_ms < absence.end_ms
    return AbsenceAnswer(
        key=found.key,
        kind=absence.kind,
        device=absence.device,
        officer=absence.officer,
        unit=absence.unit,
        about=absence.about,
        start_at=from_ms(absence.start_ms) if spanned else None,
        end_at=from_ms(absence.end_ms) if spanned else None,
        known_at=from_ms(absence.known_ms),
        zh=words.zh,
        en=words.en,
        trouble="" if absence.seen is None else absence.seen.trouble,
        state=found.state,
        may_explain=may,
        recordings=absence.recordings,
        explanations=tuple(_explanation(each, call, asking, extra) for each in found.said),
        **due_values(extra.due.get(absence_key(found)) if found.state != "answered" else None),
    )


def _explanation(said: Said, call: Call, asking: Asking, extra: Extra) -> AbsenceExplanationAnswer:
    facts = RecordingFacts(said.row.device or "", said.row.officer, said.row.unit)
    may = (
        said.rule.state == "waiting"
        and call.services.access.decide(call.session.principal, "absence.approve", facts).allowed
        and _permits(lambda: require_approver(asking.person, said.rule, asking.rules.items.missing))
    )
    values: dict[str, Any] = {name: getattr(said.row, name) for name in _SAID}
    attached = document_answers(extra.documents.get(said.row.id, ()))
    return AbsenceExplanationAnswer(**values, may_decide=may, documents=attached)


def _permits(require: Callable[[], None]) -> bool:
    try:
        require()
    except MediadError:
        return False
    return True

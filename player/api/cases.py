"""Cases over HTTP: reading them judged, and asking for changes. Every decision is made in `player.cases`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from evidence import case_entries as ce
from evidence.catalog.case_moves import moves_of
from evidence.catalog.case_queries import CaseFilter, CasesVisible, cases_page
from evidence.catalog.document_rows import documents_of
from evidence.catalog.handover_rows import handovers_of
from evidence.catalog.recording_queries import facts_of
from evidence.clock import to_text
from evidence.entries import AnyEntry
from evidence.errors import Forbidden, NotFound
from evidence.records import RecordingId
from player.api.case_answers import Course, Extra, case_answer, case_detail, finding_values
from player.api.case_shapes import (
    ActivityBody,
    CaseAnswer,
    CaseBody,
    CaseDetail,
    CasesAnswer,
    InboxAnswer,
    InboxFinding,
    MadeAnswer,
)
from player.api.cursors import from_cursor, to_cursor
from player.api.instants import instant
from player.api.route import Call
from player.cases import changes, clips, closing, emergencies, explanations
from player.cases.changes import ActivityWords, Asking, CaseWords, MatchWords
from player.cases.clips import ClipWords
from player.cases.emergencies import ApprovalWords
from player.cases.handing_over import belongings
from player.cases.judging import Judged, judge
from player.cases.looking import looked_at
from player.concerns import due_of_case
from player.rooms import room_now
from policy.access import CaseAccessFacts, RecordingFacts
from policy.explaining import Person

_CURSOR = tuple[str, str]


async def listing(call: Call) -> CasesAnswer:
    """A page of the cases that this account may read."""
    query = call.query
    wanted = CaseFilter(
        visible=visible(call),
        q=query.q,
        state=query.state,
        kind=query.kind,
        subject=query.subject,
        after=from_cursor(query.cursor, _CURSOR),
        limit=query.limit,
    )
    page = await call.services.off_loop.query(lambda connection: cases_page(connection, wanted))
    return CasesAnswer(cases=tuple(case_answer(row) for row in page.rows), next=to_cursor(page.after))


async def inbox(call: Call) -> InboxAnswer:
    """The findings of open cases, case by case, newest case first."""
    query, asking = call.query, _asking(call)
    rules, person = asking.rules, asking.person
    after = from_cursor(query.cursor, _CURSOR)
    wanted = CaseFilter(visible=visible(call), state="open", after=after, limit=query.limit)

    def read(connection: Connection) -> InboxAnswer:
        page = cases_page(connection, wanted)
        judged = [judge(connection, row.id, rules) for row in page.rows]
        due = {key: one for each in judged for key, one in due_of_case(connection, each, asking).items()}
        found = (
            InboxFinding(
                **finding_values(finding, each, person, due),
                case=each.file.case.id,
                case_number=each.file.case.number,
                case_title=each.file.case.title,
                unit=each.file.case.unit,
            )
            for each in judged
            for finding in each.open
        )
        # What is most urgent first; then case by case, as they come.
        return InboxAnswer(findings=tuple(sorted(found, key=_urgency)), next=to_cursor(page.after))

    return await call.services.off_loop.query(read)


async def open_case(call: Call) -> CaseDetail:
    """Enter a case. An officer must be on it, a supervisor's unit must be its own: else they could not read it."""
    case, words = ce.CaseId(ce.new_id("c")), _case_words(call.body)
    facts = CaseAccessFacts(case, words.officers, words.officers, words.unit)
    call.services.access.require(call.session.principal, "case.read", facts)
    await settle(call, lambda connection, asking: changes.open_case(connection, case, words, asking))
    return await told(call, case)


async def detail(call: Call) -> CaseDetail:
    return await told(call, call.case.id)


async def change_case(call: Call) -> CaseDetail:
    case, words = call.case.id, _case_words(call.body)
    await settle(call, lambda connection, asking: changes.change_case(connection, case, words, asking))
    return await told(call, case)


async def record_activity(call: Call) -> MadeAnswer:
    case, activity, words = call.case.id, ce.new_id("a"), _activity_words(call.body)
    await settle(call, lambda c, asking: changes.record_activity(c, case, activity, words, asking))
    return MadeAnswer(id=activity)


async def change_activity(call: Call) -> MadeAnswer:
    case, activity, words = call.case.id, call.part("activity"), _activity_words(call.body)
    await settle(call, lambda c, asking: changes.change_activity(c, case, activity, words, asking))
    return MadeAnswer(id=activity)


async def state_emergency(call: Call) -> None:
    case, activity, body = call.case.id, call.part("activity"), call.body
    await settle(
        call, lambda c, asking: emergencies.state_emergency(c, case, activity, body.emergency, body.reason, asking)
    )


async def make_up(call: Call) -> MadeAnswer:
    case, activity, body, made = call.case.id, call.part("activity"), call.body, ce.new_id("x")
    words = ApprovalWords(instant(body.approved_at), body.approver.strip(), body.number.strip())
    await settle(call, lambda c, asking: emergencies.make_up(c, case, activity, made, words, asking))
    return MadeAnswer(id=made)


async def withdraw_activity(call: Call) -> None:
    case, activity, reason = call.case.id, call.part("activity"), call.body.reason
    await settle(call, lambda c, asking: changes.withdraw_activity(c, case, activity, reason, asking))


async def match_footage(call: Call) -> None:
    body, case = call.body, call.case.id
    facts = await _require_recording(call, body.recording)
    may_read = call.services.access.decide(call.session.principal, "recording.read", facts).allowed
    words = MatchWords(body.activity, body.recording, body.verdict, body.reason, may_read)
    await settle(call, lambda c, asking: changes.match_footage(c, case, words, asking))


async def mark_clip(call: Call) -> MadeAnswer:
    """Who may not read the recording may not mark it."""
    body, case, clip = call.body, call.case.id, ce.new_id("k")
    facts = await _require_recording(call, body.recording)
    call.services.access.require(call.session.principal, "recording.read", facts)
    words = ClipWords(body.recording, body.start_ms, body.end_ms, body.activity, body.moment, body.note)
    await settle(call, lambda c, asking: clips.mark_clip(c, case, clip, words, asking))
    return MadeAnswer(id=clip)


async def withdraw_clip(call: Call) -> None:
    case, clip, reason = call.case.id, call.part("clip"), call.body.reason
    await settle(call, lambda c, asking: clips.withdraw_clip(c, case, clip, reason, asking))


async def explain(call: Call) -> MadeAnswer:
    body, case, made = call.body, call.case.id, ce.new_id("x")
    await settle(
        call, lambda c, asking: explanations.explain(c, case, made, body.finding, body.cause, body.statement, asking)
    )
    return MadeAnswer(id=made)


async def decide(call: Call) -> None:
    body, case, explanation = call.body, call.case.id, call.part("explanation")
    await settle(call, lambda c, asking: explanations.decide(c, case, explanation, body.approved, body.note, asking))


async def close(call: Call) -> CaseAnswer:
    case, note = call.case.id, call.body.note
    await settle(call, lambda c, asking: closing.close_case(c, case, note, asking))
    return await told(call, case)


async def archive(call: Call) -> CaseAnswer:
    case, note = call.case.id, call.body.note
    await settle(call, lambda c, asking: closing.archive_case(c, case, note, asking))
    return await told(call, case)


async def reopen(call: Call) -> CaseAnswer:
    case, reason = call.case.id, call.body.reason
    await settle(call, lambda c, asking: closing.reopen_case(c, case, reason, asking))
    return await told(call, case)


async def correct_time(call: Call) -> None:
    """A recording's true start. What the device said stays in its manifest."""
    body, recording = call.body, call.recording.id
    entry = ce.RecordingTimed(
        at=to_text(call.services.clock.now()),
        recording=RecordingId(recording),
        started_at=instant(body.started_at),
        uncertainty_ms=body.uncertainty_ms,
        reason=body.reason,
        by=call.session.account,
    )
    await call.services.log.append(entry)


async def settle(call: Call, one: Callable[[Connection, Asking], AnyEntry]) -> None:
    """Let `one` decide in the transaction that appends its entry. Raises what it raises."""
    asking = _asking(call)

    def decide(connection: Connection) -> Sequence[AnyEntry]:
        return (one(connection, asking),)

    await call.services.log.decide(decide)


async def told(call: Call, case: str) -> CaseDetail:
    asking = _asking(call)
    rooms = tuple(room_now(room) for room in call.services.rooms.rooms())

    def read(connection: Connection) -> CaseDetail:
        judged = judge(connection, case, asking.rules)
        attached = documents_of(connection, _documented(judged))
        extra = Extra(due_of_case(connection, judged, asking), attached)
        course = Course(
            looked_at(connection, judged, asking.measured_to),
            belongings(connection, judged.file),
            handovers_of(connection, case),
            moves_of(connection, case),
        )
        return case_detail(judged, asking.person, rooms, extra, course)

    return await call.services.off_loop.query(read)


async def _require_recording(call: Call, recording: str) -> RecordingFacts:
    row = await call.services.off_loop.query(lambda connection: facts_of(connection, recording))
    if row is None:
        raise NotFound("There is no such recording.")
    return RecordingFacts(row.id, row.officer, row.unit)


def _asking(call: Call) -> Asking:
    now = call.services.clock.now()
    person = Person(call.session.account, call.session.roles)
    return Asking(person, to_text(now), now, call.services.rules, call.services.measured_to)


def _urgency(finding: InboxFinding) -> tuple[int, str]:
    order = {"overdue": 0, "soon": 1}
    return order.get(finding.urgency or "", 2), finding.due_at or "~"


def _documented(judged: Judged) -> list[str]:
    """What documents may be attached to: explanations, and approvals that were made up."""
    made_up = [each.approval.id for each in judged.emergencies.values() if each.approval is not None]
    return [each.id for each in judged.file.explanations] + made_up


def visible(call: Call) -> CasesVisible:
    scope = call.services.access.case_scope(call.session.principal)
    if scope.nothing:
        raise Forbidden("No rule permits this. (case.read)")
    return CasesVisible(scope.everything, scope.officer, scope.unit)


def _case_words(body: CaseBody) -> CaseWords:
    subject = ce.Subject(body.subject.kind, body.subject.name.strip(), body.subject.number.strip())
    number, officers = body.number.strip(), tuple(dict.fromkeys(body.officers))
    return CaseWords(
        number, body.kind, body.title.strip(), body.stage, subject, body.unit, officers, body.reason.strip()
    )


def _activity_words(body: ActivityBody) -> ActivityWords:
    return ActivityWords(
        item=body.item,
        stage=body.stage,
        place=body.place,
        planned_start=_optional(body.planned_start),
        planned_end=_optional(body.planned_end),
        started_at=_optional(body.started_at),
        ended_at=_optional(body.ended_at),
        officers=tuple(dict.fromkeys(body.officers)),
        devices=tuple(dict.fromkeys(body.devices)),
        note=body.note,
        reason=body.reason.strip(),
    )


def _optional(text: str | None) -> str | None:
    return None if text is None else instant(text)

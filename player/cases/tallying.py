"""What a judged case adds to the compliance figures. Pure."""

from __future__ import annotations

from evidence.catalog.case_file import ActivityRow
from evidence.intervals import length
from player.cases.judging import Counted, Judged, key_of, to_ms
from policy.explaining import answers, standing
from policy.findings import ActivityReport, Finding
from policy.tallies import ActivityTally, CaseTally, FindingTally, Mode, RecordingTally


def tally_of(judged: Judged) -> CaseTally:
    case, own = judged.file.case, len(judged.report.findings)
    reports = {report.activity: report for report in judged.report.activities}
    own -= sum(len(report.findings) for report in reports.values())
    return CaseTally(
        id=case.id,
        number=case.number,
        title=case.title,
        unit=case.unit,
        state=case.state,
        officers=case.officers,
        opened_ms=to_ms(case.opened_at),
        activities=tuple(
            _activity(row, reports[row.id], judged.footage[row.id], judged) for row in judged.file.activities
        ),
        # The case's own come first (policy.findings.CaseReport).
        findings=tuple(_finding(each, judged) for each in judged.report.findings[:own]),
    )


def _activity(row: ActivityRow, report: ActivityReport, counted: tuple[Counted, ...], judged: Judged) -> ActivityTally:
    item = judged.item(row.id)
    mode: Mode = "unknown" if item is None else item.mode
    begins = row.started_at or row.planned_start
    late = {each.about for each in report.findings if each.kind == "late-docking"}
    used = dict.fromkeys((*row.devices, *(each.row.device for each in counted if each.row.device)))
    picture, answers_of = report.picture, [each for each in (report.picture, report.views, report.sound) if each]
    return ActivityTally(
        id=row.id,
        item=row.item,
        mode=mode,
        start_ms=None if begins is None else to_ms(begins),
        end_ms=None if row.ended_at is None else to_ms(row.ended_at),
        begun=row.started_at is not None,
        officers=row.officers,
        devices=tuple(used),
        required_ms=0 if picture is None else length(picture.required),
        shown_ms=0 if picture is None else length(picture.shown),
        missing_ms=0 if picture is None else length(picture.missing),
        doubtful_ms=0 if picture is None else length(picture.doubtful),
        whole=picture is not None and all(each.answer == "covered" for each in answers_of),
        findings=tuple(_finding(each, judged) for each in report.findings),
        recordings=tuple(
            RecordingTally(each.row.id, each.row.officer, each.row.device, each.row.id in late) for each in counted
        ),
    )


def _finding(finding: Finding, judged: Judged) -> FindingTally:
    said = {each.id for each in judged.explanations if each.state != "rejected" and answers(each, finding)}
    causes = [row.cause for row in judged.file.explanations if row.id in said]
    stands = standing(finding, judged.explanations)
    return FindingTally(key_of(finding), finding, stands, causes[-1] if causes else "")

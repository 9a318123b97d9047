"""Compliance figures against a count by hand, on generated cases; and each figure against the list that it counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.compliance import GROUPINGS, Choice, Chosen, Figure, Figures, Grouping, Period, Weeks, chosen, summary
from policy.findings import Finding
from policy.tallies import BARE, LOSSES, ActivityTally, CaseTally, FindingTally, RecordingTally

ZONE = ZoneInfo("Asia/Shanghai")
DAY = 86_400_000
# Monday 2026-11-02, midnight in Shanghai.
MONDAY = int(datetime(2026, 11, 1, 16, tzinfo=UTC).timestamp()) * 1000
PERIOD = Period(MONDAY, MONDAY + 28 * DAY)

_people = st.sampled_from(["P-1", "P-2", "P-3"])
_devices = st.sampled_from(["D1", "D2", "D3"])
_moments = st.integers(MONDAY - 7 * DAY, MONDAY + 35 * DAY)
_kinds = st.sampled_from(["gap", "unprovable", "no-footage", "few-views", "no-sound", "late-docking", "unconfirmed"])


@st.composite
def _findings(draw: st.DrawFn, activity: str | None) -> FindingTally:
    kind = draw(_kinds) if activity else "activity-missing"
    span = draw(st.integers(0, 5_000)) if kind in LOSSES else 0
    because = tuple(draw(st.sets(st.sampled_from(["covered", "black"]))))
    finding = Finding(kind, activity, draw(st.text("ab", max_size=2)), 1_000, 1_000 + span, 0, (), because)
    standing = draw(st.sampled_from(["open", "waiting", "rejected", "answered"]))
    cause = draw(st.sampled_from(["battery", "device"])) if standing in ("waiting", "answered") else ""
    return FindingTally(str(draw(st.integers())), finding, standing, cause)


@st.composite
def _activities(draw: st.DrawFn, name: str) -> ActivityTally:
    mode = draw(st.sampled_from(["full", "full", "full", "key", "optional", "unknown"]))
    start = draw(st.none() | _moments)
    begun = start is not None and draw(st.booleans())
    ended = begun and draw(st.booleans())
    parts = (0, 0, 0)
    if mode == "full" and ended:
        parts = tuple(draw(st.integers(0, 9_000)) for _ in range(3))  # type: ignore[assignment]
    recordings = draw(
        st.lists(
            st.builds(
                RecordingTally,
                st.sampled_from([f"r{n}" for n in range(6)]),
                st.none() | _people,
                st.none() | _devices,
                st.booleans(),
            ),
            max_size=3,
            unique_by=lambda each: each.id,
        )
    )
    return ActivityTally(
        id=name,
        item=draw(st.sampled_from(["demolition", "seizure"])),
        mode=mode,
        start_ms=start,
        end_ms=start + 60_000 if ended and start is not None else None,
        begun=begun,
        officers=tuple(draw(st.lists(_people, max_size=2, unique=True))),
        devices=tuple(draw(st.lists(_devices, max_size=2, unique=True))),
        required_ms=sum(parts),
        shown_ms=parts[0],
        missing_ms=parts[1],
        doubtful_ms=parts[2],
        whole=parts[1] + parts[2] == 0 and draw(st.booleans()),
        findings=tuple(draw(st.lists(_findings(name), max_size=3))),
        recordings=tuple(recordings),
    )


@st.composite
def _cases(draw: st.DrawFn) -> tuple[CaseTally, ...]:
    return tuple(
        CaseTally(
            id=f"c{n}",
            number=str(n),
            title="x",
            unit=draw(st.sampled_from(["一队", "二队", None])),
            state="open",
            officers=tuple(draw(st.lists(_people, max_size=2, unique=True))),
            opened_ms=draw(_moments),
            activities=tuple(draw(_activities(f"a{n}{m}")) for m in range(draw(st.integers(0, 3)))),
            findings=tuple(draw(st.lists(_findings(None), max_size=1))),
        )
        for n in range(draw(st.integers(0, 4)))
    )


def _week_of(moment_ms: int) -> str:
    local = datetime.fromtimestamp(moment_ms / 1000, ZONE)
    return (local.date() - timedelta(days=local.weekday())).isoformat()


def _by_hand(cases: tuple[CaseTally, ...], by: Grouping | None, key: str | None) -> dict[str, int]:
    """The same figures, slowly, from their definitions."""

    def mine(values: tuple[str | None, ...]) -> bool:
        return by is None or key in ([each or "" for each in values] or [""])

    n = dict.fromkeys(Figures.__dataclass_fields__, 0)
    recordings: dict[str, bool] = {}

    def count_finding(each: FindingTally, in_full: bool) -> None:
        n["findings"] += 1
        n["losses"] += each.finding.kind in LOSSES
        n["unexplained"] += each.standing != "answered"
        n["waiting"] += each.standing == "waiting"
        if in_full and each.standing == "answered" and each.finding.kind in BARE:
            n["explained_ms"] += each.finding.end_ms - each.finding.start_ms

    for case in cases:
        if PERIOD.start_ms <= case.opened_ms < PERIOD.end_ms:
            of_case: dict[str | None, tuple[str | None, ...]] = {
                None: (), "unit": (case.unit,), "officer": case.officers, "week": (_week_of(case.opened_ms),),
            }  # fmt: skip
            if by != "device" and mine(of_case[by]):
                for each in case.findings:
                    count_finding(each, False)
        for a in case.activities:
            if a.mode == "optional" or a.start_ms is None or not PERIOD.start_ms <= a.start_ms < PERIOD.end_ms:
                continue
            shared: tuple[str | None, ...] = (case.unit,) if by == "unit" else (_week_of(a.start_ms),)
            own = {"officer": a.officers, "device": a.devices}.get(by or "", shared)
            for r in a.recordings:
                wore = {"officer": (r.officer,), "device": (r.device,)}.get(by or "", shared)
                if mine(wore):
                    recordings[r.id] = recordings.get(r.id, False) or r.late
            if not mine(own):
                continue
            full = a.mode == "full" and a.required_ms > 0
            n["activities"] += 1
            n["running"] += a.begun and a.end_ms is None
            n["in_full"] += full
            n["whole"] += full and a.whole
            n["bare"] += full and any(each.finding.kind == "no-footage" for each in a.findings)
            for name in ("required_ms", "shown_ms", "missing_ms", "doubtful_ms"):
                n[name] += getattr(a, name) if full else 0
            for each in a.findings:
                count_finding(each, full)
    return n | {"recordings": len(recordings), "late": sum(recordings.values())}


def _as_dict(figures: Figures) -> dict[str, int]:
    return {name: getattr(figures, name) for name in Figures.__dataclass_fields__}


@settings(max_examples=30)
@given(_cases(), st.sampled_from(GROUPINGS))
def test_the_figures_are_those_that_are_counted_by_hand(cases: tuple[CaseTally, ...], by: Grouping) -> None:
    found = summary(cases, Choice(PERIOD, ZONE, by=by))
    assert _as_dict(found.total) == _by_hand(cases, None, None)
    for key, figures in found.groups:
        assert _as_dict(figures) == _by_hand(cases, by, key), key
    keys = {key for key, _ in found.groups}
    if by == "week":
        assert keys == {"2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23"}
    else:
        # No group was forgotten: what nobody's group holds adds up to nothing.
        for stranger in {"一队", "二队", "P-1", "P-2", "P-3", "D1", "D2", "D3", ""} - keys:
            assert not any(_by_hand(cases, by, stranger).values())


_NAMES: dict[Figure, str] = {
    "activities": "activities",
    "running": "running",
    "in-full": "in_full",
    "whole": "whole",
    "bare": "bare",
    "losses": "losses",
    "recordings": "recordings",
    "late": "late",
    "findings": "findings",
    "unexplained": "unexplained",
    "waiting": "waiting",
}


@settings(max_examples=30)
@given(_cases(), st.sampled_from(GROUPINGS), st.sampled_from(sorted(_NAMES)))
def test_every_figure_leads_to_as_many_things(cases: tuple[CaseTally, ...], by: Grouping, figure: Figure) -> None:
    choice = Choice(PERIOD, ZONE, by=by)
    found = summary(cases, choice)
    assert len(list(chosen(cases, choice, figure))) == getattr(found.total, _NAMES[figure])
    for key, figures in found.groups:
        one = Choice(PERIOD, ZONE, by=by, key=key)
        assert len(list(chosen(cases, one, figure))) == getattr(figures, _NAMES[figure])
    rest = list(chosen(cases, choice, "not-whole"))
    assert len(rest) == found.total.in_full - found.total.whole
    assert len(list(chosen(cases, choice, "unplaced"))) == found.unplaced


@settings(max_examples=30)
@given(_cases())
def test_kinds_and_causes_lead_to_as_many_findings(cases: tuple[CaseTally, ...]) -> None:
    found = summary(cases, Choice(PERIOD, ZONE, by="unit"))
    assert sum(part.n for part in found.kinds) == found.total.findings
    assert sum(part.n for part in found.causes) == found.total.losses
    for part in found.kinds:
        listed = list(chosen(cases, Choice(PERIOD, ZONE, kind=part.name), "findings"))
        assert (len(listed), _open(listed)) == (part.n, part.unexplained)
    for part in found.causes:
        listed = list(chosen(cases, Choice(PERIOD, ZONE, cause=part.name), "losses"))
        assert (len(listed), _open(listed)) == (part.n, part.unexplained)
        assert part.length_ms == sum(each.finding.finding.length_ms for each in listed if each.finding)


def _open(listed: list[Chosen]) -> int:
    return sum(each.finding is not None and each.finding.standing != "answered" for each in listed)


@settings(max_examples=20)
@given(_cases(), st.sampled_from(["一队", "二队", ""]))
def test_a_unit_is_counted_as_its_group(cases: tuple[CaseTally, ...], unit: str) -> None:
    alone = summary(cases, Choice(PERIOD, ZONE, unit=unit)).total
    group = dict(summary(cases, Choice(PERIOD, ZONE, by="unit")).groups).get(unit, Figures())
    assert alone == group


def test_nothing_required_has_no_rate() -> None:
    assert (Figures().coverage, Figures().late_share) == (None, None)
    assert Figures(required_ms=4, shown_ms=3, recordings=2, late=1).coverage == 0.75


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"])
def test_weeks_begin_on_monday_by_the_clock_on_the_wall(zone: str) -> None:
    """Also in weeks in which the clocks are changed."""
    place = ZoneInfo(zone)
    start = int(datetime(2026, 3, 1, tzinfo=place).timestamp() * 1000)
    weeks = Weeks(Period(start, start + 300 * DAY), place)
    for moment in range(start, start + 300 * DAY, 7 * 3_600_000 + 1):
        local = datetime.fromtimestamp(moment / 1000, place)
        assert weeks.of(moment) == (local.date() - timedelta(days=local.weekday())).isoformat()

"""The course of cases as a rule over the ledger: each step follows from the one before, a case that has ended takes no
changes, and what is handed over was there. Pure; fed in order. Whether a case was whole when it ended is judged again
by `mediad.closed_cases`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from evidence import case_entries as ce
from evidence import entries as e
from evidence.emergency_entries import ApprovalMadeUp, EmergencyStated
from evidence.entry import Entry
from evidence.handover_entries import CaseHandedOver, HandoverEnded

COURSE = "case-course"
_HANDED = "handed-over"
_NAMES = {"open": "open", "closed": "closed", _HANDED: "handed over", "archived": "archived"}
# What is said about a case while it goes on.
_CHANGES = (
    ce.CaseRecorded,
    ce.ActivityRecorded,
    ce.ActivityWithdrawn,
    ce.FootageMatched,
    ce.ClipMarked,
    ce.ClipWithdrawn,
    ce.FindingExplained,
    ce.ExplanationDecided,
    EmergencyStated,
    ApprovalMadeUp,
)


@dataclass(slots=True)
class _Known:
    """A case as far as the ledger was heard."""

    number: str
    state: str = "open"
    running: dict[str, str] = field(default_factory=dict)  # handover → state before
    ended: set[str] = field(default_factory=set)
    clips: set[str] = field(default_factory=set)


class CourseRules:
    """Hears every entry in the ledger's order and tells what does not follow."""

    def __init__(self) -> None:
        self._cases: dict[str, _Known] = {}
        self._sealed: set[str] = set()
        self._rules: dict[type[Entry], Callable[[Any], Iterator[str]]] = {
            e.RecordingSealed: self._on_sealed,
            ce.CaseClosed: lambda entry: self._moved(entry, ("open",), "closed"),
            ce.CaseArchived: lambda entry: self._moved(entry, ("closed",), "archived"),
            ce.CaseReopened: lambda entry: self._moved(entry, ("closed", _HANDED), "open"),
            CaseHandedOver: self._handed_over,
            HandoverEnded: self._handover_ended,
        }

    def hear(self, entry: e.AnyEntry) -> Iterator[str]:
        """What is wrong with this entry, in words."""
        if isinstance(entry, _CHANGES):
            return self._changed(entry)
        rule = self._rules.get(type(entry))
        return iter(()) if rule is None else rule(entry)

    def _on_sealed(self, entry: e.RecordingSealed) -> Iterator[str]:
        self._sealed.add(entry.recording)
        return iter(())

    def _changed(self, entry: Any) -> Iterator[str]:
        known = self._cases.get(entry.case)
        if known is None and isinstance(entry, ce.CaseRecorded):
            known = self._cases[entry.case] = _Known(entry.number)
        if known is None:
            yield f"Something was said about case {entry.case}, which was never entered."
            return
        if isinstance(entry, ce.ClipMarked):
            known.clips.add(entry.clip)
        if known.state != "open":
            yield f"Case {known.number} was changed while it was {_NAMES[known.state]}."

    def _moved(self, entry: Any, before: tuple[str, ...], after: str) -> Iterator[str]:
        known = self._cases.get(entry.case)
        if known is None:
            yield f"Case {entry.case}, which was never entered, was {after}."
            return
        if known.state not in before:
            done = "reopened" if after == "open" else _NAMES[after]
            yield f"Case {known.number} was {done} while it was {_NAMES[known.state]}."
        known.state = after

    def _handed_over(self, entry: CaseHandedOver) -> Iterator[str]:
        known = self._cases.get(entry.case)
        before = "open" if known is None else known.state
        yield from self._moved(entry, ("open", "closed", "archived"), _HANDED)
        if known is None:
            return
        known.running[entry.handover] = "open" if before == _HANDED else before
        for recording in sorted({*entry.recordings, *entry.destroyed} - self._sealed):
            yield f"Case {known.number} was handed over with recording {recording}, which was never sealed."
        for clip in sorted(set(entry.clips) - known.clips):
            yield f"Case {known.number} was handed over with clip {clip}, which was never marked."

    def _handover_ended(self, entry: HandoverEnded) -> Iterator[str]:
        known = self._cases.get(entry.case)
        before = None if known is None else known.running.pop(entry.handover, None)
        if known is None or before is None:
            again = known is not None and entry.handover in known.ended
            yield f"The handover {entry.handover} ended {'twice' if again else 'and was never begun'}."
            return
        known.ended.add(entry.handover)
        if known.state != _HANDED or known.running:
            return
        if before != "open":
            known.state = before
            return
        known.state = "open" if entry.outcome == "returned" else "closed"
        if known.state == "closed" and entry.items is None:
            yield f"Case {known.number} was closed by what became of it elsewhere and was not judged."

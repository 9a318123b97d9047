"""Who may do what: Cedar rules and schema from `policy/rules`, checked whole when loaded. Only home of cedarpy.

Decides, never acts. Default deny: what no rule permits is refused, and so is everything when there is no rule.
Thread-safe: nothing changes after construction.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import cedarpy

from evidence.errors import ConfigInvalid, Forbidden

Role = Literal["officer", "supervisor", "legal", "oversight", "custodian", "admin"]
Action = Literal[
    "dock.read",
    "recording.list",
    "recording.read",
    "viewing.open",
    "viewing.read",
    "seal.read",
    "ledger.read",
    "job.read",
    "rendition.ask",
    "metrics.read",
    "room.read",
    "sitting.read",
    "sitting.run",
    "sitting.note",
    "alarm.ack",
    "case.open",
    "case.read",
    "case.change",
    "case.close",
    "case.reopen",
    "case.hand-over",
    "finding.explain",
    "finding.approve",
    "absence.read",
    "absence.explain",
    "absence.approve",
    "roster.read",
    "roster.change",
    "time.correct",
    "retention.read",
    "retention.propose",
    "retention.approve",
    "retention.cancel",
    "hold.set",
    "hold.lift",
    "destruction.request",
    "destruction.approve",
    "destruction.cancel",
    "site-clock.confirm",
    "items.propose",
    "items.approve",
    "compliance.read",
    "sample.read",
    "sample.commit",
    "sample.review",
]
ROLES: tuple[Role, ...] = get_args(Role)
ACTIONS: tuple[Action, ...] = get_args(Action)

RULES = Path(__file__).parent / "rules"


@dataclass(frozen=True, slots=True)
class Principal:
    """The account that asks."""

    name: str
    roles: tuple[str, ...]
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """What the rules may know about a recording, or about a shift."""

    id: str
    officer: str | None = None
    unit: str | None = None
    officer_unit: str | None = None  # of a shift: the unit of the officer's account


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """What the rules may know about a room that is recorded."""

    id: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class CaseAccessFacts:
    """What the rules may know about a case."""

    id: str
    officers: tuple[str, ...] = ()  # named on it now
    people: tuple[str, ...] = ()  # ever named on it, or on one of its activities
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class SampleFacts:
    """What the rules may know about a random sample. No unit: of all units."""

    id: str
    unit: str | None = None


Facts = RecordingFacts | RoomFacts | CaseAccessFacts | SampleFacts


@dataclass(frozen=True, slots=True)
class AskedPurpose:
    """Why footage is asked for, and the roles that purpose is limited to (none: open to all who may view)."""

    code: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """`policies`: ids of the rules that decided; empty when nothing permitted it."""

    allowed: bool
    policies: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class ListScope:
    """What an account may list: all, or an officer's, or a unit's, or either of the two."""

    everything: bool
    officer: str | None = None
    unit: str | None = None

    @property
    def nothing(self) -> bool:
        return not self.everything and self.officer is None and self.unit is None


_NO_PURPOSE = AskedPurpose("")
# Stands for "somebody else" when the rules are asked what an account may list; no account or unit can have it.
_NOBODY = "\u0000nobody"


class Access:
    """The loaded rules."""

    def __init__(self, rules: str, schema: str) -> None:
        """Raises ConfigInvalid for rules that do not parse, do not fit the schema, or carry no unique @id."""
        try:
            self._schema = cedarpy.Schema.from_str(schema)
            self._rules = cedarpy.PolicySet.from_str(rules)
            self._ids = _ids_of(rules)
        except ValueError as error:
            raise ConfigInvalid(f"The access rules cannot be read: {error}.") from error
        found = cedarpy.validate_policies(rules, self._schema)
        if not found.validation_passed:
            errors = "; ".join(str(each) for each in found.errors)
            raise ConfigInvalid(f"The access rules do not fit their schema: {errors}.")

    @staticmethod
    def load(directory: Path = RULES) -> Access:
        """Read every `*.cedar` of a directory and its one `*.cedarschema`. Raises ConfigInvalid."""
        try:
            schemas = sorted(directory.glob("*.cedarschema"))
            rules = "\n".join(path.read_text("utf-8") for path in sorted(directory.glob("*.cedar")))
            if len(schemas) != 1:
                raise ConfigInvalid(f"{directory} must hold exactly one .cedarschema file.")
            return Access(rules, schemas[0].read_text("utf-8"))
        except OSError as error:
            raise ConfigInvalid(f"The access rules in {directory} cannot be read: {error.strerror}.") from error

    def decide(
        self,
        principal: Principal,
        action: Action,
        about: Facts | None = None,
        purpose: AskedPurpose = _NO_PURPOSE,
    ) -> Decision:
        """May this account do this, to this thing (None: to the site)? Errors in evaluation deny."""
        if not self._ids:
            return Decision(False, (), "There are no access rules: everything is refused.")
        resource = {"type": "Site", "id": "site"} if about is None else _uid(_TYPES[type(about)], about.id)
        request = {
            "principal": _uid("Account", principal.name),
            "action": _uid("Action", action),
            "resource": resource,
            "context": {
                "purpose": purpose.code,
                "purposeRoles": list(purpose.roles),
                "roles": list(principal.roles),
            },
        }
        entities = json.dumps(_entities(principal, about))
        result = cedarpy.is_authorized(request, self._rules, entities, self._schema)
        if result.diagnostics.errors:
            return Decision(False, (), f"The rules could not be evaluated: {'; '.join(result.diagnostics.errors)}.")
        policies = tuple(sorted(self._ids.get(each, each) for each in result.diagnostics.reasons))
        return Decision(result.allowed, policies, _words(result.allowed, policies))

    def require(
        self,
        principal: Principal,
        action: Action,
        about: Facts | None = None,
        purpose: AskedPurpose = _NO_PURPOSE,
    ) -> Decision:
        """`decide`, or raise Forbidden."""
        decision = self.decide(principal, action, about, purpose)
        if not decision.allowed:
            raise Forbidden(f"{decision.reason} ({action})")
        return decision

    def list_scope(self, principal: Principal) -> ListScope:
        """What `recording.list` permits, found by asking the rules about a stranger's, a unit's and an own recording.

        The answer is exact while listing rules look only at officer and unit; a property test holds them to that.
        """

        return _scope(
            principal, lambda who, unit: self.decide(principal, "recording.list", RecordingFacts("probe", who, unit))
        )

    def case_scope(self, principal: Principal) -> ListScope:
        """What `case.read` permits, found in the same way."""
        return _scope(
            principal,
            lambda who, unit: self.decide(principal, "case.read", CaseAccessFacts("probe", (who,), (who,), unit)),
        )

    def absence_scope(self, principal: Principal) -> ListScope:
        """What `absence.read` permits, found in the same way."""
        return _scope(
            principal, lambda who, unit: self.decide(principal, "absence.read", RecordingFacts("probe", who, unit))
        )

    def roster_scope(self, principal: Principal) -> ListScope:
        """Whose shifts `roster.read` permits, found in the same way."""
        return _scope(
            principal, lambda who, unit: self.decide(principal, "roster.read", RecordingFacts("probe", who, unit))
        )

    def compliance_scope(self, principal: Principal) -> ListScope:
        """Whose cases `compliance.read` permits figures of, found in the same way. Never an officer's own alone."""
        return _scope(
            principal,
            lambda _who, unit: self.decide(principal, "compliance.read", CaseAccessFacts("probe", (), (), unit)),
        )

    def sample_units(self, principal: Principal) -> tuple[str, ...] | None:
        """Of which units `sample.read` permits the samples; None: of all. Exact while its rules look at unit only."""
        if self.decide(principal, "sample.read", SampleFacts("probe", _NOBODY)).allowed:
            return None
        unit = principal.unit
        may = unit is not None and self.decide(principal, "sample.read", SampleFacts("probe", unit)).allowed
        return (unit,) if may and unit is not None else ()

    def sitting_units(self, principal: Principal) -> tuple[str, ...] | None:
        """Of which units `sitting.read` permits the sittings; None: of all. Exact while its rules look at unit only."""
        if self.decide(principal, "sitting.read", RoomFacts("probe", _NOBODY)).allowed:
            return None
        unit = principal.unit
        may = unit is not None and self.decide(principal, "sitting.read", RoomFacts("probe", unit)).allowed
        return (unit,) if may and unit is not None else ()

    def may(self, principal: Principal) -> tuple[Action, ...]:
        """What an account may do here, for a UI to show the right rooms.

        Log and jobs count only if all of them may be read; lists, seals and footage if there is something of one's
        own. The answer is a hint: every request is decided again on the thing it asks for.
        """
        purpose = AskedPurpose("any", principal.roles)
        return tuple(
            action
            for action in ACTIONS
            if any(self.decide(principal, action, thing, purpose).allowed for thing in _probes(principal, action))
        )


_ON_RECORDING = frozenset(
    {
        "recording.list", "recording.read", "seal.read", "viewing.open", "time.correct", "rendition.ask",
        "absence.read", "absence.explain", "absence.approve", "roster.read", "roster.change",
    }
)  # fmt: skip
_TYPES: dict[type[Facts], str] = {
    RecordingFacts: "Recording",
    RoomFacts: "Room",
    CaseAccessFacts: "Case",
    SampleFacts: "Sample",
}
_ON_ROOM = frozenset({"room.read", "sitting.read", "sitting.run", "sitting.note", "alarm.ack"})
_ON_CASE = frozenset(
    {
        "case.read", "case.change", "case.close", "case.reopen", "case.hand-over", "finding.explain",
        "finding.approve", "compliance.read",
    }
)  # fmt: skip
_ON_SAMPLE = frozenset({"sample.read", "sample.commit", "sample.review"})


def _probes(principal: Principal, action: Action) -> tuple[Facts | None, ...]:
    """Things to ask the rules about, to see whether an account may do something to anything at all."""
    name, unit = principal.name, principal.unit
    if action in _ON_RECORDING:
        return RecordingFacts("probe", name, unit), RecordingFacts("probe", _NOBODY, unit)
    if action in _ON_CASE:
        return CaseAccessFacts("probe", (name,), (name,), unit), CaseAccessFacts("probe", (), (), unit)
    if action in _ON_SAMPLE:
        return (SampleFacts("probe", unit),)
    return (RoomFacts("probe", unit),) if action in _ON_ROOM else (None,)


def _scope(principal: Principal, ask: Callable[[str, str], Decision]) -> ListScope:
    if ask(_NOBODY, _NOBODY).allowed:
        return ListScope(everything=True)
    unit = principal.unit if principal.unit and ask(_NOBODY, principal.unit).allowed else None
    return ListScope(False, principal.name if ask(principal.name, _NOBODY).allowed else None, unit)


def _ids_of(rules: str) -> dict[str, str]:
    """Cedar's own policy names → our @id annotations. Every rule must have one of its own."""
    parsed = json.loads(cedarpy.policies_to_json_str(rules)) if rules.strip() else {}
    ids = {name: rule.get("annotations", {}).get("id", "") for name, rule in parsed.get("staticPolicies", {}).items()}
    named = [each for each in ids.values() if each]
    if len(named) != len(ids) or len(set(named)) != len(named):
        raise ConfigInvalid("Every access rule needs an @id of its own.")
    if parsed.get("templates"):
        raise ConfigInvalid("Access rules must not be templates.")
    return ids


def _uid(kind: str, name: str) -> dict[str, str]:
    return {"type": kind, "id": name}


def _entities(principal: Principal, about: Facts | None) -> list[dict[str, object]]:
    who: dict[str, str] = {"name": principal.name}
    if principal.unit:
        who["unit"] = principal.unit
    roles = [_uid("Role", role) for role in principal.roles]
    entities: list[dict[str, object]] = [{"uid": role, "attrs": {}, "parents": []} for role in roles]
    entities.append({"uid": _uid("Account", principal.name), "attrs": who, "parents": roles})
    if about is not None:
        entities.append({"uid": _uid(_TYPES[type(about)], about.id), "attrs": _attributes(about), "parents": []})
    return entities


def _attributes(about: Facts) -> dict[str, object]:
    names = ("officer", "unit", "officer_unit")
    facts: dict[str, object] = {name: value for name in names if (value := getattr(about, name, None))}
    if isinstance(about, CaseAccessFacts):
        facts |= {"officers": list(about.officers), "people": list(about.people)}
    return facts


def _words(allowed: bool, policies: tuple[str, ...]) -> str:
    if allowed:
        return f"Permitted by {', '.join(policies)}."
    if policies:
        return f"Forbidden by {', '.join(policies)}."
    return "No rule permits this."

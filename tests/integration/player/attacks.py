"""Well-formed requests against a case that must not close: for every endpoint that the API describes, what somebody who
wants it closed would send. For an endpoint that nobody thought of here, a request made from its description."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from evidence.clock import to_text
from tests.integration.player.site import OFFICER, UNIT, Browser, Response
from tests.integration.player.test_cases import MOMENTS, T

CASE = "/api/v1/cases/{case}"
CLOSE, ARCHIVE = f"POST {CASE}/close", f"POST {CASE}/archive"
HAND_OVER = f"POST {CASE}/handovers"
END_HANDOVER = f"{HAND_OVER}/{{handover}}/end"
DECIDE = f"POST {CASE}/explanations/{{explanation}}/decision"
ACTIVITY = f"POST {CASE}/activities/{{activity}}"
END = T + timedelta(seconds=10)
# No answer ends or nothing comes: the event stream is read a little, a socket is asked for without its handshake.
_STREAMS = ("GET /api/v1/events",)


@dataclass(frozen=True)
class Target:
    """The case and what belongs to it."""

    case: str
    number: str
    activity: str
    explanation: str
    clip: str
    recording: str
    finding: str  # key of the one that is open
    handover: str

    def place(self, path: str, schemas: dict[str, Any]) -> str:
        """The path with the case's own parts, and for others something of the right form."""
        known = {
            "case": self.case,
            "activity": self.activity,
            "explanation": self.explanation,
            "clip": self.clip,
            "handover": self.handover,
            "id": self.recording,
            "recording": self.recording,
            "room": "a",
            "bay": "bay-1",
        }

        def part(found: re.Match[str]) -> str:
            return known.get(found[1]) or str(example(schemas[found[1]], {}))

        return re.sub(r"\{(\w+)\}", part, path)


def bodies(operation: str, target: Target, described: dict[str, Any], components: dict[str, Any]) -> list[Any]:
    """What is sent: several, where there are several ways to try it."""
    subject = {"subject": {"kind": "person", "name": "某人"}}
    words = {"number": target.number, "kind": "demolition", "title": "x", "unit": UNIT, "officers": [OFFICER]}
    activity = {"item": "forced-demolition", "stage": "execution", "officers": [OFFICER, "P-2"]}
    times = {"started_at": to_text(T), "ended_at": to_text(END)}
    clip = {"recording": target.recording, "start_ms": 0, "end_ms": 1000}
    footage = {"activity": target.activity, "recording": target.recording}
    said = {"finding": target.finding, "cause": "other", "statement": "说明"}
    time = {"uncertainty_ms": 0, "reason": "对时"}
    known: dict[str, list[Any]] = {
        "POST /api/v1/cases": [words | subject | {"number": f"{target.number}又"}],
        f"POST {CASE}": [
            words | subject | {"kind": "penalty"},
            words | subject | {"officers": []},
            words | subject | {"officers": ["nobody"], "unit": "二大队"},
        ],
        f"POST {CASE}/activities": [activity | times, activity | times | {"item": "text"}],
        ACTIVITY: [
            activity | times | {"item": "text"},
            activity | times | {"item": "seizure"},
            activity,
            activity | times | {"ended_at": to_text(T + timedelta(milliseconds=1))},
        ],
        f"{ACTIVITY}/withdraw": [{"reason": "x"}],
        f"POST {CASE}/footage": [
            footage | {"verdict": "rejected", "reason": "x"},
            footage | {"verdict": "confirmed"},
        ],
        f"POST {CASE}/clips": [clip | {"activity": target.activity, "moment": MOMENTS[0]}],
        f"POST {CASE}/clips/{{clip}}/withdraw": [{"reason": "x"}],
        f"POST {CASE}/explanations": [said],
        DECIDE: [{"approved": True, "note": "核实"}, {"approved": False}],
        f"POST {CASE}/reopen": [{"reason": "x"}],
        HAND_OVER: [
            {"to": {"kind": kind, "name": "某局"}, "number": "移〔2026〕1号", "approver": "局长"}
            for kind in ("police", "administration")
        ],
        END_HANDOVER: [{"outcome": outcome, "reason": "x"} for outcome in ("settled", "returned")],
        "POST /api/v1/recordings/{id}/time": [
            time | {"started_at": to_text(T - timedelta(seconds=1))},
            time | {"started_at": to_text(T + timedelta(days=1))},
        ],
        "POST /api/v1/viewings": [
            {"scope": "recording", "recording": target.recording, "purpose": "case", "case": target.number}
        ],
    }
    if operation in known:
        return known[operation]
    kinds = described.get("requestBody", {}).get("content", {})
    if not kinds:
        return [None]
    return [example(kinds["application/json"]["schema"], components) if "application/json" in kinds else b"%PDF-1.7 x"]


def send(
    browser: Browser, operation: str, path: str, body: Any, query: dict[str, Any], kind: str | None = None
) -> Response | None:
    """None for what cannot be answered whole. `kind`: media type of the body, where it is not JSON."""
    if operation in _STREAMS:
        return None
    method = operation.partition(" ")[0]
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    headers = {} if kind is None else {"Content_Type": kind}
    return browser.send(method, f"{path}?{asked}" if asked else path, body, headers)


def kind_of(described: dict[str, Any]) -> str | None:
    """The media type of what is sent, if it is not JSON."""
    kinds = described.get("requestBody", {}).get("content", {})
    return None if not kinds or "application/json" in kinds else str(next(iter(kinds)))


def required_query(described: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    needed = [each for each in described.get("parameters", ()) if each["in"] == "query" and each["required"]]
    return {each["name"]: example(each["schema"], components) for each in needed}


def example(schema: dict[str, Any], components: dict[str, Any]) -> Any:
    """Something that fits: what is required and no more."""
    if "$ref" in schema:
        return example(components[schema["$ref"].rpartition("/")[2]], components)
    for choices in ("anyOf", "oneOf"):
        if choices in schema:
            return example(schema[choices][0], components)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if schema.get("type") == "object":
        properties = schema.get("properties", {})
        return {name: example(properties[name], components) for name in schema.get("required", ())}
    if schema.get("type") == "array":
        least = schema.get("minItems", len(schema.get("prefixItems", ())))
        of = schema.get("prefixItems") or [schema.get("items") or {"type": "string"}] * least
        return [example(each, components) for each in of[:least]]
    if schema.get("type") in ("integer", "number"):
        return max(schema.get("minimum", 0), min(schema.get("maximum", 1), 1))
    if schema.get("type") == "boolean":
        return True
    return _text(schema.get("pattern", ""), schema.get("minLength", 1))


def _text(pattern: str, least: int) -> str:
    """Ids are a letter and characters of base 32; times are times; everything else is a word."""
    if found := re.fullmatch(r"\^([a-z])\[a-z2-7\]\{(\d+)\}\$", pattern):
        return found[1] + "a" * int(found[2])
    if found := re.fullmatch(r"\^\[0-9a-f\]\{(\d+)\}\$", pattern):
        return "0" * int(found[1])
    if pattern.startswith(r"^\d{4}"):
        return "2026-11-24T08:00:00Z"
    if pattern.startswith("^("):
        return pattern[2:].partition("|")[0].rstrip(")$")
    return "x" * max(1, least)

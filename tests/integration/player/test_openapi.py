"""The description is valid OpenAPI 3.1 and the server keeps to it, as schemathesis finds out by trying."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import positive_data_acceptance

from evidence.media import specimens
from player.api.routes import ROUTES, SITE_ROUTES
from policy.item_list import SHIPPED
from tests.integration.player.room_keys import RoomKeys
from tests.integration.player.site import OFFICER, PURPOSES, Browser, Server, add_people, opened


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, dict[str, Browser]]]:
    root = tmp_path_factory.mktemp("openapi")
    with opened(root) as store:
        add_people(store)
        store.seal(specimens.make("photo", root / "c.jpg", width=160, height=96))
        keys = RoomKeys(store)
        with Server(store, rooms=keys.house, events=keys.events) as server:
            browsers = {name: server.browser(name) for name in (OFFICER, "oversight")}
            asked = {"number": "1", "kind": "seizure", "title": "x", "officers": [OFFICER]}
            asked |= {"subject": {"kind": "person", "name": "某人"}}
            assert browsers[OFFICER].post("/api/v1/cases", asked).status == 201
            yield server, browsers


def test_a_websocket_is_described_in_words(place: tuple[Server, dict[str, Browser]]) -> None:
    server, _ = place
    live = Browser(server.port).get("/api/openapi.json").json["paths"]["/api/v1/viewings/{vid}/live"]["get"]
    assert "WebSocket" in live["responses"]["101"]["description"] and live["security"]


def test_the_description_names_every_route_and_its_action(place: tuple[Server, dict[str, Browser]]) -> None:
    server, _ = place
    document = Browser(server.port).get("/api/openapi.json").json
    assert document["openapi"] == "3.1.0"
    said = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert said == {(r.method, f"/api/v1{r.path}") for r in ROUTES} | {(r.method, r.path) for r in SITE_ROUTES}
    seal = document["paths"]["/api/v1/recordings/{id}/seal"]["get"]
    assert seal["x-action"] == "seal.read"
    assert [each["name"] for each in seal["parameters"]] == ["id"]


# The event stream never ends, and signing out would end the session that everything else is tried with.
_TRIED = [
    *(f"{r.method} /api/v1{r.path}" for r in ROUTES if r.path != "/events" and r.method != "DELETE" and not r.socket),
    *(f"{r.method} {r.path}" for r in SITE_ROUTES),
]


def _narrowed(document: dict[str, Any], viewing: str, case: str) -> BaseSchema:
    """The description with what a schema cannot say filled in: this viewing and case, these purposes, real days.

    Every case is sent with a valid cookie and token: leaving them out is tried in test_roles.
    """
    moment = {"type": "string", "enum": ["2026-11-24", "2026-11-24T08:00:00.5+08:00"]}
    for item in document["paths"].values():
        for operation in item.values():
            operation.pop("security", None)
            given = [p for p in operation.get("parameters", ()) if p["name"] not in ("X-CSRF-Token", "cursor")]
            for parameter in given:
                if parameter["name"] == "vid":
                    parameter["schema"] = {"type": "string", "enum": [viewing]}
                if (parameter["name"], parameter["in"]) == ("case", "path"):
                    parameter["schema"] = {"type": "string", "enum": [case]}
                if parameter["name"] in ("from", "to"):
                    parameter["schema"] = moment
            operation["parameters"] = given
    schemas = document["components"]["schemas"]
    schemas["OpenViewing"]["properties"]["purpose"] = {"type": "string", "enum": [each.code for each in PURPOSES]}
    for body in ("DraftBody", "ProposalBody"):
        schemas[body]["properties"]["text"] = {"type": "string", "enum": [SHIPPED.read_text("utf-8"), "version = 1"]}
    return schemathesis.openapi.from_dict(document)


# What depends on more than the shape of a request, and may refuse a well-formed one with 400 or 410.
_CONDITIONAL = {
    "POST /api/v1/session/password": "the present password is another",
    "POST /api/v1/viewings": "scope and recording must fit together",
    "POST /api/v1/viewings/{vid}/close": "it is closed by the first",
    "GET /api/v1/ledger/consistency": "the ledger is not that long",
    "POST /api/v1/viewings/{vid}/rendered": "nothing is played in a library viewing",
    "POST /api/v1/rooms/{room}/sittings": "the room is in use after the first",
    "POST /api/v1/sittings/{sid}/marks": "the second that is meant lies outside the sitting",
    "POST /api/v1/sittings/{sid}/notes": "the second that is meant lies outside the sitting",
    "POST /api/v1/sittings/{sid}/end": "it is ended by the first",
    "GET /api/v1/sittings/{sid}/receipt.pdf": "the sitting goes on",
    "POST /api/v1/cases": "the item list has no such kind, or the officer is not on it",
    "POST /api/v1/cases/{case}": "the item list has no such kind",
    "POST /api/v1/cases/{case}/activities": "the item list has no such item, or the times make no sense",
    "POST /api/v1/cases/{case}/activities/{activity}": "the same",
    "POST /api/v1/cases/{case}/activities/{activity}/approval": "no such day, or it is no emergency measure",
    "GET /api/v1/roster": "no such day, or more than 62 of them",
    "POST /api/v1/roster/preview": "it is no roster",
    "POST /api/v1/roster/adopt": "it is no roster",
    "POST /api/v1/roster": "a shift ends after it begins, within two days",
    "POST /api/v1/roster/{shift}/correct": "the same",
    "POST /api/v1/cases/{case}/footage": "a rejection needs a reason",
    "POST /api/v1/cases/{case}/clips": "a clip ends after it begins; and 3.0 is a whole number to JSON, not here",
    "POST /api/v1/recordings/{id}/time": "no such day",
    "POST /api/v1/explanations/{explanation}/documents": "there is no such explanation, or the bytes are no document",
    "GET /api/v1/rooms/{room}/coverage": "`to` comes after `from`",
    "POST /api/v1/retention/simulate": "a change names one of three things",
    "POST /api/v1/retention/changes": "the same",
    "POST /api/v1/holds": "only a hold on a device names a stretch of time, and a day must exist",
    "POST /api/v1/items/draft": "3.0 is a whole number to JSON, not here",
    "POST /api/v1/items/proposals": "the list has mistakes, or would come into force in the past",
    "GET /api/v1/compliance": "a period ends after it begins",
    "GET /api/v1/compliance/list": "the same",
    "GET /api/v1/compliance/figures.csv": "the same",
    "GET /api/v1/compliance/list.csv": "the same",
    "POST /api/v1/samples": "there is nothing to draw from",
}


@pytest.mark.parametrize("operation", _TRIED)
def test_the_server_keeps_to_its_description(operation: str, place: tuple[Server, dict[str, Browser]]) -> None:
    server, browsers = place
    method, _, path = operation.partition(" ")
    document = Browser(server.port).get("/api/openapi.json").body
    case = browsers[OFFICER].get("/api/v1/cases").json["cases"][0]["id"]
    left_out = [positive_data_acceptance] if operation in _CONDITIONAL else []
    for browser in browsers.values():
        viewing = browser.open(None, "oversight").json.get("id") or browser.open(None).json["id"]
        found = _narrowed(json.loads(document), viewing, case)[path][method]
        _try(found, server, browser, left_out)
        browser.post(f"/api/v1/viewings/{viewing}/close", {})


def _try(found: Any, server: Server, browser: Browser, left_out: list[Any]) -> None:
    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(data=st.data())
    def keeps(data: st.DataObject) -> None:
        mode = data.draw(st.sampled_from([GenerationMode.POSITIVE, GenerationMode.NEGATIVE]))
        case = data.draw(found.as_strategy(generation_mode=mode))
        headers = {"X-CSRF-Token": browser.csrf, "Cookie": browser.cookie}
        response = case.call(base_url=f"http://127.0.0.1:{server.port}", headers=headers)
        case.validate_response(response, excluded_checks=left_out)

    keeps()

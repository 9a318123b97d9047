"""The OpenAPI 3.1 description, made from the route table and the shapes: it cannot say anything else. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from player.api.route import PARTS, Route
from player.api.shapes import Answer, Asked, ErrorAnswer

_REF = "#/components/schemas/{name}"
_JSON = "application/json"


def describe(prefix: str, routes: Sequence[Route], site_routes: Sequence[Route], version: str) -> dict[str, Any]:
    """The document. `routes` lie below `prefix`."""
    shapes = _shapes([*routes, *site_routes])
    schemas, components = msgspec.json.schema_components(shapes, ref_template=_REF)
    by_shape = dict(zip(shapes, schemas, strict=True))
    paths: dict[str, Any] = {}
    for start, group in ((prefix, routes), ("", site_routes)):
        for route in group:
            operation = _operation(route, by_shape, components)
            paths.setdefault(start + route.path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "mediad", "version": version, "description": "Evidence media server."},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "mediad_session"}},
        },
    }


def _shapes(routes: Sequence[Route]) -> list[type[msgspec.Struct]]:
    found: dict[type[msgspec.Struct], None] = {ErrorAnswer: None}
    for route in routes:
        for shape in (route.query, route.body, route.answer):
            if isinstance(shape, type):
                found[shape] = None
    return list(found)


def _operation(route: Route, by_shape: dict[type[msgspec.Struct], Any], components: dict[str, Any]) -> dict[str, Any]:
    error = {"description": "An error", "content": {_JSON: {"schema": by_shape[ErrorAnswer]}}}
    operation: dict[str, Any] = {
        "summary": route.summary,
        "operationId": route.handler.__module__.rpartition(".")[2] + "_" + route.handler.__name__,
        "responses": {str(_status(route)): _success(route, by_shape), "default": error},
    }
    if route.guard.target != "public":
        operation["security"] = [{"session": []}]
    if route.guard.action is not None:
        operation["x-action"] = route.guard.action
    parameters = [*_path_parameters(route), *_query_parameters(route.query, components), *_headers(route)]
    if parameters:
        operation["parameters"] = parameters
    if route.body is not None:
        required = bool(_component(route.body, components).get("required"))
        operation["requestBody"] = {
            "required": required,
            "content": {_JSON: {"schema": by_shape[route.body]}},
        }
    if route.raw:
        operation["requestBody"] = {"required": True, "content": {each: {"schema": {}} for each in route.raw}}
    if route.path == "/healthz":
        operation["responses"]["503"] = {**operation["responses"]["200"], "description": "Something fails"}
    return operation


def _status(route: Route) -> int:
    return 101 if route.socket else 204 if route.answer is None else route.status


def _success(route: Route, by_shape: dict[type[msgspec.Struct], Any]) -> dict[str, Any]:
    if route.socket:
        return {"description": route.socket}
    if route.answer is None:
        return {"description": "Done"}
    if isinstance(route.answer, str):
        schema: dict[str, Any] = {"type": "string"} if route.answer.startswith("text/") else {}
        return {"description": route.summary, "content": {route.answer: {"schema": schema}}}
    return {"description": route.summary, "content": {_JSON: {"schema": by_shape[route.answer]}}}


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": schema}
        for name, schema in PARTS.items()
        if f"{{{name}}}" in route.path
    ]


def _query_parameters(query: type[Asked], components: dict[str, Any]) -> list[dict[str, Any]]:
    component = _component(query, components)
    required = component.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _not_null(schema)}
        for name, schema in component.get("properties", {}).items()
    ]


def _not_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that is not given is absent, never null."""
    rest = {key: value for key, value in schema.items() if not (key == "default" and value is None)}
    if "anyOf" in rest:
        choices = [each for each in rest["anyOf"] if each.get("type") != "null"]
        return choices[0] if len(choices) == 1 else {**rest, "anyOf": choices}
    if "enum" in rest:
        return {**rest, "enum": [each for each in rest["enum"] if each is not None]}
    return rest


def _headers(route: Route) -> list[dict[str, Any]]:
    named = [{"name": name, "in": "header", "required": False, "schema": {"type": "string"}} for name in route.headers]
    if route.method != "GET" and route.guard.target != "public" and not route.csrf_in_body:
        token = {"name": "X-CSRF-Token", "in": "header", "required": True, "schema": {"type": "string"}}
        named.append(token)
    return named


def _component(shape: type[Asked] | type[Answer], components: dict[str, Any]) -> dict[str, Any]:
    found = components[shape.__name__]
    return dict(found)

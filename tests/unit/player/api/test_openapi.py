"""The description of the API, as it is made from the route table."""

from __future__ import annotations

from player.api.openapi import describe
from player.api.routes import ROUTES, SITE_ROUTES


def test_no_two_shapes_share_a_name() -> None:
    """msgspec names shapes of one name by their modules, joined with underscores: neither is found by its own."""
    components = describe("/api/v1", ROUTES, SITE_ROUTES, "0")["components"]["schemas"]
    assert len(components) > 100
    assert [name for name in components if not name.isalnum()] == []


def test_every_operation_has_a_name_of_its_own() -> None:
    paths = describe("/api/v1", ROUTES, SITE_ROUTES, "0")["paths"]
    named = [operation["operationId"] for item in paths.values() for operation in item.values()]
    assert sorted(named) == sorted(set(named))

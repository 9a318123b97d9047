"""What may stand in one type together, in whatever comes from outside."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec import inspect as mi

from evidence.entries import AnyEntry
from mediad.config import Config
from player.api.routes import ROUTES, SITE_ROUTES

_CONTAINERS = (mi.ListType, mi.SetType, mi.FrozenSetType, mi.VarTupleType, mi.TupleType, mi.DictType)


def mixed(types: object, where: str = "", seen: set[type] | None = None) -> Iterator[str]:
    """Where a text with a pattern may also be a container: msgspec 0.22 then takes the compiled pattern for a part of
    its own when garbage is collected, at the latest when the process ends, and crashes."""
    seen = set() if seen is None else seen
    if isinstance(types, mi.StructType):
        if types.cls in seen:
            return
        seen.add(types.cls)
        where = types.cls.__name__
    if isinstance(types, mi.UnionType):
        has_pattern = any(isinstance(each, mi.StrType) and each.pattern for each in types.types)
        if has_pattern and any(isinstance(each, _CONTAINERS) for each in types.types):
            yield where
    for name in getattr(types, "__struct_fields__", ()):
        value = getattr(types, name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, mi.Field):
                yield from mixed(part.type, f"{where}.{part.name}", seen)
            elif isinstance(part, mi.Type):
                yield from mixed(part, where, seen)


def test_no_text_with_a_pattern_may_also_be_a_list() -> None:
    bodies = [each for route in (*ROUTES, *SITE_ROUTES) for each in (route.body, route.query) if each is not None]
    assert len(bodies) > 60
    assert [place for each in (*bodies, Config, AnyEntry) for place in mixed(mi.type_info(each))] == []


@pytest.mark.parametrize(
    "container", [mi.ListType(mi.StrType()), mi.TupleType((mi.StrType(),)), mi.DictType(mi.StrType(), mi.StrType())]
)
def test_such_a_type_would_be_found(container: mi.Type) -> None:
    """Described by hand: msgspec would have to make the type."""
    union = mi.UnionType((mi.StrType(pattern="x"), container))
    assert list(mixed(mi.DictType(mi.StrType(), union), "here")) == ["here"]
    assert list(mixed(mi.UnionType((mi.StrType(), container)), "here")) == []

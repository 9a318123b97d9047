"""Rows of a query as dataclasses: by the columns that those have fields for."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Select

_T = TypeVar("_T")


def typed(connection: Connection, kind: type[_T], query: Select[Any]) -> tuple[_T, ...]:
    """Every row as `kind`, a dataclass; further columns are left out."""
    names = cast(Any, kind).__dataclass_fields__
    rows = (row._mapping for row in connection.execute(query))
    return tuple(kind(**{name: row[name] for name in names}) for row in rows)

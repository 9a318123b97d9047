"""The catalog's one metadata, and how a column is declared: never null unless it says so, always with a comment."""

from __future__ import annotations

from sqlalchemy import Column, MetaData

metadata = MetaData()


def column(name: str, kind: object, comment: str, *args: object, **kw: object) -> Column:  # type: ignore[type-arg]
    return Column(name, kind, *args, comment=comment, **{"nullable": False, **kw})  # type: ignore[arg-type]

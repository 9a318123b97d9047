"""Changes single values in the text of an item list and keeps everything else of it, comments too. The only home of
tomlkit. Pure: text in, text out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Table

from evidence.errors import Invalid, NotFound

Value = str | int | bool | list[str] | None


@dataclass(frozen=True, slots=True)
class Edit:
    """One key of an item (`item`: its code) or of the list itself (None). Value None: the key goes, so its default
    holds."""

    item: str | None
    key: str
    value: Value


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with these values. Raises Invalid for text that is no TOML, NotFound for an item that is not in it.

    Whether the list may be used then says `policy.item_problems`.
    """
    try:
        document = tomlkit.parse(text)
    except (TOMLKitError, RecursionError) as error:
        raise Invalid(f"This is no valid TOML: {error}.") from error
    for edit in edits:
        table = document if edit.item is None else _item(document, edit.item)
        if edit.value is None:
            table.pop(edit.key, None)
        else:
            table[edit.key] = edit.value
    return tomlkit.dumps(document)


def _item(document: tomlkit.TOMLDocument, code: str) -> Table:
    items = document.get("items")
    for table in items if isinstance(items, AoT) else ():
        if isinstance(table, Table) and table.get("code") == code:
            return table
    raise NotFound(f"The list has no item {code!r}.")

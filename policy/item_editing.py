"""Changes values in the text of an item list, adds items and takes them out, and keeps everything else of it, comments
too. The only home of tomlkit. Pure: text in, text out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Comment, Item, Table, Whitespace

from evidence.errors import Conflict, Invalid, NotFound

Value = str | int | bool | list[str] | None


@dataclass(frozen=True, slots=True)
class Edit:
    """One key of an item (`item`: its code) or of the list itself (None). Value None: the key goes, so its default
    holds."""

    item: str | None
    key: str
    value: Value


@dataclass(frozen=True, slots=True)
class Addition:
    """Another item, with these values; what they do not say is as in `copy_of`, or the default. It stands behind the
    item that it is a copy of, or at the end."""

    code: str
    copy_of: str | None
    values: Mapping[str, Value]


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with these values. Raises Invalid for text that is no TOML, NotFound for an item that is not in it.

    Whether the list may be used then says `policy.item_problems`.
    """
    document = _parsed(text)
    for edit in edits:
        table = document if edit.item is None else _item(document, edit.item)
        _set(table, edit.key, edit.value)
    return tomlkit.dumps(document)


def with_item(text: str, new: Addition) -> str:
    """The text with another item. Raises Invalid, NotFound for what it is to be a copy of, Conflict for a code that is
    there."""
    document = _parsed(text)
    items = _items(document)
    if any(table.get("code") == new.code for table in items):
        raise Conflict(f"The list has an item {new.code!r} already.")
    made = tomlkit.table()
    place = len(items)
    if new.copy_of is not None:
        source = _item(document, new.copy_of)
        place = next(n for n, table in enumerate(items) if table is source) + 1
        for key, value in source.unwrap().items():
            made[key] = value
    for key, value in {"code": new.code, **{k: v for k, v in new.values.items() if k != "code"}}.items():
        _set(made, key, value)
    _hand_on(items[place - 1], made)
    items[place - 1].add(tomlkit.nl())
    items.insert(place, made)
    return tomlkit.dumps(document)


def without_item(text: str, code: str) -> str:
    """The text without an item, and without it where a kind of case needs it. Raises Invalid, NotFound."""
    document = _parsed(text)
    items = _items(document)
    gone = _item(document, code)
    place = next(n for n, table in enumerate(items) if table is gone)
    if place > 0:
        _cut_tail(items[place - 1])
        _hand_on(gone, items[place - 1])
    del items[place]
    kinds = document.get("kinds")
    for kind in kinds if isinstance(kinds, AoT) else ():
        needs = kind.get("needs")
        if isinstance(needs, list) and code in needs:
            needs.remove(code)
    return tomlkit.dumps(document)


def _parsed(text: str) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(text)
    except (TOMLKitError, RecursionError) as error:
        raise Invalid(f"This is no valid TOML: {error}.") from error


def _set(table: tomlkit.TOMLDocument | Table, key: str, value: Value) -> None:
    if value is None:
        table.pop(key, None)
    else:
        table[key] = value


def _items(document: tomlkit.TOMLDocument) -> AoT:
    items = document.get("items")
    if not isinstance(items, AoT):
        raise Invalid("The list's items are no tables.")
    return items


def _item(document: tomlkit.TOMLDocument, code: str) -> Table:
    items = document.get("items")
    for table in items if isinstance(items, AoT) else ():
        if isinstance(table, Table) and table.get("code") == code:
            return table
    raise NotFound(f"The list has no item {code!r}.")


def _cut_tail(table: Table) -> list[Item]:
    """Takes off the blank lines and comments behind its last key: they are about what follows."""
    body = table.value.body
    tail: list[Item] = []
    while body and body[-1][0] is None:
        tail.insert(0, body.pop()[1])
    return tail


def _hand_on(source: Table, to: Table) -> None:
    """What stands between a table and the next, behind another."""
    for each in _cut_tail(source) or [tomlkit.nl()]:
        if isinstance(each, Comment | Whitespace):
            to.add(each)

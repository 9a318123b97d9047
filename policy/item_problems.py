"""What is wrong with the text of an item list, each mistake in words and at its place. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from policy.item_list import CaseKind, Contradiction, Item, ItemList, Named, RetentionClass, Window, contradictions
from policy.toml_lines import line_of

_AT = re.compile(r" - at `\$\.?(?P<where>[^`]*)`$")
_SYNTAX_LINE = re.compile(r"\(at line (?P<line>\d+), column \d+\)")
# What msgspec says, and how it is said in Chinese.
_KINDS = (
    (re.compile(r"^Object contains unknown field `(?P<a>[^`]+)`"), "没有“{a}”这个键", "there is no key {a!r}"),
    (re.compile(r"^Object missing required field `(?P<a>[^`]+)`"), "缺少“{a}”", "the key {a!r} is missing"),
    (re.compile(r"^Invalid enum value '?(?P<a>[^']+)'?"), "不能是“{a}”", "it cannot be {a!r}"),
    (re.compile(r"^Expected `\w+` >= (?P<a>\S+)"), "不能小于 {a}", "it must be at least {a}"),
    (re.compile(r"^Expected `\w+` <= (?P<a>\S+)"), "不能大于 {a}", "it must be at most {a}"),
    (re.compile(r"^Expected `array` of length >= (?P<a>\d+)"), "至少要有 {a} 个", "it needs {a} at least"),
    (re.compile(r"^Expected `str` of length >= (?P<a>\d+)"), "不能为空", "it must not be empty"),
    (re.compile(r"^Expected `str` of length <= (?P<a>\d+)"), "不能超过 {a} 个字", "it has more than {a} characters"),
    (re.compile(r"^Expected `str` matching regex"), "格式不对", "it does not have the right form"),
    (re.compile(r"^Expected `(?P<a>[^`]+)`, got `(?P<b>[^`]+)`"), "应为 {a}，现为 {b}", "it must be {a} and is {b}"),
)
_TABLES: dict[str, type[Any]] = {"items": Item, "kinds": CaseKind}
_NAMED: dict[str, type[Any]] = {"windows": Window, "moments": Named, "retention": RetentionClass}


@dataclass(frozen=True, slots=True)
class Problem:
    """`item`: code of the item, where it is about one; `key`: its key; `line`: of the text, from 1."""

    zh: str
    en: str
    line: int | None = None
    item: str | None = None
    key: str | None = None


def problems_of(text: str) -> tuple[Problem, ...]:
    """Everything that is wrong with it; nothing if it may be used."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return (_syntax(str(error)),)
    except RecursionError:
        return (_syntax("nested too deep"),)
    if found := tuple(_values(raw, text)):
        return found
    return tuple(_contradiction(each, raw, text) for each in contradictions(msgspec.convert(raw, ItemList)))


def _syntax(said: str) -> Problem:
    at = _SYNTAX_LINE.search(said)
    line = int(at["line"]) if at else None
    what = _SYNTAX_LINE.sub("", said).strip()
    return Problem(f"不是有效的 TOML 文本（{what}）", f"this is no valid TOML ({what})", line)


def _values(raw: dict[str, Any], text: str) -> Iterator[Problem]:
    """Each thing by itself, so that one mistake does not hide the next; then the list as a whole."""
    n_found = 0
    for place, thing, kind in _things(raw):
        said = _refused(thing, kind)
        if said is not None:
            n_found += 1
            yield _told(said, text, *place)
    if n_found == 0 and (said := _refused(raw, ItemList)) is not None:
        yield _told(said, text, None, None, None)


def _things(raw: dict[str, Any]) -> Iterator[tuple[tuple[str, int | None, str | None], Any, type[Any]]]:
    """((table, number, code of an item), the thing, its type)."""
    for table, kind in _TABLES.items():
        listed = raw.get(table)
        for number, thing in enumerate(listed if isinstance(listed, list) else ()):
            code = thing.get("code") if isinstance(thing, dict) and table == "items" else None
            yield (table, number, code if isinstance(code, str) else None), thing, kind
    for table, kind in _NAMED.items():
        named = raw.get(table)
        for name, thing in named.items() if isinstance(named, dict) else ():
            yield (f"{table}.{name}", None, None), thing, kind


def _refused(thing: Any, kind: type[Any]) -> str | None:
    try:
        msgspec.convert(thing, kind)
    except msgspec.ValidationError as error:
        return str(error)
    return None


def _told(said: str, text: str, table: str | None, number: int | None, item: str | None) -> Problem:
    at, what = _AT.search(said), _AT.sub("", said)
    where = [each for each in re.split(r"[.\[]", at["where"] if at else "") if each and not each.endswith("]")]
    if table is None and where and (len(where) > 1 or "unknown field" in what):
        table = where.pop(0)
    key = where[0] if where else ""
    zh = en = what
    for pattern, zh_form, en_form in _KINDS:
        if found := pattern.match(what):
            zh, en = zh_form.format(**found.groupdict()), en_form.format(**found.groupdict())
            key = key or (found["a"] if "unknown field" in what else "")
            break
    subject = ".".join(each for each in (table, key) if each)
    place_zh, place_en = (f"“{subject}”：", f"{subject}: ") if subject else ("", "")
    return Problem(f"{place_zh}{zh}", f"{place_en}{en}", _line(text, table, number, key), item, key or None)


def _line(text: str, table: str | None, number: int | None, key: str) -> int | None:
    """Also of a thing that is written in one line of its table: `rights = { zh = "…" }`."""
    found = line_of(text, table, number, key)
    if found is None and table is not None and "." in table:
        outer, _, name = table.partition(".")
        return line_of(text, outer, None, name)
    return found


def _contradiction(wrong: Contradiction, raw: dict[str, Any], text: str) -> Problem:
    table: str = wrong.table
    number: int | None = None
    if table in ("windows", "retention"):
        table = f"{table}.{wrong.code}"
    else:
        codes = [each["code"] for each in raw[table]]
        # Of two things with one code the second is the wrong one.
        number = len(codes) - 1 - codes[::-1].index(wrong.code)
    line = _line(text, table, number, wrong.key)
    return Problem(wrong.zh, wrong.en, line, wrong.code if table == "items" else None, wrong.key)

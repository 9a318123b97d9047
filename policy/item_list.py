"""The item list (音像记录事项清单) as data: which acts must be recorded, how, and what is asked of the recording.

Read and checked whole: an unknown key, a reference to nothing, or a number without sense stops the start. Pure but
for `load`, which reads one file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from evidence.canonical import Digest, sha256
from evidence.errors import ConfigInvalid
from policy.content import ContentRules, FlawKind

Mode = Literal["full", "key", "optional", "text"]
Stage = Literal["start", "investigation", "review", "decision", "service", "execution"]
# Who may explain and approve; oversight changes nothing, the administrator has no part in cases.
Judge = Literal["officer", "supervisor", "legal", "custodian"]
# How much a mode asks for.
STRICTNESS: dict[Mode, int] = {"text": 0, "optional": 1, "key": 2, "full": 3}
SHIPPED = Path(__file__).parent / "items" / "water-bureau.toml"

# A blurred picture still shows something, and a body camera turns with its officer.
UNUSABLE: tuple[FlawKind, ...] = ("black", "dark", "covered", "frozen", "mosaic", "muted", "silent", "masked-sound")

_Code = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,47}$")]
_Text = Annotated[str, Meta(min_length=1, max_length=200)]
_Ms = Annotated[int, Meta(ge=0, le=3_600_000)]
# Footage is kept for six months at the very least.
MIN_DAYS = 183


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True): ...


class Named(_Table, frozen=True, kw_only=True):
    zh: _Text
    en: _Text


class ClockTrust(_Table, frozen=True, kw_only=True):
    """How far times are trusted that nobody compared with the server's clock."""

    device_uncertainty_ms: _Ms = 3000
    resolution_ms: _Ms = 1000
    mtime_uncertainty_ms: _Ms = 5000


class Window(_Table, frozen=True, kw_only=True):
    """Local hours in which an act may be carried out: half-open, within one day."""

    start: time
    end: time
    holidays: bool = False  # also on statutory holidays


class RetentionClass(_Table, frozen=True, kw_only=True):
    """How long footage of a class is kept: so many days, or for good where `days` is absent and `permanent` is said."""

    zh: _Text
    en: _Text
    days: Annotated[int, Meta(ge=MIN_DAYS, le=36_525)] | None = None
    permanent: bool = False


class Item(_Table, frozen=True, kw_only=True):
    """One kind of act."""

    code: _Code
    zh: _Text
    en: _Text
    basis: _Text  # the law it rests on
    mode: Mode
    stage: Stage
    from_zh: str = ""  # where the required interval begins and ends, in words
    from_en: str = ""
    until_zh: str = ""
    until_en: str = ""
    views: Annotated[int, Meta(ge=1, le=16)] = 1  # least number of cameras at every moment
    sound: bool = True
    joint_ms: Annotated[int, Meta(ge=0, le=1000)] = 40  # GA/T 947.2 as cited: files this close are continuous
    pre_event_s: Annotated[int, Meta(ge=0, le=300)] = 60  # silent head that a camera keeps from before its button
    hand_in_h: Annotated[int, Meta(ge=1, le=24 * 31)] = 24
    officers: Annotated[int, Meta(ge=0, le=50)] = 0
    moments: tuple[_Code, ...] = ()
    window: _Code | None = None
    explained_by: Annotated[tuple[Judge, ...], Meta(min_length=1)] = ("officer", "supervisor")
    approved_by: Annotated[tuple[Judge, ...], Meta(min_length=1)] = ("supervisor", "legal")
    make_up_h: Annotated[int, Meta(ge=1, le=24 * 31)] = 24  # 行政强制法 第十九条: an emergency measure's approval
    explain_within_h: Annotated[int, Meta(ge=1, le=24 * 366)] = 72  # after a finding was first seen open
    approve_within_h: Annotated[int, Meta(ge=1, le=24 * 366)] = 72  # after it was explained
    long_gap_s: Annotated[int, Meta(ge=1, le=86_400)] | None = None
    long_gap_approved_by: Annotated[tuple[Judge, ...], Meta(min_length=1)] = ("legal",)
    retention: _Code | None = None  # class of its footage; none: it never expires by itself


class MissingRules(_Table, frozen=True, kw_only=True):
    """Footage that is missing beyond cases: what is looked at, who explains it and who approves."""

    # Of the time on duty, at least this much is recorded; 0: nothing is asked.
    duty_percent: Annotated[int, Meta(ge=0, le=100)] = 5
    look_back_d: Annotated[int, Meta(ge=1, le=36_500)] = 365  # recordings received before that are not looked at
    hand_in_h: Annotated[int, Meta(ge=1, le=24 * 31)] = 24
    explain_within_h: Annotated[int, Meta(ge=1, le=24 * 366)] = 72
    approve_within_h: Annotated[int, Meta(ge=1, le=24 * 366)] = 72
    explained_by: Annotated[tuple[Judge, ...], Meta(min_length=1)] = ("officer", "supervisor", "custodian")
    approved_by: Annotated[tuple[Judge, ...], Meta(min_length=1)] = ("supervisor", "legal")


class Deadlines(_Table, frozen=True, kw_only=True):
    """What happens around the deadlines of items: a reminder, and one role after the other."""

    remind_before_h: Annotated[int, Meta(ge=0, le=24 * 31)] = 24
    escalate_every_h: Annotated[int, Meta(ge=1, le=24 * 31)] = 24


class CaseKind(_Table, frozen=True, kw_only=True):
    """What a case is about, and the activities that it cannot be closed without."""

    code: _Code
    zh: _Text
    en: _Text
    needs: tuple[_Code, ...] = ()
    retention: _Code | None = None  # class of all footage of the case
    evidence: _Code | None = None  # class of the recordings that its clips are cut from


class ItemList(_Table, frozen=True, kw_only=True, dict=True):
    version: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9./-]{2,60}$")]
    zh: _Text
    en: _Text
    items: Annotated[tuple[Item, ...], Meta(min_length=1)]
    kinds: Annotated[tuple[CaseKind, ...], Meta(min_length=1)]
    clock: ClockTrust = ClockTrust()
    content: ContentRules = ContentRules()  # when footage shows or says nothing
    unusable: tuple[FlawKind, ...] = UNUSABLE  # flaws that take footage out of what counts
    deadlines: Deadlines = Deadlines()
    missing: MissingRules = MissingRules()  # footage that is missing beyond cases
    windows: dict[str, Window] = {}
    moments: dict[str, Named] = {}
    retention: dict[str, RetentionClass] = {}

    @cached_property
    def _items(self) -> dict[str, Item]:
        return {each.code: each for each in self.items}

    @cached_property
    def _kinds(self) -> dict[str, CaseKind]:
        return {each.code: each for each in self.kinds}

    def item(self, code: str) -> Item | None:
        return self._items.get(code)

    def kind(self, code: str) -> CaseKind | None:
        return self._kinds.get(code)

    def window_of(self, item: Item) -> Window | None:
        return None if item.window is None else self.windows[item.window]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What types cannot say. `table` and `code`: the thing that it is about."""

    table: Literal["items", "kinds", "windows", "retention"]
    code: str
    key: str
    zh: str
    en: str


class ItemListText(msgspec.Struct, frozen=True):
    """A list with the very bytes that it was read from, for the ledger."""

    items: ItemList
    data: bytes

    @property
    def digest(self) -> Digest:
        return sha256(self.data)


def load(path: Path = SHIPPED) -> ItemListText:
    """Read a list. Raises ConfigInvalid."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigInvalid(f"The item list {path} cannot be read: {error.strerror}.") from error
    return parse(data, str(path))


def parse(data: bytes, name: str = "The item list") -> ItemListText:
    """Check the bytes of a list. Raises ConfigInvalid and names what is wrong."""
    try:
        items = msgspec.convert(tomllib.loads(data.decode("utf-8")), ItemList)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError, RecursionError) as error:
        raise ConfigInvalid(f"{name}: {error}.") from error
    for wrong in contradictions(items):
        raise ConfigInvalid(f"{name}: {wrong.en}.")
    return ItemListText(items, data)


def contradictions(items: ItemList) -> list[Contradiction]:
    """What is wrong with a list whose every value is right by itself."""
    wrong = [*_twice("items", "item", "事项", items.items), *_twice("kinds", "kind", "类别", items.kinds)]
    for item in items.items:
        wrong += _of_item(item, items)
    known = {item.code for item in items.items}
    for kind in items.kinds:
        for code in kind.needs:
            if code not in known:
                zh, en = (
                    f"类别“{kind.code}”引用了不存在的事项“{code}”",
                    f"kind {kind.code!r} needs no known item: {code!r}",
                )
                wrong.append(Contradiction("kinds", kind.code, "needs", zh, en))
    for name, window in items.windows.items():
        if window.start >= window.end:
            zh, en = f"时段“{name}”的结束早于开始", f"window {name!r} ends before it begins"
            wrong.append(Contradiction("windows", name, "end", zh, en))
    return [*wrong, *_wrong_retention(items)]


def _twice(
    table: Literal["items", "kinds"], en: str, zh: str, things: tuple[Item, ...] | tuple[CaseKind, ...]
) -> Iterator[Contradiction]:
    codes = [each.code for each in things]
    for code in sorted(set(codes)):
        if codes.count(code) > 1:
            yield Contradiction(table, code, "code", f"{zh}“{code}”出现了两次", f"{en} {code!r} is there twice")


def _of_item(item: Item, items: ItemList) -> Iterator[Contradiction]:
    for moment in item.moments:
        if moment not in items.moments:
            zh = f"事项“{item.code}”引用了不存在的关键环节“{moment}”"
            yield Contradiction(
                "items", item.code, "moments", zh, f"item {item.code!r} names no known moment: {moment!r}"
            )
    if item.window is not None and item.window not in items.windows:
        zh, en = (
            f"事项“{item.code}”引用了不存在的时段“{item.window}”",
            f"item {item.code!r} names no known window: {item.window!r}",
        )
        yield Contradiction("items", item.code, "window", zh, en)
    if item.mode == "full" and not (item.from_zh and item.from_en and item.until_zh and item.until_en):
        zh = f"事项“{item.code}”要求全程录像，但没有说明起点和终点"
        en = f"item {item.code!r} is recorded in full and does not say from where to where"
        yield Contradiction("items", item.code, "from_zh", zh, en)


def _wrong_retention(items: ItemList) -> Iterator[Contradiction]:
    """Every class says days or permanent, and every class that is named is there."""
    for code, each in items.retention.items():
        if (each.days is None) != each.permanent:
            zh = f"保管类别“{code}”必须写明天数或永久，二者择一"
            yield Contradiction(
                "retention", code, "days", zh, f"retention class {code!r} must say either days or permanent"
            )
    for item in items.items:
        yield from _no_class("items", "item", "事项", item.code, "retention", item.retention, items)
    for kind in items.kinds:
        yield from _no_class("kinds", "kind", "类别", kind.code, "retention", kind.retention, items)
        yield from _no_class("kinds", "kind", "类别", kind.code, "evidence", kind.evidence, items)


def _no_class(
    table: Literal["items", "kinds"], en: str, zh: str, code: str, key: str, named: str | None, items: ItemList
) -> Iterator[Contradiction]:
    if named is not None and named not in items.retention:
        words = f"{zh}“{code}”引用了不存在的保管类别“{named}”"
        yield Contradiction(table, code, key, words, f"{en} {code!r} names no known retention class: {named!r}")

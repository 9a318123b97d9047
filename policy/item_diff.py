"""What is other in a new item list than in the one before, in plain words, and what of it asks for less. Pure.

What is not known to ask for more counts as asking for less: so does a key that nobody described here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from policy.content import ContentRules
from policy.item_diff_words import Sayings
from policy.item_list import STRICTNESS, CaseKind, Item, ItemList, Named, Window

Part = Literal["list", "clock", "content", "missing", "deadlines", "retention", "window", "moment", "item", "kind"]
_Weaker = Callable[[Any, Any], bool]


@dataclass(frozen=True, slots=True)
class Change:
    """One key of one thing. `key`: empty where the whole thing came or went. `name`: the thing, for people."""

    part: Part
    code: str
    key: str
    name: Named
    zh: str
    en: str
    weaker: bool


@dataclass(frozen=True, slots=True)
class _Key:
    zh: str
    en: str
    weaker: _Weaker
    unit_zh: str = ""
    unit_en: str = ""


def differences(old: ItemList, new: ItemList) -> tuple[Change, ...]:
    """Everything but comments, the version and the order of things."""
    one = _Comparison(Sayings(old, new))
    return (
        *one.fields("list", "", Named(zh="清单", en="List"), old, new, _LIST),
        *one.fields("clock", "", Named(zh="时钟误差", en="Clocks"), old.clock, new.clock, _CLOCK),
        *one.fields(
            "content", "", Named(zh="内容检查阈值", en="Content thresholds"), old.content, new.content, _CONTENT
        ),
        *one.fields(
            "missing", "", Named(zh="案件以外缺少的录像", en="Missing footage"), old.missing, new.missing, _MISSING
        ),
        *one.fields("deadlines", "", Named(zh="期限", en="Deadlines"), old.deadlines, new.deadlines, _DEADLINES),
        *one.things(
            "window", old.windows, new.windows, lambda code, _: Named(zh=f"时段 {code}", en=f"Hours {code}"), _WINDOW
        ),
        *one.things(
            "retention", old.retention, new.retention, lambda _, each: Named(zh=each.zh, en=each.en), _RETENTION
        ),
        *one.things("moment", old.moments, new.moments, lambda _, each: each, _MOMENT),
        *one.things("item", _by_code(old.items), _by_code(new.items), lambda _, each: _name(each), _ITEM),
        *one.things("kind", _by_code(old.kinds), _by_code(new.kinds), lambda _, each: _name(each), _KIND),
    )


def asks_less(old: tuple[ItemList, Item], new: tuple[ItemList, Item]) -> bool:
    """Would an act be asked less of under the second item of the second list than under the first of the first?"""
    (old_list, old_item), (new_list, new_item) = old, new
    shared = () if old_list is new_list else _shared(old_list, new_list)
    hours = (old_list.window_of(old_item), new_list.window_of(new_item))
    if hours[0] is not None and (hours[1] is None or _wider_hours(hours[0], hours[1])):
        return True
    one = _Comparison(Sayings(old_list, new_list))
    own = one.fields("item", new_item.code, _name(new_item), old_item, new_item, _ITEM)
    return any(each.weaker for each in (*shared, *own) if each.key not in _NOT_ASKED)


# What names a thing, and what is compared by its meaning.
_NOT_ASKED = frozenset(
    {"code", "zh", "en", "basis", "stage", "from_zh", "from_en", "until_zh", "until_en", "window", "retention"}
)


def _shared(old: ItemList, new: ItemList) -> tuple[Change, ...]:
    """What lists say about every act."""
    return tuple(each for each in differences(old, new) if each.part in ("list", "clock", "content"))


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Of two lists, said by the names that they give."""

    say: Sayings

    def things(
        self,
        part: Part,
        old: Mapping[str, Any],
        new: Mapping[str, Any],
        name: Callable[[str, Any], Named],
        keys: dict[str, _Key],
    ) -> Iterator[Change]:
        for code, before in old.items():
            after = new.get(code)
            if after is None:
                yield Change(part, code, "", name(code, before), *self._whole("删除", "removed", before, keys), True)
            else:
                yield from self.fields(part, code, name(code, after), before, after, keys)
        for code, after in new.items():
            if code not in old:
                yield Change(part, code, "", name(code, after), *self._whole("新增", "added", after, keys), False)

    def fields(self, part: Part, code: str, name: Named, old: Any, new: Any, keys: dict[str, _Key]) -> Iterator[Change]:
        before, after = (_told(each) for each in (old, new))
        for field, value in before.items():
            if value != after[field]:
                key = keys.get(field, _Key(field, field, _always))
                weaker = key.weaker(getattr(old, field), getattr(new, field))
                zh = f"{key.zh}：{self._zh(field, value, key)} → {self._zh(field, after[field], key)}"
                en = f"{key.en}: {self._en(field, value, key)} → {self._en(field, after[field], key)}"
                yield Change(part, code, field, name, zh, en, weaker)

    def _whole(self, zh: str, en: str, thing: Any, keys: dict[str, _Key]) -> tuple[str, str]:
        """A thing that came or went, with all that it says beyond the defaults: whoever decides must see it."""
        said = [
            (field.name, value, keys[field.name])
            for field in msgspec.structs.fields(type(thing))
            if field.name in keys and field.name not in ("code", "zh", "en")
            if (value := getattr(thing, field.name)) != field.default
        ]
        words_zh = "；".join(f"{key.zh} {self._zh(name, value, key)}" for name, value, key in said)
        words_en = "; ".join(f"{key.en} {self._en(name, value, key)}" for name, value, key in said)
        return (f"{zh}：{words_zh}", f"{en}: {words_en}") if said else (zh, en)

    def _zh(self, field: str, value: Any, key: _Key) -> str:
        return self.say.zh(field, value, key.unit_zh)

    def _en(self, field: str, value: Any, key: _Key) -> str:
        return self.say.en(field, value, key.unit_en)


_THINGS = frozenset(
    {"version", "items", "kinds", "clock", "content", "missing", "deadlines", "retention", "windows", "moments"}
)


def _told(thing: Any) -> dict[str, Any]:
    """The plain fields of a struct; of a list those that are no things of their own."""
    apart = _THINGS if isinstance(thing, ItemList) else frozenset()
    return {name: getattr(thing, name) for name in thing.__struct_fields__ if name not in apart}


def _by_code(things: tuple[Any, ...]) -> dict[str, Any]:
    return {each.code: each for each in things}


def _name(thing: Item | CaseKind) -> Named:
    return Named(zh=thing.zh, en=thing.en)


# ---- what asks for less --------------------------------------------------------------------------------------
def _always(_old: Any, _new: Any) -> bool:
    return True


def _never(_old: Any, _new: Any) -> bool:
    return False


def _lower(old: Any, new: Any) -> bool:
    return bool(new < old)


def _higher(old: Any, new: Any) -> bool:
    return bool(new > old)


def _fewer(old: Any, new: Any) -> bool:
    return not set(old) <= set(new)


def _more(old: Any, new: Any) -> bool:
    """More roles may do it."""
    return not set(new) <= set(old)


def _dropped(old: bool, new: bool) -> bool:
    return old and not new


def _longer(old: int | None, new: int | None) -> bool:
    """None: no loss is long."""
    return old is not None and (new is None or new > old)


def _other_window(old: str | None, new: str | None) -> bool:
    return old is not None and new != old


def _wider_hours(old: Window, new: Window) -> bool:
    return new.start < old.start or new.end > old.end or (new.holidays and not old.holidays)


_NAMES = {
    "code": _Key("代码", "code", _always),
    "zh": _Key("中文名称", "Chinese name", _never),
    "en": _Key("英文名称", "English name", _never),
}
_LIST = {
    **_NAMES,
    "unusable": _Key("算作无效的内容缺陷", "flaws that take footage out", _fewer),
}
# The less a clock is trusted, the more footage must be shown.
_CLOCK = {
    "device_uncertainty_ms": _Key("设备时钟误差", "devices' clocks", _lower, " 毫秒", " ms"),
    "resolution_ms": _Key("时间精度", "resolution", _lower, " 毫秒", " ms"),
    "mtime_uncertainty_ms": _Key("文件时间误差", "file times", _lower, " 毫秒", " ms"),
}
# By how `policy.content` compares: what must be below a threshold is found less often the lower it is.
_CONTENT = {
    name: _Key(name, name, _higher if name in ("least_s", "mosaic_share", "tone_share", "tone_db") else _lower)
    for name in ContentRules.__struct_fields__
} | {"fixed_view": _Key("fixed_view", "fixed_view", _dropped)}
_WINDOW = {
    "start": _Key("开始", "begin", _lower),
    "end": _Key("结束", "end", _higher),
    "holidays": _Key("节假日也可实施", "also on holidays", lambda old, new: new and not old),
}
_MOMENT = _NAMES
_ITEM = {
    **_NAMES,
    "basis": _Key("法律依据", "legal basis", _never),
    "mode": _Key("记录方式", "mode", lambda old, new: STRICTNESS[new] < STRICTNESS[old]),
    "stage": _Key("环节", "stage", _never),
    # Where the interval begins and ends is said in words: a person must read whether it became shorter.
    "from_zh": _Key("起点", "begins (Chinese)", _always),
    "from_en": _Key("起点（英文）", "begins", _always),
    "until_zh": _Key("终点", "ends (Chinese)", _always),
    "until_en": _Key("终点（英文）", "ends", _always),
    "views": _Key("同时录像的设备", "cameras at once", _lower, " 台"),
    "sound": _Key("要求声音", "sound required", _dropped),
    "joint_ms": _Key("允许的接头", "tolerated joint", _higher, " 毫秒", " ms"),
    "pre_event_s": _Key("预录可无声", "silent head", _higher, " 秒", " s"),
    "hand_in_h": _Key("交存时限", "handed in within", _higher, " 小时", " h"),
    "make_up_h": _Key("补办批准时限", "approval made up within", _higher, " 小时", " h"),
    "explain_within_h": _Key("说明时限", "explained within", _higher, " 小时", " h"),
    "approve_within_h": _Key("批准时限", "approved within", _higher, " 小时", " h"),
    "officers": _Key("最少人数", "officers", _lower, " 人"),
    "moments": _Key("关键环节", "key moments", _fewer),
    "window": _Key("法定时段", "legal hours", _other_window),
    "explained_by": _Key("可说明的角色", "explained by", _more),
    "approved_by": _Key("可批准的角色", "approved by", _more),
    "long_gap_s": _Key("较长缺失自", "a long loss begins at", _longer, " 秒", " s"),
    "long_gap_approved_by": _Key("较长缺失由谁批准", "a long loss is approved by", _more),
}
# How long footage is kept changes with a change of retention only (`player.retention`): a list alone changes nothing.
_CLASS = _Key("保管类别", "retention class", _always)
_RETENTION = {
    "zh": _NAMES["zh"],
    "en": _NAMES["en"],
    "days": _Key("保管天数", "days kept", lambda old, new: new is not None and (old is None or new < old), " 天", " d"),
    "permanent": _Key("永久保管", "kept for good", _dropped),
}
_DEADLINES = {
    "remind_before_h": _Key("提前提醒", "reminded before", _lower, " 小时", " h"),
    "escalate_every_h": _Key("逐级上报间隔", "brought up every", _higher, " 小时", " h"),
}
_MISSING = {
    "duty_percent": _Key("值班录像比例", "of duty recorded", _lower, " %"),
    "look_back_d": _Key("回看", "looks back", _lower, " 天", " d"),
    **{
        name: _ITEM[name]
        for name in ("hand_in_h", "explained_by", "approved_by", "explain_within_h", "approve_within_h")
    },
}
_KIND = {
    **_NAMES,
    "needs": _Key("必须有的事项", "needed items", _fewer),
    "retention": _CLASS,
    "evidence": _Key("证据的保管类别", "retention class of evidence", _always),
}
_ITEM["retention"] = _CLASS

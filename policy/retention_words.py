"""Why footage is kept, in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from policy.retention import Because, Reason, Table


@dataclass(frozen=True, slots=True)
class Words:
    zh: str
    en: str


# {0}: a case's number or an account, {1}: a class, {2}: what somebody wrote
_SAID: dict[Because, tuple[str, str]] = {
    "hold": ("{0} 已设保全：{2}", "{0} put it on hold: {2}"),
    "case-open": ("案件 {0} 尚未办结。", "Case {0} is open."),
    "handed-over": (
        "案件 {0} 已移送{2}，尚未登记处理结果。",
        "Case {0} was handed over to {2}, and what became of it there was not entered.",
    ),
    "rejected-open": (
        "案件 {0} 尚未办结；有人认定此录像不属于该案。",
        "Case {0} is open; somebody said that this does not belong to it.",
    ),
    "unconfirmed": (
        "可能属于案件 {0}，尚无人确认或排除。",
        "It may belong to case {0}, and nobody has confirmed or rejected it.",
    ),
    "unknown-case": (
        "录制时填写的案号 {0} 尚未登记。",
        "It was recorded for case {0}, which was never entered.",
    ),
    "unknown-kind": (
        "现行保管期限表中没有其类别（案件 {0}）。",
        "The classes in force do not know its kind (case {0}).",
    ),
    "unclassified": ("未分类，不会自动到期。", "Unclassified: it never expires by itself."),
    "evidence": ("案件 {0} 的证据：{1}", "Evidence of case {0}: {1}"),
    "class": ("{1}", "{1}"),
}


# For who may not know who put it on hold, and why.
HELD = Words("已设保全。", "It is on hold.")


def in_words(reason: Reason, table: Table) -> Words:
    """One reason, in Chinese and in English."""
    zh, en = _SAID[reason.because]
    found = table.classes.get(reason.code)
    named = (reason.code, reason.code) if found is None else (found.zh, found.en)
    if reason.because == "class" and reason.named:
        zh, en = f"案件 {{0}}：{zh}", f"Case {{0}}: {en}"
    fill = (reason.named, reason.words)
    return Words(zh.format(fill[0], named[0], fill[1]), en.format(fill[0], named[1], fill[1]))

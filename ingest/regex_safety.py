"""Refuses regular expressions that could take exponential time on a hostile file name. Pure.

The rule is stricter than needed and simple to explain: what is repeated must itself be of fixed length and without
alternatives. `([0-9]+)+`, `(a|ab)*` and `(a?b?){9}` break it; `(?:[0-9]{2}){3}` and `[A-Z]+_[0-9]+` do not.
"""

from __future__ import annotations

import re

_REPEAT = re.compile(r"[*+?]|\{(\d*)(,?)(\d*)\}")
# Open-ended repeats in a row make polynomial time; a name has at most 255 bytes.
_MAX_OPEN_REPEATS = 4


def complaint(pattern: str) -> str | None:
    """What is wrong with a pattern, None if nothing. The pattern must compile."""
    if re.search(r"\\[1-9]|\(\?P=|\(\?\(", pattern):
        return "back references and conditions are not allowed"
    # Per open group: whether it holds something of variable length or alternatives.
    loose = [False]
    closed_loose = False
    n_open = 0
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if repeat := _repeat_at(pattern, at):
            many, variable, endless = _meaning(repeat)
            if many and closed_loose:
                return f"a repeat of something that itself varies, at character {at + 1}"
            n_open += endless
            loose[-1] = loose[-1] or variable
            at = repeat.end() + (pattern[repeat.end() : repeat.end() + 1] in ("?", "+"))
            closed_loose = False
            continue
        closed_loose = False
        if char == "(":
            loose.append(False)
            at = _after_group_head(pattern, at)
            continue
        if char == ")":
            closed_loose = loose.pop()
            loose[-1] = loose[-1] or closed_loose
        elif char == "|":
            loose[-1] = True
        at = _after_atom(pattern, at)
    if n_open > _MAX_OPEN_REPEATS:
        return f"more than {_MAX_OPEN_REPEATS} open-ended repeats"
    return None


def _repeat_at(pattern: str, at: int) -> re.Match[str] | None:
    found = _REPEAT.match(pattern, at)
    if found and found[0].startswith("{") and not (found[1] or found[3]):
        return None  # A literal brace.
    return found


def _meaning(repeat: re.Match[str]) -> tuple[bool, bool, bool]:
    """(more than once, variable in number, without an upper bound)."""
    text = repeat[0]
    if text in ("*", "+"):
        return True, True, True
    if text == "?":
        return False, True, False
    low, comma, high = repeat[1], repeat[2], repeat[3]
    endless = bool(comma) and not high
    many = endless or int(high or low or 0) > 1
    return many, bool(comma) and low != high, endless


def _after_group_head(pattern: str, at: int) -> int:
    head = re.compile(r"\((?:\?(?:P<\w+>|[:=!]|<[=!]|[aiLmsux-]+:?))?").match(pattern, at)
    return head.end() if head else at + 1


def _after_atom(pattern: str, at: int) -> int:
    if pattern[at] == "\\":
        return at + 2
    if pattern[at] != "[":
        return at + 1
    end = at + 1 + (pattern[at + 1 : at + 2] == "^")
    end += pattern[end : end + 1] == "]"
    while end < len(pattern) and pattern[end] != "]":
        end += 2 if pattern[end] == "\\" else 1
    return end + 1

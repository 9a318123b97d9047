"""Missing footage in plain words, Chinese and English. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from policy.absences import Absence, Missed
from policy.item_list import Named


def absence_in_words(absence: Absence, zone: ZoneInfo) -> Named:
    """What is missing, what is known about it, and what to do."""
    return {
        "number-hole": _number_hole,
        "file-missed": _file_missed,
        "cut-off": _cut_off,
        "late-hand-in": _late,
        "duty-unrecorded": _duty,
    }[absence.kind](absence, zone)


def _number_hole(absence: Absence, zone: ZoneInfo) -> Named:
    first, last = absence.numbers or (0, 0)
    n = last - first + 1
    from_, to = _clock(absence.start_ms, zone), _clock(absence.end_ms, zone)
    return Named(
        zh=f"设备 {absence.device} 的文件序号 {absence.about} 缺失（{n} 个），应在 {from_} 至 {to} 之间录制。"
        "请查找该文件，或说明情况。",
        en=f"File numbers {absence.about} of device {absence.device} are missing ({n}), recorded between {from_} and "
        f"{to}. Find them or explain.",
    )


_LOST_ZH = {
    "removed": "还没有采集完设备就被取下",
    "vanished": "设备在座时文件消失",
    "restart": "服务重启后文件已不在",
}
_LOST_EN = {
    "removed": "the camera was removed before it was copied",
    "vanished": "it disappeared while the camera was docked",
    "restart": "it was gone when the server looked again after a restart",
}


def _file_missed(absence: Absence, zone: ZoneInfo) -> Named:
    seen = absence.seen
    if seen is None:
        raise ValueError("a missed file without what was seen")
    since_zh = "此后该设备再次入座，仍没有这个文件。" if absence.docked_since else ""
    since_en = " The device was docked again since, without it." if absence.docked_since else ""
    first, last = _clock(seen.first_seen_ms, zone), _clock(seen.missed_ms, zone)
    # A file that was still growing was not noted before it was gone.
    from_zh, from_en = ("", "") if seen.first_seen_ms == seen.missed_ms else (f"于 {first} ", f" at {first}")
    return Named(
        zh=f"文件 {seen.path} {from_zh}在采集口 {seen.bay} 出现，{last} 消失，没有入库：{_LOST_ZH[seen.lost]}"
        f"{_growing(seen, '，当时仍在写入')}。{since_zh}请重新插入该设备，或说明情况。",
        en=f"File {seen.path} was seen in bay {seen.bay}{from_en} and was gone at {last} without having been taken "
        f"in: {_LOST_EN[seen.lost]}{_growing(seen, ', still being written')}.{since_en} Dock it again or explain.",
    )


def _growing(seen: Missed, words: str) -> str:
    return words if seen.growing else ""


def _cut_off(absence: Absence, zone: ZoneInfo) -> Named:
    from_, to = _clock(absence.start_ms, zone), _clock(absence.end_ms, zone)
    if absence.follows_ms is None:
        after_zh, after_en = "此后该设备没有再录像", "the device recorded nothing after it"
    else:
        after_zh = f"该设备 {_span_zh(absence.follows_ms)}后才再次录像"
        after_en = f"the device recorded again {_span_en(absence.follows_ms)} later"
    return Named(
        zh=f"{from_} 至 {to} 的录像没有正常结束（断电、取下电池或文件损坏），{after_zh}。请说明情况。",
        en=f"The recording from {from_} to {to} has no clean end (power lost, battery taken out, or file damaged); "
        f"{after_en}. Explain.",
    )


def _late(absence: Absence, zone: ZoneInfo) -> Named:
    hours = round((absence.end_ms - absence.start_ms) / 3_600_000)
    ended, received = _clock(absence.start_ms, zone), _clock(absence.end_ms, zone)
    return Named(
        zh=f"{ended} 结束的录像 {hours} 小时后（{received}）才交存。请说明情况。",
        en=f"The recording that ended at {ended} was docked {hours} h later ({received}). Explain.",
    )


def _duty(absence: Absence, zone: ZoneInfo) -> Named:
    duty = absence.duty
    if duty is None:
        raise ValueError("a shift without what was recorded of it")
    from_, to = _clock(absence.start_ms, zone), _clock(absence.end_ms, zone)
    recorded, whole = duty.recorded_ms // 60_000, duty.duty_ms // 60_000
    return Named(
        zh=f"{absence.officer} 于 {from_} 至 {to} 值班 {whole} 分钟，录像 {recorded} 分钟，"
        f"不到清单要求的 {duty.percent}%。请补交录像，或说明情况。",
        en=f"{absence.officer} was on duty from {from_} to {to}, {whole} min, of which {recorded} min were recorded: "
        f"less than the {duty.percent} % that the list asks for. Dock the footage or explain.",
    )


def _clock(moment_ms: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(moment_ms / 1000, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _span_zh(span_ms: int) -> str:
    minutes, hours = span_ms / 60_000, span_ms / 3_600_000
    return f"{span_ms / 1000:.0f} 秒" if minutes < 2 else f"{minutes:.0f} 分钟" if hours < 2 else f"{hours:.0f} 小时"


def _span_en(span_ms: int) -> str:
    minutes, hours = span_ms / 60_000, span_ms / 3_600_000
    return f"{span_ms / 1000:.0f} s" if minutes < 2 else f"{minutes:.0f} min" if hours < 2 else f"{hours:.0f} h"

"""A finding in plain words, Chinese and English. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from policy.findings import Finding, Kind
from policy.item_list import ItemList, Named


def in_words(finding: Finding, items: ItemList, zone: ZoneInfo) -> Named:
    """What is wrong, where, and what to do about it."""
    return _WORDS[finding.kind](_Said(finding, items, zone))


_WHY: dict[str, Named] = {
    "black": Named(zh="画面全黑", en="the picture is black"),
    "dark": Named(zh="画面过暗", en="the picture is too dark"),
    "covered": Named(zh="镜头被遮挡", en="the lens is covered"),
    "blurred": Named(zh="画面模糊", en="the picture is blurred"),
    "frozen": Named(zh="画面静止不动", en="the picture stands still"),
    "turned-away": Named(zh="镜头转向", en="the camera is turned away"),
    "mosaic": Named(zh="画面被打码", en="the picture is masked"),
    "muted": Named(zh="声音被静音", en="the sound is muted"),
    "silent": Named(zh="没有声音", en="nothing is heard"),
    "masked-sound": Named(zh="声音被遮盖", en="the sound is masked"),
    "cut-off": Named(
        zh="文件没有正常结束：断电、取下电池或损坏", en="the file has no clean end: power lost or damaged"
    ),
}


# Why a time slate is not believed: evidence.clock_entries.SlateVerdict.
SLATES: dict[str, Named] = {
    "forged": Named(zh="签名不符", en="its signature is not valid"),
    "unknown-key": Named(zh="不是本站当时使用的密钥签的", en="it is signed with no key that this site used then"),
    "too-short": Named(zh="拍摄时间太短，只拍到一个码", en="it was filmed too shortly: one code only"),
    "uneven": Named(
        zh="码的变化与画面时间不一致（可能拍的是照片）", en="its codes do not go on as the pictures do (a photograph?)"
    ),
    "too-late": Named(zh="所示时间晚于本站收到该录像的时间", en="it tells a time after the server had the recording"),
    "far": Named(zh="与设备时间相差过大", en="it is too far from what the device says"),
    "replayed": Named(zh="同一设备的另一段录像有相同的码（可能是翻拍）", en="another recording shows the same codes"),
}

SLATE_ACCEPTED = Named(zh="可信，已用于校准时间", en="it is believed, and the time is corrected by it")


class _Said:
    """A finding's facts, ready to be put into a sentence."""

    def __init__(self, finding: Finding, items: ItemList, zone: ZoneInfo) -> None:
        self.about = finding.about
        self.from_, self.to = _clock(finding.start_ms, zone), _clock(finding.end_ms, zone)
        self.seconds = f"{finding.length_ms / 1000:.1f}".removesuffix(".0")
        self.least = f"{finding.certain_ms / 1000:.1f}".removesuffix(".0")
        # What is certain can be less than the span: the device's clock is not exact.
        partly = finding.certain_ms < finding.length_ms
        self.sure_zh = f"（{self.seconds} 秒，其中至少缺 {self.least} 秒）" if partly else f"（{self.seconds} 秒）"
        self.sure_en = f" ({self.seconds} s, at least {self.least} s lost)" if partly else f" ({self.seconds} s)"
        self.why_zh = "".join(f"（{_WHY[each].zh}）" for each in finding.because if each in _WHY)
        self.why_en = "".join(f" ({_WHY[each].en})" for each in finding.because if each in _WHY)
        self.slate = next((SLATES[each] for each in finding.because if each in SLATES), Named(zh="-", en="-"))
        self.hours = str(round(finding.length_ms / 3_600_000))
        moment, item = items.moments.get(finding.about), items.item(finding.about)
        known = moment or (Named(zh=item.zh, en=item.en) if item else None)
        self.name = known or Named(zh=finding.about or "-", en=finding.about or "-")


def _clock(moment_ms: int, zone: ZoneInfo) -> str:
    local = datetime.fromtimestamp(moment_ms / 1000, UTC).astimezone(zone)
    tenths = local.microsecond // 100_000
    return local.strftime("%m-%d %H:%M:%S") + (f".{tenths}" if tenths else "")


_WORDS: dict[Kind, Callable[[_Said], Named]] = {
    "activity-missing": lambda s: Named(
        zh=f"这类案件必须有“{s.name.zh}”活动，尚未登记。请登记该活动。",
        en=f"This kind of case needs an activity “{s.name.en}”, and none is entered. Enter it.",
    ),
    "times-missing": lambda s: Named(
        zh="活动的实际开始或结束时间没有登记。请登记。",
        en="The activity's actual beginning or end is not entered. Enter it.",
    ),
    "unknown-item": lambda s: Named(
        zh=f"事项清单中没有“{s.about}”。请改为清单中的事项。",
        en=f"The item list has no “{s.about}”. Choose one that it has.",
    ),
    "unconfirmed": lambda s: Named(
        zh=f"{s.from_} 至 {s.to} 的录像按时间和人员匹配到本活动，尚未有人确认。请确认或排除。",
        en=f"Footage from {s.from_} to {s.to} was matched to this activity and nobody confirmed it. Confirm it or not.",
    ),
    "unexamined": lambda s: Named(
        zh=f"{s.from_} 至 {s.to} 的录像内容尚未自动检查完。请稍候。",
        en=f"The content of the footage from {s.from_} to {s.to} is still being examined. Wait.",
    ),
    "unexaminable": lambda s: Named(
        zh=f"{s.from_} 至 {s.to} 的录像内容无法自动检查。请人工查看并说明。",
        en=f"The content of the footage from {s.from_} to {s.to} cannot be examined. Look at it and explain.",
    ),
    "unsearchable": lambda s: Named(
        zh=f"{s.from_} 至 {s.to} 的录像无法查找时间校准码。请核对拍摄时间并说明。",
        en=f"The footage from {s.from_} to {s.to} cannot be searched for time slates. Check when it was made, explain.",
    ),
    "no-footage": lambda s: Named(
        zh=f"{s.from_} 至 {s.to} 完全没有录像。请补交录像，或说明情况。",
        en=f"There is no footage at all from {s.from_} to {s.to}. Dock it or explain.",
    ),
    "gap": lambda s: Named(
        zh=f"{s.from_} 至 {s.to}{s.sure_zh}没有可用的录像{s.why_zh}。请补交录像，或说明情况。",
        en=f"No camera recorded from {s.from_} to {s.to}{s.sure_en}{s.why_en}. Dock the footage or explain.",
    ),
    "unprovable": lambda s: Named(
        zh=f"{s.from_} 至 {s.to}（{s.seconds} 秒）不能证明已录像：设备时钟不够准确。请校准时间，或说明情况。",
        en=f"It cannot be shown that {s.from_} to {s.to} ({s.seconds} s) was recorded: the device's clock is not "
        "exact enough. Correct its time or explain.",
    ),
    "few-views": lambda s: Named(
        zh=f"{s.from_} 至 {s.to}{s.sure_zh}同时录像的设备少于 {s.about} 台{s.why_zh}。请补交录像，或说明情况。",
        en=f"Fewer than {s.about} cameras recorded from {s.from_} to {s.to}{s.sure_en}{s.why_en}. Dock it or explain.",
    ),
    "no-sound": lambda s: Named(
        zh=f"{s.from_} 至 {s.to}{s.sure_zh}有画面而没有声音{s.why_zh}。请说明情况。",
        en=f"There is a picture but no sound from {s.from_} to {s.to}{s.sure_en}{s.why_en}. Explain.",
    ),
    "slate-refused": lambda s: Named(
        zh=f"录像中 {s.from_} 拍到的时间校准码不可信：{s.slate.zh}，未采用。请核对时间，或说明情况。",
        en=f"The time slate filmed at {s.from_} is not believed: {s.slate.en}. It was not used. Check the time or "
        "explain.",
    ),
    "sequence-hole": lambda s: Named(
        zh=f"设备文件序号缺失：{s.about}（{s.from_} 至 {s.to} 之间）。请查找该文件，或说明情况。",
        en=f"File numbers of a device are missing: {s.about} (between {s.from_} and {s.to}). Find the file or explain.",
    ),
    "stopped-early": lambda s: Named(
        zh=f"设备 {s.about.partition('/')[0]} 的录像在 {s.from_} 停止{s.why_zh}，而活动到 {s.to} 才结束。"
        "请补交录像，或说明情况。",
        en=f"Device {s.about.partition('/')[0]} stopped recording at {s.from_}{s.why_en} while the activity went on "
        f"until {s.to}. Dock the rest or explain.",
    ),
    "late-docking": lambda s: Named(
        zh=f"录像结束 {s.hours} 小时后才交存。请说明情况。",
        en=f"The recording was docked {s.hours} h after it ended. Explain.",
    ),
    "few-officers": lambda s: Named(
        zh=f"执法人员不足（登记人数/要求人数：{s.about}）。请补登，或说明情况。",
        en=f"Too few officers (entered/required: {s.about}). Enter them or explain.",
    ),
    "moment-missing": lambda s: Named(
        zh=f"关键环节“{s.name.zh}”没有标记。请在录像中标记，或说明情况。",
        en=f"The key moment “{s.name.en}” is not marked. Mark it in the footage or explain.",
    ),
    "approval-missing": lambda s: Named(
        zh=f"紧急情况下当场实施的措施，应在 {s.to} 前补办批准，尚未登记批准。请登记，或说明情况。",
        en=f"It was taken at once as an emergency measure and must be approved by {s.to}; no approval is entered. "
        "Enter it or explain.",
    ),
    "approval-late": lambda s: Named(
        zh=f"补办批准逾期：应在 {s.from_} 前批准，实际于 {s.to} 批准。请说明情况。",
        en=f"The approval was made up late: due by {s.from_}, approved at {s.to}. Explain.",
    ),
    "at-night": lambda s: Named(
        zh=f"{s.from_} 至 {s.to} 在夜间实施。请说明紧急情况。",
        en=f"It was carried out at night, from {s.from_} to {s.to}. Explain the emergency.",
    ),
    "on-holiday": lambda s: Named(
        zh=f"{s.from_} 至 {s.to} 在法定节假日（{s.about}）实施。请说明紧急情况。",
        en=f"It was carried out on a statutory holiday ({s.about}), from {s.from_} to {s.to}. Explain the emergency.",
    ),
    "holiday-unknown": lambda s: Named(
        zh=f"{s.from_} 至 {s.to}：该年度节假日安排未知，不能判断是否为法定节假日。请说明。",
        en=f"{s.from_} to {s.to}: its holidays are not known, so nobody can tell whether it was one. Explain.",
    ),
}

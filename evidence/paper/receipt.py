"""The receipt of a sitting: what stands on it. Frozen data and words, no I/O; `typesetter` makes the PDF.

Chinese first, English below. Times are the site's own, with its offset named once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from evidence.canonical import Digest
from evidence.live import SittingId
from evidence.sittings import AlarmKind, Person, PersonRole, SittingKind

KINDS: dict[SittingKind, tuple[str, str]] = {
    "inquiry": ("询问", "Inquiry"),
    "interrogation": ("讯问", "Interrogation"),
    "hearing": ("听证", "Hearing"),
    "statement": ("陈述申辩", "Statement and defence"),
    "identification": ("辨认", "Identification"),
    "mediation": ("调解", "Mediation"),
    "other": ("其他", "Other"),
}
ROLES: dict[PersonRole, tuple[str, str]] = {
    "officer": ("执法人员", "Officer"),
    "recorder": ("记录人", "Recorder"),
    "party": ("当事人", "Party"),
    "interpreter": ("翻译", "Interpreter"),
    "guardian": ("监护人", "Guardian"),
    "lawyer": ("律师", "Lawyer"),
    "witness": ("见证人", "Witness"),
    "other": ("其他", "Other"),
}
EVENTS: dict[str, tuple[str, str]] = {
    "gap": ("未录制", "Not recorded"),
    "dropped": ("数据丢失", "Packets lost"),
    "clock-jump": ("时钟跳变", "Clock jumped"),
    "format-changed": ("格式变化", "Format changed"),
    "sound-lost": ("声音中断", "Sound lost"),
    "black": ("黑屏", "Black picture"),
    "frozen": ("画面静止", "Frozen picture"),
    "silent": ("无声音", "No sound"),
    "long-gop": ("关键帧间隔过长", "Keyframes far apart"),
    "backlog": ("时间由文件推算", "Time reckoned from the file"),
}
ALARMS: dict[AlarmKind, tuple[str, str]] = {
    "lost": ("通道中断", "Channel lost"),
    "not-recording": ("未在录制", "Not recorded"),
    "black": ("黑屏", "Black picture"),
    "frozen": ("画面静止", "Frozen picture"),
    "silent": ("无声音", "No sound"),
}
# Codes of `live.event.reason`.
REASONS = {
    "restart": "服务重启",
    "network": "网络中断",
    "unreachable": "摄像机无法连接",
    "refused": "摄像机拒绝连接",
    "unsupported": "信号无法读取",
    "stalled": "信号停滞",
    "ended": "信号结束",
    "broken": "信号中断",
    "source": "尚无画面",
    "gap": "画面中断",
    "clock-jump": "时钟跳变",
    "format-changed": "格式变化",
    "open-fragment": "最后片段未写完",
    "out-of-sequence": "片段不连续",
    "camera": "摄像机",
    "disk-full": "磁盘已满",
    "store-unavailable": "存储无法写入",
}


@dataclass(frozen=True, slots=True)
class ChannelLine:
    label: str
    required: bool
    covered_ms: int  # of the sitting's time
    n_recordings: int
    n_segments: int
    format: str


@dataclass(frozen=True, slots=True)
class EventLine:
    """A gap, or anything else that is said about a channel's footage."""

    channel: str
    kind: str  # an EventKind
    from_at: datetime
    until_at: datetime | None
    reason: str  # code of the cause; "" if nobody explained it
    detail: str


@dataclass(frozen=True, slots=True)
class AlarmLine:
    channel: str
    kind: AlarmKind
    raised_at: datetime
    cleared_at: datetime | None
    acknowledged_by: str | None


@dataclass(frozen=True, slots=True)
class MarkLine:
    on_at: datetime
    note: bool
    text: str
    by: str


@dataclass(frozen=True, slots=True)
class Receipt:
    site: str
    sitting: SittingId
    room: str
    unit: str | None
    kind: SittingKind
    case: str | None
    activity: str
    people: tuple[Person, ...]
    must_record: bool
    started_at: datetime
    ended_at: datetime
    begun_by: str
    ended_by: str
    channels: tuple[ChannelLine, ...]
    events: tuple[EventLine, ...]
    alarms: tuple[AlarmLine, ...]
    marks: tuple[MarkLine, ...]
    digest: Digest
    entry: int  # ledger index of sitting.ended
    ledger: str  # the ledger's origin line

    @property
    def qr(self) -> str:
        """What the square code says: enough to find the sitting and to compare its digest."""
        return f"mediad-sitting\n{self.ledger}\n{self.sitting}\n{self.entry}\n{self.digest}"

    def data(self, zone: ZoneInfo) -> bytes:
        """Everything that the template shows, as JSON of finished texts."""
        length_ms = _ms(self.started_at, self.ended_at)
        shown = {
            "site": self.site,
            "title": {"zh": "录音录像回执", "en": "Receipt of recording"},
            "facts": self._facts(zone, length_ms),
            "people": [[person.name, *ROLES[person.role]] for person in self.people],
            "channels": [_channel(each, length_ms) for each in self.channels],
            "events": [_event(each, zone) for each in self.events],
            "alarms": [_alarm(each, zone) for each in self.alarms],
            "marks": [_mark(each, zone, self.started_at) for each in self.marks],
            "digest": " ".join(_pieces(self.digest, 8)),
            "entry": str(self.entry),
            "ledger": self.ledger,
            "sitting": self.sitting,
            "signers": [[person.name, *ROLES[person.role]] for person in _signers(self.people)],
        }
        return msgspec.json.encode(shown)

    def _facts(self, zone: ZoneInfo, length_ms: int) -> list[list[str]]:
        kind = KINDS[self.kind]
        full = ("应当全程录音录像", "must be recorded in full") if self.must_record else ("一般", "ordinary")
        return [
            ["场所", "Room", self.room],
            ["单位", "Unit", self.unit or "—"],
            ["类型", "Kind", f"{kind[0]} {kind[1]}"],
            ["要求", "Rule", f"{full[0]} {full[1]}"],
            ["案件编号", "Case", self.case or "—"],
            ["事项", "Activity", self.activity or "—"],
            ["开始", "Begun", f"{_moment(self.started_at, zone)}（{self.begun_by}）"],
            ["结束", "Ended", f"{_moment(self.ended_at, zone)}（{self.ended_by}）"],
            ["时长", "Length", _length(length_ms)],
            ["时区", "Time zone", f"{zone.key} {self.started_at.astimezone(zone):%z}"],
        ]


def _signers(people: Iterable[Person]) -> list[Person]:
    """Everybody but "other" signs: the party first, the officers last."""
    order: dict[PersonRole, int] = {
        "party": 0, "guardian": 1, "lawyer": 2, "interpreter": 3, "witness": 4, "recorder": 5, "officer": 6,
    }  # fmt: skip
    return sorted((each for each in people if each.role in order), key=lambda each: order[each.role])


def _channel(line: ChannelLine, length_ms: int) -> list[str]:
    share = 100.0 if length_ms <= 0 else min(100.0, 100 * line.covered_ms / length_ms)
    # 99.99 % is not "100.0 %".
    percent = "100 %" if line.covered_ms >= length_ms else f"{int(share * 10) / 10:.1f} %"
    return [
        line.label + (" *" if line.required else ""),
        line.format or "—",
        str(line.n_recordings),
        str(line.n_segments),
        _length(line.covered_ms),
        percent,
    ]


def _event(line: EventLine, zone: ZoneInfo) -> list[str]:
    lasted = "" if line.until_at is None else _length(_ms(line.from_at, line.until_at))
    until = "—" if line.until_at is None else _time(line.until_at, zone)
    zh, en = EVENTS.get(line.kind, (line.kind, ""))
    known = REASONS.get(line.reason, line.reason)
    why = f"{known} {line.detail}".strip() or "原因不明 Not explained"
    return [line.channel, zh, en, _time(line.from_at, zone), until, lasted, why]


def _alarm(line: AlarmLine, zone: ZoneInfo) -> list[str]:
    zh, en = ALARMS[line.kind]
    cleared = "—" if line.cleared_at is None else _time(line.cleared_at, zone)
    return [line.channel, zh, en, _time(line.raised_at, zone), cleared, line.acknowledged_by or "—"]


def _mark(line: MarkLine, zone: ZoneInfo, started_at: datetime) -> list[str]:
    kind = ("批注", "Note") if line.note else ("标记", "Mark")
    return [_time(line.on_at, zone), _length(_ms(started_at, line.on_at)), *kind, line.text, line.by]


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _time(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%H:%M:%S}.{local.microsecond // 100_000}"


def _length(ms: int) -> str:
    seconds, tenths = divmod(max(0, ms) // 100, 10)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{tenths}"


def _ms(start: datetime, end: datetime) -> int:
    return round((end - start).total_seconds() * 1000)


def _pieces(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]

"""The demonstration's people, cameras and files, as data. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mediad.site_files import NewBay, NewSite

ZONE = ZoneInfo("Asia/Shanghai")
UNIT = "水政监察一中队"


@dataclass(frozen=True, slots=True)
class Person:
    account: str
    display_name: str
    role: str
    unit: str | None
    may: str  # what the role is for, in words


@dataclass(frozen=True, slots=True)
class Clip:
    """One file that a camera brings. `began` is counted back from the end of the shift."""

    bay: str
    device: str
    officer: str
    kind: str  # of evidence.media.specimens
    began: timedelta
    seconds: float
    folder: str = ""
    key_mark: bool = False
    cut_off: bool = False  # the battery went flat: no moov
    gps: bool = False


BAYS = (
    NewBay("bay-1", "bays/1", "1号采集口", officer="张伟", unit=UNIT),
    NewBay("bay-2", "bays/2", "2号采集口", officer="李娜", unit=UNIT),
    NewBay("bay-3", "bays/3", "3号采集口", officer="王建国", unit="水政监察二中队"),
)
PEOPLE = (
    Person("张伟", "张伟", "officer", UNIT, "watches own recordings 本人录像"),
    Person("chen", "陈志远（中队长）", "supervisor", UNIT, "watches the unit's recordings 本中队录像"),
    Person("fazhi", "周敏（法制科）", "legal", None, "watches what a case needs 法制审核"),
    Person("jiandu", "调阅监督员", "oversight", None, "reads who watched what 调阅监督"),
    Person("baoguan", "设备保管员", "custodian", None, "docks and devices, no footage 采集站"),
    Person("admin", "系统管理员", "admin", None, "runs the machine, no footage 系统管理"),
)
_SHIFT = (
    Clip("bay-1", "DSJ4A017", "张伟", "mp4", timedelta(hours=5, minutes=12), 40, gps=True),
    Clip("bay-1", "DSJ4A017", "张伟", "mp4-bframes", timedelta(hours=3, minutes=40), 60, key_mark=True),
    Clip("bay-1", "DSJ4A017", "张伟", "photo", timedelta(hours=3, minutes=37), 0, folder="DCIM/100MEDIA"),
    Clip("bay-2", "DSJ4A022", "李娜", "hevc", timedelta(hours=4, minutes=5), 25),
    Clip("bay-2", "DSJ4A022", "李娜", "avi-mjpeg", timedelta(hours=2, minutes=50), 20),
    Clip("bay-3", "DSJ4B003", "王建国", "mp4-faststart", timedelta(hours=4, minutes=30), 45),
    Clip("bay-3", "DSJ4B003", "王建国", "mp4", timedelta(hours=1, minutes=15), 15, cut_off=True),
)


def site(port: int) -> NewSite:
    return NewSite(name="江城县水务局执法音像站", unit=UNIT, timezone=str(ZONE), port=port, bays=BAYS)


def shift(fast: bool) -> tuple[Clip, ...]:
    """The files of the shift; `fast`: short ones, for tests."""
    if not fast:
        return _SHIFT
    return tuple(
        Clip(c.bay, c.device, c.officer, c.kind, c.began, min(c.seconds, 9), c.folder, c.key_mark, c.cut_off, c.gps)
        for c in _SHIFT
    )


def file_name(clip: Clip, number: int, end_of_shift: datetime, suffix: str) -> str:
    """As profile "start-device-seq" reads it: 20261124103000_DSJ4A017_0007_KEY.mp4, in the camera's local time."""
    began = (end_of_shift - clip.began).astimezone(ZONE)
    mark = "_KEY" if clip.key_mark else ""
    return f"{began:%Y%m%d%H%M%S}_{clip.device}_{number:04d}{mark}{suffix}"

"""The roster as CSV and as JSON: the same rows, and each odd line named."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

import pytest

from evidence.errors import Invalid
from player.roster_file import Form, is_roster, read_roster

ZONE = ZoneInfo("Asia/Shanghai")
HEADER = "人员,设备,单位,值班开始,值班结束"
CSV = (
    f"{HEADER}\r\nP-1,DSJ1,一中队,2026-11-24 08:00,2026-11-24 18:00\r\n,,,,\r\n"
    "P-2,,,2026/11/24 18:00,2026-11-25 02:00\r\n"
)
FIRST = {"officer": "P-1", "device": "DSJ1", "unit": "一中队"}
SHIFTS = [
    FIRST | {"start_at": "2026-11-24 08:00", "end_at": "2026-11-24T18:00:00+08:00"},
    {"人员": "P-2", "值班开始": "2026/11/24 18:00", "值班结束": "2026-11-25 02:00"},
]


def _json(shifts: object) -> bytes:
    return json.dumps({"shifts": shifts}).encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_and_json_say_the_same(encoding: str) -> None:
    csv, document = read_roster(CSV.encode(encoding), "csv", ZONE), read_roster(_json(SHIFTS), "json", ZONE)
    assert [words for _, words in csv.shifts] == [words for _, words in document.shifts]
    assert (csv.lines, document.lines) == ((2, 4), (1, 2))
    first = csv.shifts[0][1]
    assert (first.officer, first.device, first.start_at) == ("P-1", "DSJ1", "2026-11-24T00:00:00.000000Z")
    assert csv.encoding == ("GB18030" if encoding == "gb18030" else "UTF-8")


@pytest.mark.parametrize(
    "odd",
    [
        {"officer": "P-3"},
        {"officer": "P-3", "start_at": "昨天", "end_at": "今天"},
        {"officer": 3, "start_at": "2026-11-24 08:00", "end_at": "2026-11-24 18:00"},
        {"officer": "P-3", "start_at": "2026-11-24 08:00", "end_at": "2026-11-24 18:00", "rank": "x"},
        {"officer": "P" * 201, "start_at": "2026-11-24 08:00", "end_at": "2026-11-24 18:00"},
        {"officer": "P-3", "start_at": "2026-11-24 08:00", "end_at": "2026-11-27 18:00"},
        ["P-3"],
    ],
)
def test_an_odd_shift_is_named_and_hides_no_other(odd: object) -> None:
    file = read_roster(_json([SHIFTS[0], odd, SHIFTS[1]]), "json", ZONE)
    assert [line for line, _ in file.shifts] == [1, 3]
    (wrong,) = file.odd
    assert wrong.line == 2 and wrong.zh and wrong.en


@pytest.mark.parametrize(
    ("data", "form", "said"),
    [
        (b"{", "json", "no JSON"),
        (b"[" * 100_000, "json", "no JSON"),
        (b"[]", "json", "nothing else"),
        (b'{"shifts": [], "number": "1"}', "json", "nothing else"),
        (b'{"shifts": []}', "json", "no line"),
        (_json([{}] * 2001), "json", "2001 lines"),
        (f"{HEADER}\r\n".encode(), "csv", "no line"),
        ("人员,值班开始\r\nP-1,2026-11-24 08:00\r\n".encode(), "csv", "值班结束"),
        (f"{HEADER},级别\r\n".encode(), "csv", "级别"),
        (f"{HEADER},人员\r\n".encode(), "csv", "twice"),
        (b"x" * ((1 << 20) + 1), "csv", "1 MiB"),
    ],
)
def test_what_is_no_roster(data: bytes, form: Form, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        read_roster(data, form, ZONE)


def test_a_roster_is_told_from_a_case() -> None:
    assert is_roster(CSV.encode(), "csv") and is_roster(_json(SHIFTS), "json")
    assert not is_roster("案件编号,案件类别\r\n".encode(), "csv")
    assert not any(is_roster(data, "json") for data in (b'{"number": "1"}', b"[]", b"{", b""))

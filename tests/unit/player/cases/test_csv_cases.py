"""A spreadsheet of cases: read the same in either encoding, never guessed at, every odd line named."""

from __future__ import annotations

import csv
import io
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evidence.errors import Invalid, LinesRejected, RejectedLine
from player.cases.csv_cases import COLUMNS, MAX_LINES, CsvFile, answer, read_csv
from player.roster_file import is_roster
from policy.item_list import load

ITEMS = load().items
ZONE = ZoneInfo("Asia/Shanghai")
LINE = {
    "案件编号": "水查〔2026〕1号",
    "案件类别": "查封扣押案件",
    "案件名称": "非法采砂",
    "对象类型": "个人",
    "对象名称": "某人",
    "承办单位": "一中队",
    "办案人员": "P-1；P-2",
    "活动编号": "7",
    "事项": "查封、扣押",
    "地点": "三号码头",
    "实际开始": "2026-11-24 09:00",
    "实际结束": "2026/11/24 9:30:00",
    "执法人员": "P-1、P-2",
    "设备": "DSJ1",
}


def text(*lines: dict[str, str], header: list[str] | None = None) -> str:
    names = header or list(LINE)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([[line.get(name, "") for name in names] for line in lines])
    return out.getvalue()


def read(data: str | bytes) -> CsvFile:
    return read_csv(data.encode() if isinstance(data, str) else data, ITEMS, ZONE)


def rejected(data: str) -> dict[int, str]:
    with pytest.raises(LinesRejected) as caught:
        read(data)
    return {each.line: each.zh for each in caught.value.lines}


def test_a_line_is_an_activity_and_lines_of_one_number_are_one_case() -> None:
    file = read(text(LINE, LINE | {"活动编号": "8", "案件名称": "", "实际结束": ""}, LINE | {"案件编号": "2"}))
    first, second = file.cases
    assert (first.case.number, first.case.kind, first.case.officers) == ("水查〔2026〕1号", "seizure", ("P-1", "P-2"))
    seven, eight = first.case.activities
    assert (seven.item, seven.stage, seven.officers, seven.devices) == (
        "seizure",
        "investigation",
        ("P-1", "P-2"),
        ("DSJ1",),
    )
    assert (seven.started_at, seven.ended_at) == ("2026-11-24T01:00:00.000000Z", "2026-11-24T01:30:00.000000Z")
    assert eight.ended_at is None and (first.line, first.lines, second.line) == (2, (2, 3), 4)
    assert file.encoding == "UTF-8" and file.lines == (2, 3, 4)


def test_a_case_without_an_activity_and_names_of_our_own() -> None:
    own = {COLUMNS[name]: value for name, value in LINE.items()} | {
        "kind": "seizure",
        "item": "seizure",
        "subject_kind": "person",
    }
    assert read(text(own, header=list(own))).cases[0].case.activities == read(text(LINE)).cases[0].case.activities
    bare = {name: LINE[name] for name in list(LINE)[:5]}
    assert read(text(bare)).cases[0].case.activities == ()


_words = st.text(
    st.characters(codec="gb18030", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1, max_size=20
)


@given(st.lists(st.tuples(_words, _words, _words), min_size=1, max_size=5, unique_by=lambda each: each[0]))
def test_either_encoding_reads_the_same(said: list[tuple[str, str, str]]) -> None:
    data = text(*(LINE | {"案件编号": number, "案件名称": title, "地点": place} for number, title, place in said))
    plain, marked = read(data), read(b"\xef\xbb\xbf" + data.encode())
    chinese = read(data.encode("gb18030"))
    assert plain == marked and chinese.cases == plain.cases and chinese.encoding == "GB18030"
    assert [each.case.title for each in plain.cases] == [title for _, title, _ in said]


def test_an_encoding_is_never_guessed() -> None:
    own = {COLUMNS[name]: value for name, value in LINE.items()}
    with pytest.raises(Invalid, match="does not show"):
        read(text(own, header=list(own)).encode("gb18030"))
    with pytest.raises(Invalid, match="UTF-16"):
        read(text(LINE).encode("utf-16"))
    with pytest.raises(Invalid, match="neither"):
        read(text(LINE).encode() + b"\xff\xff")
    with pytest.raises(Invalid, match="does not show"):
        read("ÄÖ,number\n".encode("latin-1"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"案件编号": ""}, "没有案件编号"),
        ({"案件类别": "没有的"}, "案件类别"),
        ({"对象类型": "其他"}, "对象类型"),
        ({"案件名称": ""}, "缺少“案件名称”"),
        ({"事项": "没有的"}, "事项"),
        ({"活动编号": ""}, "活动编号"),
        ({"实际开始": "昨天"}, "不是时间"),
        ({"实际开始": "2026-02-30 09:00"}, "不是时间"),
        ({"地点": "长" * 300}, "不符合要求"),
        ({"办案人员": ",".join(f"P-{n}" for n in range(60))}, "不符合要求"),
    ],
)
def test_an_odd_line_is_named_with_its_reason(change: dict[str, str], said: str) -> None:
    fine = LINE | {"案件编号": "2"}
    found = rejected(text(fine, LINE | change))
    assert list(found) == [3] and said in found[3]


def test_lines_of_one_case_must_not_contradict_each_other() -> None:
    found = rejected(
        text(LINE, LINE | {"活动编号": "8", "对象名称": "另一人"}, LINE | {"活动编号": "9", "实际开始": "x"})
    )
    assert list(found) == [3, 4] and "与第 2 行不同" in found[3]


@pytest.mark.parametrize("data", [b'"x' + b"x" * 200_000, "案件编号\r编号,x\n".encode("gb18030"), b"a\rb,c\n"])
def test_what_no_reader_takes_for_csv_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(Invalid):
        read_csv(data, ITEMS, ZONE)
    assert not is_roster(data, "csv")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "Columns are missing"),
        ("案件编号\n1\n", "Columns are missing"),
        (text(LINE, header=[*LINE, "颜色"]), "unknown"),
        (text(LINE, header=[*LINE, "number"]), "twice"),
        (text(), "no line"),
        (text(LINE) + '"open', "no CSV"),
        (text(*[LINE | {"活动编号": str(n)} for n in range(MAX_LINES + 1)]), "Divide"),
    ],
)
def test_what_is_no_such_file_is_refused_whole(data: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        read(data)


@given(st.binary(max_size=300))
@example(text(LINE).encode("gb18030")[:-3])
def test_whatever_is_dropped_is_read_or_refused_in_words(data: bytes) -> None:
    try:
        read(data)
    except Invalid as error:
        assert error.message


def test_a_line_number_is_where_a_record_begins() -> None:
    note = LINE | {"备注": "两\n行"}
    header = [*LINE, "备注"]
    assert list(rejected(text(note, LINE | {"活动编号": ""}, header=header))) == [4]
    assert list(rejected(text(LINE) + "\r\n\r\n" + ",x\r\n")) == [5]


def test_the_answer_says_what_became_of_every_line_and_holds_no_formula() -> None:
    data = answer([2, 3], [RejectedLine(3, "=1+1", "@x")], "GB18030").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(data)))
    assert rows[1][:2] == ["2", "未登记（本文件有被退回的行）"] and rows[2] == ["3", "退回", "'=1+1", "'@x"]
    assert "已登记" in answer([2], [], "UTF-8").decode("utf-8-sig")

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.completeness import Sighting, is_complete, writer_of
from ingest.device_files import DeviceFile, DeviceFolder

WALL = datetime(2026, 11, 24, tzinfo=UTC)
NOW_NS = int(WALL.timestamp() * 1e9)


def judge(*, age_s: float, still_s: float, writer: bool | None, settle_s: float = 2) -> bool:
    file = DeviceFile(b"a", 1, NOW_NS - int(age_s * 1e9), 1, 1)
    return is_complete(Sighting(file, 100 - still_s), now_s=100, wall=WALL, settle_s=settle_s, writer=writer)


@pytest.mark.parametrize(
    ("age_s", "still_s", "writer", "complete"),
    [
        (3600, 3600, True, False),  # somebody holds it, however still it stands
        (3600, 0, False, True),  # an old file on a card: at once
        (0.5, 0, False, False),  # just written: look again
        (-3600, 0, False, False),  # a device clock that runs ahead says nothing
        (-3600, 2, False, True),
        (3600, 0, None, False),  # the kernel cannot tell: two scans
        (3600, 2, None, True),
    ],
)
def test_when_a_file_counts_as_complete(age_s: float, still_s: float, writer: bool | None, complete: bool) -> None:
    assert judge(age_s=age_s, still_s=still_s, writer=writer) is complete


def test_without_a_settling_time_two_scans_are_still_needed_where_nothing_is_known() -> None:
    assert not judge(age_s=0, still_s=0, writer=None, settle_s=0)
    assert judge(age_s=0, still_s=0.1, writer=None, settle_s=0)


def test_the_kernel_knows_about_writers(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"a")
    folder = DeviceFolder(str(tmp_path).encode())
    file = folder.find(b"a")
    free = writer_of(folder, file)
    if free is None:
        pytest.skip("this file system grants no leases")
    assert free is False
    with path.open("ab"):
        assert writer_of(folder, file) is True
    assert writer_of(folder, file) is False
    path.unlink()
    assert writer_of(folder, file) is None

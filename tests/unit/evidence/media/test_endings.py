from __future__ import annotations

from pathlib import Path

import pytest

from evidence.media.endings import missing_end

CUT_OFF = "The file was cut off in its last part."
TS = (b"\x47" + bytes(187)) * 20
MKV = b"\x1a\x45\xdf\xa3\x80" + b"\x18\x53\x80\x67"


@pytest.mark.parametrize(
    ("container", "data", "expected"),
    [
        ("avi", b"RIFF" + (92).to_bytes(4, "little") + bytes(92), None),
        ("avi", b"RIFF" + (93).to_bytes(4, "little") + bytes(92), CUT_OFF),
        ("wav", b"RIFF" + (0xFFFFFFFF).to_bytes(4, "little") + bytes(92), None),
        ("avi", b"RI", None),
        ("mpegts", TS, None),
        ("mpegts", TS[:-1], CUT_OFF),
        ("mpegts", (b"\0\0\0\0\x47" + bytes(187)) * 20, None),
        ("mpegts", ((b"\0\0\0\0\x47" + bytes(187)) * 20)[:-4], CUT_OFF),
        ("matroska,webm", MKV + b"\x8a" + bytes(10), None),
        ("matroska,webm", MKV + b"\x8b" + bytes(10), CUT_OFF),
        ("matroska,webm", MKV + b"\x01" + b"\xff" * 7 + bytes(10), None),
        ("matroska,webm", MKV + b"\x01" + bytes(6) + b"\x64" + bytes(10), CUT_OFF),
        ("matroska,webm", MKV + bytes(20), None),
        ("mov,mp4,m4a,3gp,3g2,mj2", b"anything", None),
    ],
)
def test_an_end_that_is_missing(tmp_path: Path, container: str, data: bytes, expected: str | None) -> None:
    (tmp_path / "f").write_bytes(data)
    assert missing_end(tmp_path / "f", container) == expected

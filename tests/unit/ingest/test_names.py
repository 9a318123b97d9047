from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import names


@given(st.binary(max_size=60))
def test_text_leads_back_to_the_bytes(path: bytes) -> None:
    text = names.to_text(path)
    assert names.to_bytes(text) == path
    text.encode()
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in text)


@given(st.text(alphabet="\\x0a41é执\u202e", max_size=20))
def test_what_looks_escaped_already_stays_apart(text: str) -> None:
    assert names.to_bytes(names.to_text(text.encode())) == text.encode()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (b"DCIM/a.mp4", "DCIM/a.mp4"),
        ("执法.mp4".encode(), "执法.mp4"),
        (b"a\nb", "a\\x0ab"),
        (b"\xff", "\\xff"),
        (b"a\\x41", "a\\x5cx41"),
        ("\u202egpj.exe".encode(), "\\xe2\\x80\\xaegpj.exe"),
    ],
)
def test_what_is_shown(path: bytes, text: str) -> None:
    assert names.to_text(path) == text


@pytest.mark.parametrize(
    ("path", "extension", "stem"),
    [
        (b"a/b.MP4", ".mp4", b"a/b"),
        (b"a.b/c", "", b"a.b/c"),
        (b".hidden", "", b".hidden"),
        (b"x.tar.gz", ".gz", b"x.tar"),
    ],
)
def test_extension_and_stem(path: bytes, extension: str, stem: bytes) -> None:
    assert names.extension(path) == extension
    assert names.stem(path) == stem

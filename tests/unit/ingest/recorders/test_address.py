"""Credentials go to the worker and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.errors import ConfigInvalid
from ingest.recorders.address import network_address

URL = "rtsp://10.0.0.1:554/stream1"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "credentials"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_secret_address_holds_what_no_text_may_show(tmp_path: Path) -> None:
    address = network_address(URL, written(tmp_path, "admin:s3:cr/et@x\n"))
    assert address.secret == "rtsp://admin:s3%3Acr%2Fet%40x@10.0.0.1:554/stream1"
    for shown in (str(address), repr(address), f"{address}"):
        assert "s3" not in shown
    said = address.redact(f"401 for {address.secret}, password s3:cr/et@x, admin:s3:cr/et@x")
    assert "s3" not in said and "10.0.0.1" in said


def test_an_address_without_credentials_is_shown_as_it_is() -> None:
    address = network_address(URL, None)
    assert (address.shown, address.secret, address.redact("x")) == (URL, URL, "x")


@pytest.mark.parametrize("text", ["", "admin", ":secret", "a:b\nc:d"])
def test_other_files_are_refused_without_their_content(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigInvalid, match="one line user:password") as caught:
        network_address(URL, written(tmp_path, text))
    assert "secret" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="cannot be read"):
        network_address(URL, tmp_path / "none")

"""What a card may hold besides good footage, and what a worker may answer: everything is sealed, and no bay stands
still for it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from evidence.catalog import schema
from evidence.records import MediaIndex
from ingest.sealing import BayTerms
from tests.integration.ingest.site import opened_site

LONG = MediaIndex(kind="video", container="matroska", playback="packaged", playback_reason="", duration_ms=2**52)


@dataclass(frozen=True)
class Answer:
    value: Any


@dataclass(frozen=True)
class Answering:
    """Workers that answer one thing."""

    value: Any

    def run(
        self,
        task: str,
        args: dict[str, Any],
        *,
        timeout_s: float,
        fds: Sequence[int] = (),
        patience_s: float | None = None,
    ) -> Answer:
        return Answer(self.value)


@pytest.fixture
def bay(tmp_path: Path) -> Path:
    path = tmp_path / "bay"
    path.mkdir()
    (path / "20261124103000_1234567_0007.mp4").write_bytes(b"film")
    return path


@pytest.mark.parametrize(
    "value", [None, {"kind": "poem"}, msgspec.to_builtins(LONG), msgspec.to_builtins(LONG) | {"duration_ms": -1}]
)
def test_whatever_a_worker_answers_the_original_is_sealed(tmp_path: Path, bay: Path, value: Any) -> None:
    with opened_site(tmp_path, workers=Answering(value)) as site:
        (outcome,) = site.take_all(bay, BayTerms("bay-1"))
        (row,) = site.rows(schema.recordings)
        assert (outcome.state, row["playback"]) == ("sealed", "none") and row["playback_reason"]


@pytest.mark.parametrize("year", [1600, 2400])
def test_a_file_of_another_century(tmp_path: Path, bay: Path, year: int) -> None:
    """No 64 bits hold the nanoseconds of its time."""
    (path,) = bay.iterdir()
    moment_ns = (year - 1970) * 31_556_952 * 10**9
    os.utime(path, ns=(moment_ns, moment_ns))
    with opened_site(tmp_path, workers=Answering(None)) as site:
        for _ in range(2):
            (outcome,) = site.take_all(bay, BayTerms("bay-1", clear_after_seal=True))
            assert outcome.state == "sealed" and not path.exists()
            path.write_bytes(b"film")
            os.utime(path, ns=(moment_ns, moment_ns))


def test_two_cameras_that_used_one_name_are_both_sealed_after_a_kill(tmp_path: Path, bay: Path) -> None:
    """Each was kept and not sealed when the process ended; neither camera comes back."""

    def die(step: str) -> None:
        if step == "kept":
            raise RuntimeError("killed")

    (path,) = bay.iterdir()
    with opened_site(tmp_path, workers=Answering(None), step=die) as site:
        for data in (b"film", b"another film"):
            path.write_bytes(data)
            with pytest.raises(RuntimeError, match="killed"):
                site.take_all(bay, BayTerms("bay-1"))
    with opened_site(tmp_path, workers=Answering(None)) as site:
        assert site.intake.resume(BayTerms("bay-1")) == 2
        assert {row["size_bytes"] for row in site.rows(schema.recordings)} == {4, 12}

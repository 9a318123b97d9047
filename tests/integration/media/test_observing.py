"""Flaws found in real footage, in a worker's own function; and damaged or foreign footage."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.errors import IntegrityBroken, MediaUnreadable
from evidence.media.flawed_specimens import FlawAt, make_flawed
from evidence.media.observations import Observations
from evidence.media.observing import observe
from evidence.media.specimens import make, suffix
from policy.content import ContentRules, flaws

SECONDS = 60


def seen_in(path: Path) -> Observations:
    out = path.with_suffix(".observations")
    observe(path, out, lambda _done: None)
    return Observations.from_bytes(out.read_bytes())


@pytest.mark.parametrize("picture", ["black", "covered", "frozen", "turned-away"])
def test_a_flaw_of_twelve_seconds_is_found_where_it_is(picture: str, tmp_path: Path) -> None:
    truth = (FlawAt(picture, 20, 32), FlawAt("muted", 40, 52))
    path = make_flawed(tmp_path / "a.mp4", "room", SECONDS, truth)
    found = flaws(seen_in(path), ContentRules(fixed_view=True), SECONDS * 1000)
    assert [flaw.kind for flaw in found] == [picture, "muted"]
    for flaw, true in zip(found, truth, strict=True):
        assert abs(flaw.start_ms / 1000 - true.start_s) <= 2.1 and abs(flaw.end_ms / 1000 - true.end_s) <= 2.1


def test_usual_footage_of_every_kind_has_no_flaw(tmp_path: Path) -> None:
    for kind in ("mp4", "mp4-bframes", "avi-mjpeg", "ts", "mkv", "wav", "3gp-amr"):
        path = make(kind, tmp_path / f"{kind}{suffix(kind)}", seconds=12)
        seen = seen_in(path)
        assert flaws(seen, ContentRules(), 12_000) == (), kind
        assert len(seen.looks) >= (0 if kind == "wav" else 6) and len(seen.sounds) >= 11, kind


def test_rubbish_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"no film at all" * 100)
    with pytest.raises(MediaUnreadable):
        observe(path, tmp_path / "out", lambda _done: None)


def test_a_cut_or_altered_blob_is_no_observation(tmp_path: Path) -> None:
    data = seen_in(make("mp4", tmp_path / "a.mp4", seconds=6)).to_bytes()
    assert Observations.from_bytes(data).to_bytes() == data
    for broken in (data[:-1], data + b"\0", b"XXXX" + data[4:], b""):
        with pytest.raises(IntegrityBroken):
            Observations.from_bytes(broken)

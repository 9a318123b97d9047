"""Where a recording has picture and sound, from its statements."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import delete

from evidence.catalog.case_schema import stretches
from evidence.catalog.stretch_rows import fill, stretch_rows
from evidence.media import specimens
from tests.integration.player.site import Store, opened


@pytest.fixture(scope="module")
def rows_of(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[str, int, int]]]:
    root = tmp_path_factory.mktemp("stretches")
    with opened(root) as store:
        return {kind: _rows(store, kind, root) for kind in ("mp4", "mp4-silent", "mp4-bframes", "m4a", "photo", "ts")}


def _rows(store: Store, kind: str, root: Path) -> list[tuple[str, int, int]]:
    recording = store.seal(specimens.make(kind, root / f"a{specimens.suffix(kind)}", seconds=13, width=160, height=96))
    found = [row for row in store.rows(stretches) if row["recording"] == recording]
    return [(row["kind"], row["start_ms"], row["end_ms"]) for row in found]


@pytest.mark.parametrize("kind", ["mp4", "mp4-bframes", "ts"])
def test_a_whole_recording_is_one_stretch_of_each(rows_of: dict[str, list[tuple[str, int, int]]], kind: str) -> None:
    (video, audio) = sorted(rows_of[kind], reverse=True)
    assert (video[0], audio[0]) == ("video", "audio")
    for _, start, end in (video, audio):
        assert 0 <= start <= 60 and abs(end - 13_000) <= 100, rows_of[kind]


def test_no_sound_no_picture_nothing(rows_of: dict[str, list[tuple[str, int, int]]]) -> None:
    assert [row[0] for row in rows_of["mp4-silent"]] == ["video"]
    assert [row[0] for row in rows_of["m4a"]] == ["audio"]
    assert rows_of["photo"] == []


def test_segments_of_nothing_are_no_stretch() -> None:
    from tests.unit.evidence.sealed import seal

    manifest = seal(3).manifest
    spans = [(row["kind"], row["n"], row["start_ms"] < row["end_ms"]) for row in stretch_rows(manifest)]
    assert spans and all(longer for *_, longer in spans)


def test_older_sites_are_filled_from_their_manifests(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.seal(specimens.make("mp4", tmp_path / "a.mp4", seconds=5, width=160, height=96))
        before = store.rows(stretches)
        store.writer.write(lambda connection: connection.execute(delete(stretches)))
        assert store.rows(stretches) == []
        assert store.writer.write(lambda connection: fill(connection, store.blobs)) == 1
        assert store.rows(stretches) == before
        assert store.writer.write(lambda connection: fill(connection, store.blobs)) == 0

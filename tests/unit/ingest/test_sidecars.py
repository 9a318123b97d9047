from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.device_files import DeviceFile
from ingest.sidecars import bundle


def files(*paths: str) -> list[DeviceFile]:
    return [DeviceFile(path.encode(), 1, 1, 1, n) for n, path in enumerate(paths)]


def shape(*paths: str) -> list[tuple[str, list[str]]]:
    return [(b.main.text, sorted(s.text for s in b.sidecars)) for b in bundle(files(*paths))]


def test_the_same_stem_in_the_same_folder_belongs_together() -> None:
    assert shape("a/1.MP4", "a/1.gpx", "a/1.SRT", "b/1.gpx") == [
        ("a/1.MP4", ["a/1.SRT", "a/1.gpx"]),
        ("b/1.gpx", []),
    ]


def test_an_appended_extension_belongs_too() -> None:
    assert shape("1.MP4", "1.MP4.srt") == [("1.MP4", ["1.MP4.srt"])]


def test_of_film_and_photo_the_film_gets_the_track() -> None:
    assert shape("1.JPG", "1.MP4", "1.gpx") == [("1.JPG", []), ("1.MP4", ["1.gpx"])]


def test_two_films_with_one_stem_are_two_bundles() -> None:
    assert shape("1.AVI", "1.MP4", "1.gpx") == [("1.AVI", ["1.gpx"]), ("1.MP4", [])]


@given(st.sets(st.from_regex(r"[ab]/[12](\.(mp4|jpg|gpx|srt|mp4\.srt|dat))?", fullmatch=True)))
def test_every_file_is_in_exactly_one_bundle(paths: set[str]) -> None:
    found = [file.text for item in bundle(files(*paths)) for file in item.files]
    assert sorted(found) == sorted(paths)

"""A camera that comes back: what the store had of its files and lost, or has damaged, is neither called safe nor the
reason for deleting the last good copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.canonical import sha256
from evidence.catalog import schema
from evidence.errors import IntegrityBroken
from ingest.sealing import BayTerms
from tests.integration.ingest.site import Site, opened_site

FILM, TRACK = b"no film, and kept all the same", b"<gpx/>"
KEEPS, CLEARS = BayTerms("bay-1"), BayTerms("bay-1", clear_after_seal=True)


@pytest.fixture
def bay(tmp_path: Path) -> Path:
    path = tmp_path / "bay"
    path.mkdir()
    (path / "a.mp4").write_bytes(FILM)
    (path / "a.gpx").write_bytes(TRACK)
    return path


def damage(site: Site, data: bytes) -> None:
    path = site.blobs.path(sha256(data))
    path.chmod(0o600)
    path.write_bytes(bytes(len(data)))


@pytest.mark.parametrize("data", [FILM, TRACK])
@pytest.mark.parametrize("name", ["bay-1", "bay-2"])
def test_a_damaged_copy_is_no_reason_to_clear_the_device(tmp_path: Path, bay: Path, data: bytes, name: str) -> None:
    with opened_site(tmp_path) as site:
        site.take_all(bay, KEEPS)
        damage(site, data)
        with pytest.raises(IntegrityBroken, match="damaged"):
            site.take_all(bay, BayTerms(name, clear_after_seal=True))
        assert len(list(bay.iterdir())) == 2


@pytest.mark.parametrize("data", [FILM, TRACK])
@pytest.mark.parametrize("terms", [KEEPS, CLEARS])
def test_what_the_store_lost_is_copied_again(tmp_path: Path, bay: Path, data: bytes, terms: BayTerms) -> None:
    with opened_site(tmp_path) as site:
        site.take_all(bay, KEEPS)
        site.blobs.path(sha256(data)).unlink()
        site.take_all(bay, terms)
        assert site.blobs.read(sha256(data)) == data
        assert len(site.rows(schema.recordings)) == 1
        assert len(list(bay.iterdir())) == (0 if terms.clear_after_seal else 2)
        assert {row["state"] for row in site.rows(schema.attempts)} <= {"sealed", "duplicate"}

from __future__ import annotations

from pathlib import Path

from evidence.blobs.local import LocalBlobs
from evidence.blobs.removal import BlobRemoval


def test_what_a_killed_process_withdrew_is_unlinked_at_the_next_sweep(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    kept, doomed = blobs.put(b"kept"), blobs.put(b"doomed")
    BlobRemoval(blobs).withdraw([doomed])
    assert not blobs.has(doomed) and (tmp_path / "withdrawn" / doomed).exists()

    BlobRemoval(blobs).sweep()
    assert list((tmp_path / "withdrawn").iterdir()) == [] and list(blobs) == [kept]
    BlobRemoval(blobs).sweep()

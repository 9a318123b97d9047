"""The one narrow door by which blobs leave the store. Nothing else of the project unlinks one.

Two steps, so that what is decided in a transaction is quick and what takes time comes after it: `withdraw` takes a blob
from its address by a rename, `empty` unlinks what was withdrawn. Both can be done again after a crash. Handed to the
destruction of expired recordings and to nobody else.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from evidence.blobs.local import LocalBlobs, sync_directory, translated
from evidence.canonical import Digest


class BlobRemoval:
    """Of one local store. Thread-safe; the folder of the withdrawn lies beside the blobs, on their disk."""

    def __init__(self, blobs: LocalBlobs) -> None:
        self._blobs = blobs
        self._withdrawn = blobs.root / "withdrawn"
        with translated(blobs.root):
            self._withdrawn.mkdir(exist_ok=True)
            sync_directory(blobs.root)

    def withdraw(self, digests: Iterable[Digest]) -> None:
        """Take blobs from their addresses: nothing finds them there any more. Those already gone are passed over."""
        for digest in digests:
            address = self._blobs.address(digest)
            with translated(address):
                try:
                    os.rename(address, self._withdrawn / digest)
                except FileNotFoundError:
                    continue

    def sweep(self) -> None:
        """Unlink whatever a killed process withdrew and did not come to unlink: nothing finds its way back. Raises
        StoreUnavailable."""
        with translated(self._withdrawn):
            left = [Digest(name) for name in os.listdir(self._withdrawn)]
        if left:
            self.empty(left)

    def empty(self, digests: Iterable[Digest]) -> None:
        """Unlink what was withdrawn, and make both disappearances durable. Raises StoreUnavailable."""
        folders: set[Path] = set()
        for digest in digests:
            with translated(self._withdrawn):
                (self._withdrawn / digest).unlink(missing_ok=True)
            folders.add(self._blobs.address(digest).parent)
        for folder in (self._withdrawn, *sorted(folders)):
            if folder.is_dir():
                with translated(folder):
                    sync_directory(folder)

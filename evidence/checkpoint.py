"""Signed checkpoints of the ledger: C2SP tlog-checkpoint text in a C2SP signed note. Pure."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from evidence.errors import IntegrityBroken
from evidence.signing import NoteSigner, NoteVerifier

_SIGNATURE_PREFIX = "\u2014 "  # em dash and blank open a signature line (C2SP signed-note)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes


def make_note(origin: str, size: int, root: bytes, signer: NoteSigner) -> str:
    """The signed note of a tree: origin, size and base64 root, one per line."""
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    signature = base64.b64encode(signer.sign(text.encode())).decode()
    return f"{text}\n{_SIGNATURE_PREFIX}{signer.name} {signature}\n"


def open_note(note: str, verifier: NoteVerifier) -> Checkpoint:
    """Verify a note and read it. Lines of other signers (witnesses) are allowed. Raises IntegrityBroken."""
    text, separator, signatures = note.partition("\n\n")
    if not separator:
        raise IntegrityBroken("The checkpoint has no signature.")
    text += "\n"
    for line in signatures.splitlines():
        name, _, encoded = line.removeprefix(_SIGNATURE_PREFIX).partition(" ")
        if not line.startswith(_SIGNATURE_PREFIX):
            raise IntegrityBroken("The checkpoint has a line that is no signature.")
        signature = _decode(encoded)
        if name == verifier.name and signature[:4] == verifier.key_hash:
            verifier.verify(text.encode(), signature)
            return _read(text)
    raise IntegrityBroken(f"The checkpoint is not signed by {verifier.name}.")


def _decode(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise IntegrityBroken("The checkpoint holds a signature that is not base64.") from error


def _read(text: str) -> Checkpoint:
    lines = text.splitlines()
    if len(lines) < 3 or not lines[1].isdecimal() or (lines[1] != "0" and lines[1].startswith("0")):
        raise IntegrityBroken("The checkpoint's text is not origin, size and root.")
    root = _decode(lines[2])
    if len(root) != 32:
        raise IntegrityBroken("The checkpoint's root is not a SHA-256 hash.")
    return Checkpoint(lines[0], int(lines[1]), root)

"""Keys and signatures: the only home of `cryptography`.

Two kinds of key. The *seal key* (P-256, ECDSA with SHA-256, DER) signs segment statements and manifests; the
*ledger key* (Ed25519) signs checkpoints as C2SP signed notes. A signer is an interface, so that a token (PKCS#11)
or another algorithm can take a file key's place.
"""

from __future__ import annotations

import base64
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from evidence.errors import Conflict, IntegrityBroken, KeyUnreadable

SEAL_KEY_FILE = "seal.p256.pem"
LEDGER_KEY_FILE = "ledger.ed25519.pem"
_ED25519_NOTE_TYPE = b"\x01"  # C2SP signed-note: Ed25519 signature type


class SealSigner(Protocol):
    @property
    def keyid(self) -> str: ...
    @property
    def alg(self) -> str: ...
    @property
    def public_pem(self) -> str: ...
    def sign(self, message: bytes) -> bytes: ...


class NoteSigner(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def vkey(self) -> str: ...
    def sign(self, text: bytes) -> bytes:
        """4-byte key hash followed by the signature: what a signature line of a note carries, base64-encoded."""
        ...


def _spki(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _keyid(key: ec.EllipticCurvePublicKey) -> str:
    """First 16 hex digits of SHA-256 over the DER SubjectPublicKeyInfo."""
    return hashlib.sha256(_spki(key)).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class FileSealSigner:
    """A P-256 key read from a PEM file."""

    _key: ec.EllipticCurvePrivateKey
    keyid: str
    public_pem: str
    alg: str = "ecdsa-p256-sha256"

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message, ec.ECDSA(hashes.SHA256()))


@dataclass(frozen=True, slots=True)
class SealVerifier:
    _key: ec.EllipticCurvePublicKey
    keyid: str

    @classmethod
    def from_pem(cls, text: str) -> SealVerifier:
        try:
            key = serialization.load_pem_public_key(text.encode())
        except ValueError as error:
            raise KeyUnreadable(f"Not a public key in PEM: {error}.") from error
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise KeyUnreadable("The seal key must be a P-256 key.")
        return cls(key, _keyid(key))

    def verify(self, message: bytes, signature: bytes, what: str = "message") -> None:
        """Raise IntegrityBroken, naming `what`, unless the signature is this key's over the message."""
        try:
            self._key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature as error:
            raise IntegrityBroken(f"The signature of the {what} is not valid for key {self.keyid}.") from error


def _note_key_hash(name: str, public: bytes) -> bytes:
    """C2SP signed-note key id: SHA-256(name || LF || type || key), first 4 bytes."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519_NOTE_TYPE + public).digest()[:4]


@dataclass(frozen=True, slots=True)
class FileNoteSigner:
    """An Ed25519 key read from a PEM file, under the name of the ledger's origin."""

    _key: ed25519.Ed25519PrivateKey
    name: str
    vkey: str
    key_hash: bytes

    def sign(self, text: bytes) -> bytes:
        return self.key_hash + self._key.sign(text)


@dataclass(frozen=True, slots=True)
class NoteVerifier:
    _key: ed25519.Ed25519PublicKey
    name: str
    key_hash: bytes

    @classmethod
    def from_vkey(cls, text: str) -> NoteVerifier:
        """Read C2SP verifier key text: `name+hash+base64(type || key)`."""
        try:
            name, stated, encoded = text.split("+", 2)
            raw = base64.b64decode(encoded, validate=True)
            key = ed25519.Ed25519PublicKey.from_public_bytes(raw[1:])
        except ValueError as error:
            raise KeyUnreadable("Not a note verifier key: expected name+hash+key.") from error
        key_hash = _note_key_hash(name, raw[1:])
        if raw[:1] != _ED25519_NOTE_TYPE or key_hash.hex() != stated:
            raise KeyUnreadable("The note verifier key's hash does not fit its key.")
        return cls(key, name, key_hash)

    def verify(self, text: bytes, signature: bytes) -> None:
        """`signature` starts with the key hash. Raises IntegrityBroken."""
        try:
            if signature[:4] != self.key_hash:
                raise InvalidSignature
            self._key.verify(signature[4:], text)
        except InvalidSignature as error:
            raise IntegrityBroken(f"The checkpoint's signature is not valid for {self.name}.") from error


def generate_keys(directory: Path, origin: str) -> None:
    """Make both keys with their public halves in `directory`. Conflict if one is there: keys are never replaced."""
    seal = ec.generate_private_key(ec.SECP256R1())
    note = ed25519.Ed25519PrivateKey.generate()
    public = seal.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write_new(directory / SEAL_KEY_FILE, _private_pem(seal), 0o600)
    _write_new(directory / LEDGER_KEY_FILE, _private_pem(note), 0o600)
    _write_new(directory / "seal.pub", public, 0o644)
    _write_new(directory / "ledger.pub", (_note_signer(note, origin).vkey + "\n").encode(), 0o644)
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _private_pem(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write_new(path: Path, data: bytes, mode: int) -> None:
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError as error:
        raise Conflict(f"There is a key at {path} already.", remedy="Keys are never replaced: move it away.") from error
    with os.fdopen(fd, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(fd)


def _load_private(path: Path) -> object:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        data = path.read_bytes()
    except OSError as error:
        raise KeyUnreadable(
            f"The key {path} cannot be read: {error.strerror}.", remedy="Check [keys] in the configuration."
        ) from error
    if mode & 0o077:
        raise KeyUnreadable(f"The key {path} can be read by others (mode {mode:o}).", remedy=f"Run chmod 600 {path}.")
    try:
        return serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError) as error:
        raise KeyUnreadable(f"The key {path} is not an unencrypted PEM private key.") from error


def load_seal_signer(path: Path) -> FileSealSigner:
    """Read the seal key. KeyUnreadable if it is missing, open to others, or not P-256."""
    key = _load_private(path)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyUnreadable(f"The key {path} is not a P-256 key.")
    public = key.public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return FileSealSigner(key, _keyid(public), pem.decode())


def _note_signer(key: ed25519.Ed25519PrivateKey, name: str) -> FileNoteSigner:
    public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    key_hash = _note_key_hash(name, public)
    encoded = base64.b64encode(_ED25519_NOTE_TYPE + public).decode()
    return FileNoteSigner(key, name, f"{name}+{key_hash.hex()}+{encoded}", key_hash)


def load_note_signer(path: Path, name: str) -> FileNoteSigner:
    """Read the ledger key. `name` is the ledger's origin line. KeyUnreadable if it is not an Ed25519 key."""
    key = _load_private(path)
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise KeyUnreadable(f"The key {path} is not an Ed25519 key.")
    return _note_signer(key, name)

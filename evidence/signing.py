"""Keys and signatures: the only home of `cryptography`.

Three kinds of key. The *seal key* (P-256, ECDSA with SHA-256, DER) signs segment statements and manifests; the
*ledger key* (Ed25519) signs checkpoints as C2SP signed notes; a *slate key* (Ed25519, in memory, announced in the
ledger) signs the time of day. A signer is an interface, so that a token (PKCS#11)
or another algorithm (SM2) can take a file key's place. Never logs or returns a private key. Safe from any thread.
"""

from __future__ import annotations

import base64
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from evidence.errors import Conflict, IntegrityBroken, Invalid, KeyUnreadable

SEAL_KEY_FILE = "seal.p256.pem"
LEDGER_KEY_FILE = "ledger.ed25519.pem"
SEAL_PUBLIC_FILE = "seal.pub"
LEDGER_PUBLIC_FILE = "ledger.pub"
SEAL_ALG = "ecdsa-p256-sha256"

_ED25519_NOTE_TYPE = b"\x01"  # C2SP signed-note: Ed25519 signature type
_ED25519_KEY_BYTES = 32
# A PEM key is under 1 KiB; what is larger is some other file.
_MAX_KEY_FILE_BYTES = 64 * 1024


class SealSigner(Protocol):
    """Signs evidence. Implemented by `FileSealSigner`."""

    @property
    def keyid(self) -> str:
        """First 16 hex digits of SHA-256 over the DER SubjectPublicKeyInfo."""
        ...

    @property
    def alg(self) -> str: ...
    @property
    def public_pem(self) -> str: ...
    def sign(self, message: bytes) -> bytes:
        """The signature over the message itself, not over a digest of it."""
        ...


class NoteSigner(Protocol):
    """Signs the ledger's checkpoints. Implemented by `FileNoteSigner`."""

    @property
    def name(self) -> str: ...
    @property
    def vkey(self) -> str: ...
    def sign(self, text: bytes) -> bytes:
        """4-byte key hash followed by the signature: what a signature line of a note carries, base64-encoded."""
        ...


# ---- seal key -----------------------------------------------------------------------------------------------


def _keyid(key: ec.EllipticCurvePublicKey) -> str:
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(spki).hexdigest()[:16]


def _public_pem(key: ec.EllipticCurvePublicKey) -> str:
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return pem.decode()


@dataclass(frozen=True, slots=True, repr=False)
class FileSealSigner:
    """A P-256 key read from a PEM file."""

    _key: ec.EllipticCurvePrivateKey
    keyid: str
    public_pem: str
    alg: str = SEAL_ALG

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message, ec.ECDSA(hashes.SHA256()))


@dataclass(frozen=True, slots=True, repr=False)
class SealVerifier:
    """The public half of a seal key."""

    _key: ec.EllipticCurvePublicKey
    keyid: str
    alg: str = SEAL_ALG

    @classmethod
    def from_pem(cls, text: str) -> SealVerifier:
        """Read PEM SubjectPublicKeyInfo. KeyUnreadable if it is not a P-256 public key."""
        try:
            key = serialization.load_pem_public_key(text.encode())
        except (ValueError, UnsupportedAlgorithm) as error:
            raise KeyUnreadable("The seal key is not a public key in PEM.") from error
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise KeyUnreadable("The seal key is of another kind: it must be a P-256 public key.")
        return cls(key, _keyid(key))

    def verify(self, message: bytes, signature: bytes, what: str = "message") -> None:
        """Raise IntegrityBroken, naming `what`, unless the signature is this key's over the message."""
        try:
            self._key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature as error:
            raise IntegrityBroken(f"The signature of the {what} is not valid for key {self.keyid}.") from error


# ---- ledger key ---------------------------------------------------------------------------------------------


def _require_note_name(name: str) -> None:
    """C2SP signed-note: a key name is not empty and has neither blanks nor plus signs."""
    if not name or "+" in name or any(letter.isspace() or not letter.isprintable() for letter in name):
        raise Invalid(f"{name!r} cannot name a ledger: no blanks, no plus sign, not empty.")


def _note_key_hash(name: str, public: bytes) -> bytes:
    """C2SP signed-note key id: SHA-256(name || LF || type || key), first 4 bytes."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519_NOTE_TYPE + public).digest()[:4]


@dataclass(frozen=True, slots=True, repr=False)
class FileNoteSigner:
    """An Ed25519 key read from a PEM file, under the name of the ledger's origin."""

    _key: ed25519.Ed25519PrivateKey
    name: str
    vkey: str
    key_hash: bytes

    def sign(self, text: bytes) -> bytes:
        return self.key_hash + self._key.sign(text)


@dataclass(frozen=True, slots=True, repr=False)
class NoteVerifier:
    """The public half of a ledger key."""

    _key: ed25519.Ed25519PublicKey
    name: str
    key_hash: bytes

    @classmethod
    def from_vkey(cls, text: str) -> NoteVerifier:
        """Read C2SP verifier key text, `name+hash+base64(type || key)`. KeyUnreadable if it is not that."""
        try:
            name, stated, encoded = text.split("+", 2)  # base64 may hold more plus signs, a name none
            _require_note_name(name)
            raw = base64.b64decode(encoded, validate=True)
        except (ValueError, Invalid) as error:
            raise KeyUnreadable("Not a note verifier key: expected name+hash+key.") from error
        if raw[:1] != _ED25519_NOTE_TYPE or len(raw) != 1 + _ED25519_KEY_BYTES:
            raise KeyUnreadable("The note verifier key is of another kind: it must be an Ed25519 key.")
        key_hash = _note_key_hash(name, raw[1:])
        if key_hash.hex() != stated:
            raise KeyUnreadable("The note verifier key's hash does not fit its name and key.")
        return cls(ed25519.Ed25519PublicKey.from_public_bytes(raw[1:]), name, key_hash)

    def verify(self, text: bytes, signature: bytes) -> None:
        """Raise IntegrityBroken unless `signature` (key hash first, as in a note) is this key's over the text."""
        try:
            if signature[:4] != self.key_hash:
                raise InvalidSignature
            self._key.verify(signature[4:], text)
        except InvalidSignature as error:
            raise IntegrityBroken(f"The checkpoint's signature is not valid for {self.name}.") from error


def _note_signer(key: ed25519.Ed25519PrivateKey, name: str) -> FileNoteSigner:
    _require_note_name(name)
    public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    key_hash = _note_key_hash(name, public)
    encoded = base64.b64encode(_ED25519_NOTE_TYPE + public).decode()
    return FileNoteSigner(key, name, f"{name}+{key_hash.hex()}+{encoded}", key_hash)


# ---- slate key ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, repr=False)
class SlateSigner:
    """An Ed25519 key that was never on a disk: it signs time slates for as long as the process lives."""

    _key: ed25519.Ed25519PrivateKey
    public: bytes  # raw, 32 bytes

    @classmethod
    def generate(cls) -> SlateSigner:
        key = ed25519.Ed25519PrivateKey.generate()
        raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return cls(key, raw)

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


def verify_slate(public: bytes, message: bytes, signature: bytes) -> None:
    """Raise IntegrityBroken unless the signature is this raw Ed25519 key's over the message."""
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise IntegrityBroken("The time slate is not signed by the key that it names.") from error


# ---- key files ----------------------------------------------------------------------------------------------


def generate_keys(directory: Path, origin: str) -> None:
    """Make both keys with their public halves in `directory`, durable when it returns.

    `origin` names the ledger. Conflict if any of the four files is there: keys are never replaced.
    """
    seal = ec.generate_private_key(ec.SECP256R1())
    note = ed25519.Ed25519PrivateKey.generate()
    files = (
        (SEAL_KEY_FILE, _private_pem(seal), 0o600),
        (LEDGER_KEY_FILE, _private_pem(note), 0o600),
        (SEAL_PUBLIC_FILE, _public_pem(seal.public_key()).encode(), 0o644),
        (LEDGER_PUBLIC_FILE, (_note_signer(note, origin).vkey + "\n").encode(), 0o644),
    )
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, _, _ in files:
        if (directory / name).exists():
            raise _key_there(directory / name)
    for name, data, mode in files:
        _write_new(directory / name, data, mode)
    _sync_directory(directory)


def _private_pem(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _key_there(path: Path) -> Conflict:
    return Conflict(f"There is a key at {path} already.", remedy="Keys are never replaced: move it away.")


def _write_new(path: Path, data: bytes, mode: int) -> None:
    """Write, fsync and only then give the file its name, which must be free."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    fd = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(fd, mode)  # whatever the umask says
            os.fsync(fd)
        os.link(scratch, path)
    except FileExistsError as error:
        raise _key_there(path) from error
    finally:
        scratch.unlink()


def _sync_directory(directory: Path) -> None:
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _is_open_to_others(mode: int, owner_uid: int, our_uid: int) -> bool:
    """Whether somebody else may read or change a key file.

    systemd hands a credential to a service as root's file with an access list, whose mask stat shows as 0440: a
    file of root's may therefore be readable to its group when we are not root.
    """
    if owner_uid == 0 and our_uid != 0:
        return bool(mode & 0o037)
    return bool(mode & 0o077)


def _read_key_file(path: Path) -> bytes:
    try:
        # Not blocking: a pipe in the key's place must not stop the start.
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(fd, "rb") as file:
            status = os.fstat(fd)
            if not stat.S_ISREG(status.st_mode):
                raise KeyUnreadable(f"The key {path} is not a file.")
            mode = stat.S_IMODE(status.st_mode)
            if _is_open_to_others(mode, status.st_uid, os.geteuid()):
                raise KeyUnreadable(
                    f"The key {path} is open to other users (mode {mode:04o}).", remedy=f"Run chmod 600 {path}."
                )
            data = file.read(_MAX_KEY_FILE_BYTES + 1)
    except OSError as error:
        raise KeyUnreadable(
            f"The key {path} cannot be read: {error.strerror}.", remedy="Check [keys] in the configuration."
        ) from error
    if len(data) > _MAX_KEY_FILE_BYTES:
        raise KeyUnreadable(f"The key {path} is too large to be a key.")
    return data


def _load_private(path: Path) -> object:
    data = _read_key_file(path)
    try:
        return serialization.load_pem_private_key(data, password=None)
    except TypeError as error:  # what `cryptography` raises when a password is needed
        raise KeyUnreadable(f"The key {path} is encrypted; mediad reads unencrypted keys only.") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyUnreadable(f"The key {path} is not a private key in PEM.") from error


def load_seal_signer(path: Path) -> FileSealSigner:
    """Read the seal key. KeyUnreadable if it is missing, open to others, or not an unencrypted P-256 key."""
    key = _load_private(path)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyUnreadable(f"The key {path} is of another kind: the seal key must be a P-256 key.")
    public = key.public_key()
    return FileSealSigner(key, _keyid(public), _public_pem(public))


def load_note_signer(path: Path, name: str) -> FileNoteSigner:
    """Read the ledger key. `name` is the ledger's origin line. KeyUnreadable as for the seal key, but Ed25519."""
    key = _load_private(path)
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise KeyUnreadable(f"The key {path} is of another kind: the ledger key must be an Ed25519 key.")
    return _note_signer(key, name)

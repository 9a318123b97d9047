"""Keys: made once, read with care, and their signatures checked by stock OpenSSL as well as by us."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import Conflict, IntegrityBroken, Invalid, KeyUnreadable
from evidence.signing import (
    LEDGER_KEY_FILE,
    SEAL_KEY_FILE,
    FileNoteSigner,
    FileSealSigner,
    NoteVerifier,
    SealVerifier,
    _is_open_to_others,
    generate_keys,
    load_note_signer,
    load_seal_signer,
)

KEYS = Path(__file__).resolve().parents[2] / "fixtures" / "keys"
ORIGIN = "example.org/mediad"


def fixture_key(name: str, directory: Path) -> Path:
    path = directory / f"{name}.pem"
    shutil.copyfile(KEYS / f"{name}.pem", path)
    path.chmod(0o600)
    return path


def openssl(*args: str | Path) -> str:
    return subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True, text=True).stdout


# ---- making keys --------------------------------------------------------------------------------------------


def test_generated_keys_load_and_fit_their_public_halves(tmp_path: Path) -> None:
    generate_keys(tmp_path / "keys", ORIGIN)
    seal = load_seal_signer(tmp_path / "keys" / SEAL_KEY_FILE)
    note = load_note_signer(tmp_path / "keys" / LEDGER_KEY_FILE, ORIGIN)
    SealVerifier.from_pem((tmp_path / "keys/seal.pub").read_text()).verify(b"words", seal.sign(b"words"))
    NoteVerifier.from_vkey((tmp_path / "keys/ledger.pub").read_text().strip()).verify(b"words\n", note.sign(b"words\n"))


def test_private_keys_are_for_the_owner_only_whatever_the_umask(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        generate_keys(tmp_path / "keys", ORIGIN)
    finally:
        os.umask(old)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").iterdir()}
    assert modes == {SEAL_KEY_FILE: 0o600, LEDGER_KEY_FILE: 0o600, "seal.pub": 0o644, "ledger.pub": 0o644}


@pytest.mark.parametrize("there", [SEAL_KEY_FILE, LEDGER_KEY_FILE, "seal.pub", "ledger.pub"])
def test_keys_are_never_replaced(there: str, tmp_path: Path) -> None:
    (tmp_path / there).write_text("old")
    with pytest.raises(Conflict, match=re.escape(there)):
        generate_keys(tmp_path, ORIGIN)
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "old"


@pytest.mark.parametrize("name", ["", "two words", "a+b", "line\nbreak", "tab\t", "nbsp\u00a0", "bell\a"])
def test_a_name_that_a_note_cannot_carry_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="cannot name a ledger"):
        generate_keys(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


# ---- reading keys -------------------------------------------------------------------------------------------


def test_a_missing_key_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(KeyUnreadable, match=r"seal.pem cannot be read: No such file"):
        load_seal_signer(tmp_path / "seal.pem")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610])
def test_a_key_open_to_others_is_refused(mode: int, tmp_path: Path) -> None:
    path = fixture_key("seal", tmp_path)
    path.chmod(mode)
    with pytest.raises(KeyUnreadable, match="open to other users") as caught:
        load_seal_signer(path)
    assert caught.value.remedy == f"Run chmod 600 {path}."


@pytest.mark.parametrize(
    ("mode", "owner", "us", "is_open"),
    [
        (0o400, 997, 997, False),
        (0o440, 997, 997, True),
        (0o440, 0, 997, False),  # a systemd credential under an access list
        (0o444, 0, 997, True),
        (0o460, 0, 997, True),
        (0o440, 0, 0, True),
    ],
)
def test_who_may_read_a_key(mode: int, owner: int, us: int, is_open: bool) -> None:
    assert _is_open_to_others(mode, owner, us) is is_open


def test_keys_of_another_kind_are_refused(tmp_path: Path) -> None:
    for name in ("ledger", "p384"):
        with pytest.raises(KeyUnreadable, match="must be a P-256 key"):
            load_seal_signer(fixture_key(name, tmp_path))
    with pytest.raises(KeyUnreadable, match="must be an Ed25519 key"):
        load_note_signer(fixture_key("seal", tmp_path), ORIGIN)
    with pytest.raises(KeyUnreadable, match="must be a P-256 public key"):
        SealVerifier.from_pem((KEYS / "p384.pub").read_text())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a private key"),
        (b"garbage \xff\x00", "not a private key"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "not a private key"),
        ((KEYS / "seal.pub").read_bytes(), "not a private key"),
        (b"x" * 70_000, "too large"),
    ],
)
def test_garbage_is_refused(data: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "seal.pem"
    path.write_bytes(data)
    path.chmod(0o600)
    with pytest.raises(KeyUnreadable, match=words):
        load_seal_signer(path)


def test_an_encrypted_key_is_refused_by_name(tmp_path: Path) -> None:
    plain, path = fixture_key("seal", tmp_path), tmp_path / "locked.pem"
    openssl("pkcs8", "-topk8", "-in", plain, "-out", path, "-passout", "pass:secret")
    path.chmod(0o600)
    with pytest.raises(KeyUnreadable, match="is encrypted"):
        load_seal_signer(path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pem", 0o600)
    for path in (tmp_path, tmp_path / "pipe.pem"):
        with pytest.raises(KeyUnreadable):
            load_seal_signer(path)


def test_a_key_never_shows_itself(tmp_path: Path) -> None:
    assert "PRIVATE" not in repr(load_seal_signer(fixture_key("seal", tmp_path)))
    assert "_key" not in repr(load_note_signer(fixture_key("ledger", tmp_path), ORIGIN))


# ---- signatures ---------------------------------------------------------------------------------------------


def test_openssl_verifies_a_seal_signature(tmp_path: Path) -> None:
    signer = load_seal_signer(fixture_key("seal", tmp_path))
    message, signature, public = tmp_path / "message", tmp_path / "signature", tmp_path / "public.pem"
    message.write_bytes(b'{"sealed":true}')
    signature.write_bytes(signer.sign(message.read_bytes()))
    public.write_text(signer.public_pem)
    assert "Verified OK" in openssl("dgst", "-sha256", "-verify", public, "-signature", signature, message)


def test_openssl_verifies_a_note_signature(tmp_path: Path) -> None:
    signer = load_note_signer(fixture_key("ledger", tmp_path), ORIGIN)
    (tmp_path / "text").write_bytes(b"words\n")
    (tmp_path / "signature").write_bytes(signer.sign(b"words\n")[4:])
    said = openssl(
        *("pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", KEYS / "ledger.pub"),
        *("-in", tmp_path / "text", "-sigfile", tmp_path / "signature"),
    )
    assert "Signature Verified Successfully" in said


def test_keyid_is_the_digest_of_what_openssl_calls_the_public_key(tmp_path: Path) -> None:
    der = tmp_path / "public.der"
    openssl("pkey", "-pubin", "-in", KEYS / "seal.pub", "-outform", "DER", "-out", der)
    keyid = hashlib.sha256(der.read_bytes()).hexdigest()[:16]
    assert load_seal_signer(fixture_key("seal", tmp_path)).keyid == keyid
    assert SealVerifier.from_pem((KEYS / "seal.pub").read_text()).keyid == keyid


def test_vkey_is_made_as_c2sp_says(tmp_path: Path) -> None:
    signer = load_note_signer(fixture_key("ledger", tmp_path), ORIGIN)
    name, key_hash, encoded = signer.vkey.split("+", 2)
    typed = base64.b64decode(encoded)
    assert name == ORIGIN
    assert typed[0] == 1
    assert key_hash == hashlib.sha256(ORIGIN.encode() + b"\n" + typed).hexdigest()[:8]
    assert NoteVerifier.from_vkey(signer.vkey).key_hash == signer.key_hash


def test_the_published_example_of_a_verifier_key_is_read() -> None:
    """The example of Go's golang.org/x/mod/sumdb/note documentation."""
    verifier = NoteVerifier.from_vkey("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    signature = base64.b64decode(
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    )
    text = b"If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    verifier.verify(text, signature)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "a+b",
        "PeterNeumann+c74f20a3+!!",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumanN+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        # The same key, said to be of another kind.
        "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy",
        "two words+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+é",
    ],
)
def test_a_broken_verifier_key_is_refused(vkey: str) -> None:
    with pytest.raises(KeyUnreadable):
        NoteVerifier.from_vkey(vkey)


@pytest.mark.parametrize("name", ["", "two words", "line\nbreak"])
def test_a_name_that_no_note_can_hold_is_refused_though_its_hash_fits(name: str) -> None:
    key = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    stated = hashlib.sha256(f"{name}\n".encode() + key).hexdigest()[:8]
    with pytest.raises(KeyUnreadable, match="Not a note verifier key"):
        NoteVerifier.from_vkey(f"{name}+{stated}+{base64.b64encode(key).decode()}")


@given(st.binary(min_size=1, max_size=200), st.data())
def test_any_flipped_bit_is_refused(message: bytes, data: st.DataObject) -> None:
    seal, note = _signers()
    cut = data.draw(st.integers(0, len(message) * 8 - 1))
    changed = bytes(byte ^ (1 << cut % 8 if at == cut // 8 else 0) for at, byte in enumerate(message))
    with pytest.raises(IntegrityBroken, match="signature of the thing is not valid"):
        SealVerifier.from_pem(seal.public_pem).verify(changed, seal.sign(message), "thing")
    with pytest.raises(IntegrityBroken, match=r"not valid for example\.org/mediad"):
        NoteVerifier.from_vkey(note.vkey).verify(changed, note.sign(message))


@given(st.binary(max_size=100))
def test_any_bytes_in_place_of_a_signature_are_refused(garbage: bytes) -> None:
    seal, note = _signers()
    with pytest.raises(IntegrityBroken):
        SealVerifier.from_pem(seal.public_pem).verify(b"message", garbage)
    with pytest.raises(IntegrityBroken):
        NoteVerifier.from_vkey(note.vkey).verify(b"message", note.key_hash + garbage)


def test_another_keys_signature_is_refused(tmp_path: Path) -> None:
    other = load_seal_signer(fixture_key("other-seal", tmp_path))
    with pytest.raises(IntegrityBroken, match="not valid for key"):
        SealVerifier.from_pem((KEYS / "seal.pub").read_text()).verify(b"x", other.sign(b"x"))
    ours = load_note_signer(fixture_key("ledger", tmp_path), ORIGIN)
    with pytest.raises(IntegrityBroken):
        NoteVerifier.from_vkey(ours.vkey).verify(
            b"x", load_note_signer(fixture_key("other-ledger", tmp_path), ORIGIN).sign(b"x")
        )


def _signers() -> tuple[FileSealSigner, FileNoteSigner]:
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        return load_seal_signer(fixture_key("seal", place)), load_note_signer(fixture_key("ledger", place), ORIGIN)

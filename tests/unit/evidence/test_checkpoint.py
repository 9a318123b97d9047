"""Checkpoints: a golden note, a stock check of it, and a tamper table in which each tampering has its name."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.checkpoint import Checkpoint, make_note, open_note
from evidence.errors import IntegrityBroken
from evidence.signing import FileNoteSigner, NoteVerifier, load_note_signer

KEYS = Path(__file__).resolve().parents[2] / "fixtures" / "keys"
ORIGIN = "example.org/mediad"
ROOT = hashlib.sha256(b"root").digest()
GOLDEN = (
    "example.org/mediad\n"
    "1234\n"
    "SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n"
    "\n"
    "\u2014 example.org/mediad 34wpRU0/c9aN6XGTr6NsJYFV"
    "RXOP4z8vg219rj9lYrK7sCP8IeuMJTmlqRb+pOUNaWMZdzhEmGruJHfka4eWAt7iyQE=\n"
)
GOLDEN_VKEY = "example.org/mediad+df8c2945+ASegH6HOe8CFI2zFsHoFWzOtQG+GWkwvBFWcAdxRRVq9"


def signer_of(name: str, directory: Path, origin: str = ORIGIN) -> FileNoteSigner:
    path = directory / f"{name}.pem"
    shutil.copyfile(KEYS / f"{name}.pem", path)
    path.chmod(0o600)
    return load_note_signer(path, origin)


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> FileNoteSigner:
    return signer_of("ledger", tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def verifier(signer: FileNoteSigner) -> NoteVerifier:
    return NoteVerifier.from_vkey(signer.vkey)


@pytest.fixture(scope="module")
def note(signer: FileNoteSigner) -> str:
    return make_note(ORIGIN, 1234, ROOT, signer)


def test_the_note_is_byte_for_byte_what_the_reference_says(note: str) -> None:
    assert note == GOLDEN


def test_a_note_reads_back(note: str, verifier: NoteVerifier) -> None:
    assert open_note(note, verifier) == Checkpoint(ORIGIN, 1234, ROOT)


def test_an_empty_ledger_has_a_note_too(signer: FileNoteSigner, verifier: NoteVerifier) -> None:
    assert open_note(make_note(ORIGIN, 0, ROOT, signer), verifier).size == 0


def test_openssl_verifies_a_note(note: str, tmp_path: Path) -> None:
    text, _, tail = note.partition("\n\n")
    (tmp_path / "text").write_text(text + "\n")
    (tmp_path / "signature").write_bytes(base64.b64decode(tail.split(" ")[2])[4:])
    command = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", str(KEYS / "ledger.pub")]
    command += ["-in", str(tmp_path / "text"), "-sigfile", str(tmp_path / "signature")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "Signature Verified Successfully" in done.stdout


def test_witness_lines_are_let_through_in_any_place(note: str, verifier: NoteVerifier, tmp_path: Path) -> None:
    witness = signer_of("other-ledger", tmp_path, "witness.example/one")
    text, _, ours = note.partition("\n\n")
    line = f"\u2014 {witness.name} {base64.b64encode(witness.sign(text.encode()) + bytes(8)).decode()}\n"
    for tail in (ours + line, line + ours, line + ours + line):
        assert open_note(f"{text}\n\n{tail}", verifier).size == 1234


def test_a_signature_of_our_name_but_another_key_does_not_count(
    note: str, verifier: NoteVerifier, tmp_path: Path
) -> None:
    other = signer_of("other-ledger", tmp_path)
    with pytest.raises(IntegrityBroken, match="0 times"):
        open_note(make_note(ORIGIN, 1234, ROOT, other), verifier)
    line = make_note(ORIGIN, 1234, ROOT, other).rpartition("\n\n")[2]
    assert open_note(note + line, verifier).size == 1234


TAMPERINGS = {
    "rolled back": (("1234", "1233"), "signature is not valid"),
    "other root": ((base64.b64encode(ROOT).decode(), base64.b64encode(ROOT[::-1]).decode()), "signature is not valid"),
    "other origin": ((f"{ORIGIN}\n", "example.org/other\n"), "signature is not valid"),
    "line added": (("\n1234\n", "\n1234\nmore\n"), "signature is not valid"),
    "Arabic digits": (("1234", "١٢٣٤"), "signature is not valid"),
    "no signature": ((GOLDEN[GOLDEN.index("\n\n") :], "\n"), "no signature"),
    "cut off": ((GOLDEN[-10:], ""), "cut off"),
    "hyphen for dash": (("\u2014 ", "- "), "not a signature"),
    "other name": ((f"\u2014 {ORIGIN}", "\u2014 example.org/other"), "0 times"),
    "nameless": ((f"\u2014 {ORIGIN} ", "\u2014  "), "not a signature"),
    "nothing behind the name": ((f"{ORIGIN} 34", f"{ORIGIN}34"), "not a signature"),
    "not base64": ((GOLDEN[-9:-1], "********"), "not base64"),
    "not ASCII": ((GOLDEN[-9:-1], "éééééééé"), "not base64"),
    "not Unicode": (("1234", "\ud800"), "not Unicode"),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_every_tampering_is_refused_by_name(name: str, note: str, verifier: NoteVerifier) -> None:
    (old, new), words = TAMPERINGS[name]
    changed = note.replace(old, new, 1)
    assert changed != note
    with pytest.raises(IntegrityBroken, match=words):
        open_note(changed, verifier)


def test_a_signature_given_twice_is_refused(note: str, verifier: NoteVerifier) -> None:
    with pytest.raises(IntegrityBroken, match="2 times"):
        open_note(note + note.rpartition("\n\n")[2], verifier)


def test_a_flood_of_signatures_is_refused(note: str, verifier: NoteVerifier) -> None:
    with pytest.raises(IntegrityBroken, match="more than 64"):
        open_note(note + "\u2014 witness AAAAAAAA\n" * 64, verifier)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{ORIGIN}\n01\n{base64.b64encode(ROOT).decode()}\n", "origin, size and root"),
        (f"{ORIGIN}\n-1\n{base64.b64encode(ROOT).decode()}\n", "origin, size and root"),
        (f"{ORIGIN}\n{'9' * 5000}\n{base64.b64encode(ROOT).decode()}\n", "origin, size and root"),
        (f"{ORIGIN}\n1\n", "origin, size and root"),
        (f"{ORIGIN}\n1\n{base64.b64encode(ROOT).decode()}\nextension\n", "origin, size and root"),
        (f"\n1\n{base64.b64encode(ROOT).decode()}\n", "origin, size and root"),
        (f"{ORIGIN}\n1\nAAAA\n", "not a SHA-256 hash"),
        (f"{ORIGIN}\n1\n????\n", "root is not base64"),
        (f"{ORIGIN}\n1\n{base64.b64encode(ROOT).decode()[:-2]}B=\n", "canonical base64"),
        (f"elsewhere.org/log\n1\n{base64.b64encode(ROOT).decode()}\n", "not of example.org/mediad"),
    ],
)
def test_a_signed_text_that_is_no_checkpoint_is_refused(
    text: str, words: str, signer: FileNoteSigner, verifier: NoteVerifier
) -> None:
    line = f"\u2014 {ORIGIN} {base64.b64encode(signer.sign(text.encode())).decode()}\n"
    with pytest.raises(IntegrityBroken, match=words):
        open_note(f"{text}\n{line}", verifier)


@given(st.data())
def test_any_changed_letter_is_refused(data: st.DataObject) -> None:
    verifier = NoteVerifier.from_vkey(GOLDEN_VKEY)
    at = data.draw(st.integers(0, len(GOLDEN) - 1))
    letter = data.draw(st.characters().filter(lambda c: c != GOLDEN[at]))
    with pytest.raises(IntegrityBroken):
        open_note(GOLDEN[:at] + letter + GOLDEN[at + 1 :], verifier)


@given(st.text())
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(IntegrityBroken):
        open_note(text, NoteVerifier.from_vkey(GOLDEN_VKEY))


def test_the_reference_shows_this_very_note() -> None:
    page = (KEYS.parents[2] / "docs/reference/integrity-formats.md").read_text(encoding="utf-8")
    assert f"```\n{GOLDEN}```\n" in page
    assert f"`{GOLDEN_VKEY}`" in page

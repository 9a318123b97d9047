"""ESD-1 by hand: the rules one by one, and lies that must not leave the access unit."""

from __future__ import annotations

import hashlib
import struct

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evidence.media.esd import AccessUnits, au_list_digest, timing_digest

SPS, PPS = b"\x67\x42\xc0\x0c\xaa", b"\x68\xce\x3c\x80"
AVCC = b"\x01\x42\xc0\x0c\xff\xe1" + struct.pack(">H", len(SPS)) + SPS + b"\x01" + struct.pack(">H", len(PPS)) + PPS
IDR, SEI, AUD, SLICE = b"\x65slice-one", b"\x06sei", b"\x09\xf0", b"\x41slice-two"


def lengths(*nals: bytes) -> bytes:
    return b"".join(struct.pack(">I", len(nal)) + nal for nal in nals)


def start_codes(*nals: bytes) -> bytes:
    return b"\0" + b"".join(b"\0\0\1" + nal for nal in nals)


def digest(units: AccessUnits, data: bytes) -> bytes:
    return units.digest(data, 0, len(data))


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def test_only_slices_count_with_start_codes_in_between() -> None:
    units = AccessUnits("h264", AVCC)
    assert digest(units, lengths(AUD, SEI, IDR, SLICE)) == sha(b"\0\0\0\1" + IDR + b"\0\0\1" + SLICE)
    assert units.damaged == 0


def test_both_ways_of_framing_give_the_same() -> None:
    nals = (AUD, SPS, PPS, SEI, IDR + b"\0\0", SLICE)
    by_length, by_code = AccessUnits("h264", AVCC), AccessUnits("h264", b"")
    assert digest(by_length, lengths(*nals)) == digest(by_code, start_codes(*nals))
    assert by_length.config_digest() == by_code.config_digest()


def test_trailing_zeros_and_cabac_zero_words_do_not_count() -> None:
    units = AccessUnits("h264", AVCC)
    assert digest(units, lengths(IDR + b"\0\0\3\0\0\3\0")) == sha(b"\0\0\0\1" + IDR)


def test_parameter_sets_are_in_the_config_once_and_sorted() -> None:
    units = AccessUnits("h264", AVCC)
    digest(units, lengths(PPS, SPS, SPS + b"\0", IDR))
    expected = b"".join(struct.pack(">I", len(nal)) + nal for nal in sorted((SPS, PPS)))
    assert units.config_digest() == hashlib.sha256(expected).hexdigest()


def test_hevc_keeps_nal_types_below_32() -> None:
    hvcc = b"\x01" + bytes(20) + b"\x03\x00"
    units = AccessUnits("hevc", hvcc)
    idr, sei, vps = b"\x26\x01slice", b"\x4e\x01sei", b"\x40\x01vps"
    assert digest(units, lengths(vps, sei, idr)) == sha(b"\0\0\0\1" + idr)
    assert units.config_digest() == hashlib.sha256(struct.pack(">I", len(vps)) + vps).hexdigest()


def test_adts_is_taken_off_and_other_packets_stay() -> None:
    units = AccessUnits("aac", b"\x11\x90")
    block = b"\x21\x10raw data block"
    assert digest(units, block) == sha(block)
    assert digest(units, b"\xff\xf1\x50\x80\x02\x1f\xfc" + block) == sha(block)
    assert digest(units, b"\xff\xf0\x50\x80\x02\x1f\xfcCC" + block) == sha(block)
    assert digest(AccessUnits("mjpeg", b""), block) == sha(block)


def test_a_length_that_lies_stays_inside_the_access_unit_and_is_counted() -> None:
    units = AccessUnits("h264", AVCC)
    data = struct.pack(">I", 0xFFFFFFFF) + IDR + b"THE NEXT SAMPLE"
    assert units.digest(data, 0, 4 + len(IDR)) == sha(b"\0\0\0\1" + IDR)
    assert units.damaged == 1


def test_codec_strings() -> None:
    hvcc = bytes.fromhex("0101600000009000000000003c") + bytes(10)
    assert AccessUnits("hevc", hvcc).hevc_string() == "hvc1.1.6.L60.90"
    assert AccessUnits("hevc", b"").hevc_string() == "hvc1"


def test_the_list_and_the_timing_are_text_anyone_can_make() -> None:
    one, two = sha(b"1"), sha(b"2")
    text = f"{one.hex()}\n{two.hex()}\n"
    assert au_list_digest(one + two) == hashlib.sha256(text.encode()).hexdigest()
    made = timing_digest(
        7, np.array([0, 3003], np.int64), np.array([3003, 3003], np.uint32), np.array([True, False]), 90_000
    )
    assert made == hashlib.sha256(b"7,0,33366666,1\n8,33366666,33366666,0\n").hexdigest()


@given(st.sampled_from(["h264", "hevc", "aac", "mjpeg"]), st.binary(max_size=200), st.binary(max_size=60))
def test_noise_is_digested_without_complaint(codec: str, noise: bytes, extradata: bytes) -> None:
    for setup in (extradata, b"\x01" + extradata, b""):
        units = AccessUnits(codec, setup)
        first = units.digest(noise, 0, len(noise))
        assert first == units.digest(memoryview(b"x" + noise + b"y"), 1, 1 + len(noise))
        units.config_digest(), units.first_sps(), units.hevc_string(), units.audio_object_type()

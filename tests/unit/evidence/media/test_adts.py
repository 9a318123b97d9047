from evidence.media import adts

# AAC-LC, 16 kHz, mono, without CRC: as FFmpeg's TS muxer writes it.
FRAMED = bytes.fromhex("fff160403f1ffc") + b"block of data"


def test_the_header_goes_and_the_data_stay() -> None:
    assert adts.is_framed(FRAMED)
    assert adts.unframe(FRAMED) == b"block of data"


def test_a_crc_goes_too() -> None:
    with_crc = bytes([FRAMED[0], FRAMED[1] & 0xFE]) + FRAMED[2:7] + b"\x12\x34block of data"
    assert adts.unframe(with_crc) == b"block of data"


def test_raw_blocks_are_left_alone() -> None:
    assert not adts.is_framed(b"\x21\x1b" + bytes(20))
    assert adts.unframe(b"\x21\x1b" + bytes(20)) == b"\x21\x1b" + bytes(20)


def test_the_set_up_says_object_type_frequency_and_channels() -> None:
    config = int.from_bytes(adts.audio_specific_config(FRAMED), "big")
    assert (config >> 11, config >> 7 & 15, config >> 3 & 15) == (2, 8, 1)

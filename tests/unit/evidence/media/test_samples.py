from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import IntegrityBroken
from evidence.media.samples import SampleTable
from tests.unit.evidence.media.footage import tables, track

COLUMNS = ("offset", "size", "dts", "cts", "duration", "key")
FIELDS = ("number", "track_id", "kind", "codec", "timescale", "shift")


@given(tables())
def test_a_table_reads_back_as_it_was_written(table: SampleTable) -> None:
    data = table.to_bytes()
    again = SampleTable.from_bytes(data)
    assert again.to_bytes() == data
    for ours, theirs in zip(table.tracks, again.tracks, strict=True):
        assert [getattr(ours, name) for name in FIELDS] == [getattr(theirs, name) for name in FIELDS]
        for name in COLUMNS:
            assert getattr(ours, name).tolist() == getattr(theirs, name).tolist()


def test_reading_copies_nothing() -> None:
    data = SampleTable((track(0, "video", 25, [1] * 100),)).to_bytes()
    assert not SampleTable.from_bytes(data).tracks[0].dts.flags.owndata


@given(tables(), st.data())
def test_a_cut_off_table_is_refused(table: SampleTable, data: st.DataObject) -> None:
    whole = table.to_bytes()
    with pytest.raises(IntegrityBroken):
        SampleTable.from_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(IntegrityBroken):
        SampleTable.from_bytes(whole + b"\0" * 8)


@given(tables(), st.data())
def test_hostile_bytes_raise_only_integrity_broken(table: SampleTable, data: st.DataObject) -> None:
    whole = bytearray(table.to_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, min(len(whole) - 1, 400)))] = data.draw(st.integers(0, 255))
    with suppress(IntegrityBroken):
        SampleTable.from_bytes(bytes(whole))


@given(st.binary(max_size=400))
def test_noise_raises_only_integrity_broken(noise: bytes) -> None:
    for data in (noise, b"MDST0001" + noise):
        with pytest.raises(IntegrityBroken):
            SampleTable.from_bytes(data)

"""Satellite times of GPX and NMEA tracks; nothing else counts."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from ingest.gps_times import span

_GPX = b"""<?xml version="1.0"?><gpx><metadata><time>2020-01-01T00:00:00Z</time></metadata><trk><trkseg>
<trkpt lat="30" lon="120"><ele>3</ele><time>2026-11-24T00:30:05Z</time></trkpt>
<trkpt lat="30" lon="120"></trkpt>
<trkpt lat="30" lon="120"><time>2026-11-24T08:31:00.500+08:00</time></trkpt>
<trkpt lat="30" lon="120"><time>2026-13-24T00:30:05Z</time></trkpt></trkseg></trk></gpx>"""
_NMEA = b"""$GPRMC,003004.00,V,,,,,,,241126,,,N*7C\r
$GPRMC,003005.00,A,3014.12,N,12009.5,E,0.1,,241126,,,A*67\r
$GNRMC,003100,A,3014.12,N,12009.5,E,0.1,77.5,241126,,,A*67\r
$GPRMC,993100,A,3014.12,N,12009.5,E,0.1,77.5,241126,,,A*67\r
"""


def _ms(hour: int, minute: int, second: float) -> int:
    return round(datetime(2026, 11, 24, hour, minute, tzinfo=UTC).timestamp() * 1000 + second * 1000)


def test_points_of_a_gpx_track() -> None:
    assert span(_GPX) == (_ms(0, 30, 5), _ms(0, 31, 0.5))


def test_nmea_sentences_with_a_fix() -> None:
    assert span(_NMEA) == (_ms(0, 30, 5), _ms(0, 31, 0))


def test_a_receiver_that_never_had_a_fix() -> None:
    assert span(b"<trkpt><time>1980-01-06T00:00:00Z</time></trkpt>") is None
    assert span(b"<gpx/>") is None and span(b"") is None


def test_a_time_at_the_calendars_edge_is_none() -> None:
    assert span(b"<trkpt><time>0001-01-01T00:00:00+08:00</time></trkpt>") is None
    assert span(b"<trkpt><time>9999-12-31T23:59:59-08:00</time></trkpt>") is None


@given(st.binary(max_size=400))
def test_anything(data: bytes) -> None:
    span(data)
    span(b"<trkpt" * 50 + data + b"$GPRMC," * 20)

"""Satellite times in the tracks that cameras write beside their recordings: GPX and NMEA 0183. Pure; hostile bytes give
nothing rather than an error.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

# A day of one point a second is 10 MB.
MAX_BYTES = 16 << 20
_GPX_TIME = re.compile(rb"<time>\s*([0-9TZ:.+\-]{19,35})\s*</time>")
# $GPRMC,hhmmss.ss,A,…,ddmmyy: "A" is a fix; without one the receiver's own clock runs on.
_RMC = re.compile(
    rb"\$G[A-Z]RMC,(\d{6})(?:\.\d{1,3})?,A,[^,*\r\n]*,[^,]?,[^,*\r\n]*,[^,]?,[^,*\r\n]*,[^,*\r\n]*,(\d{6})\b"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The first satellites of the system; what says an earlier time had no fix.
_BEGAN = datetime(1980, 1, 6, tzinfo=UTC)


def span(data: bytes) -> tuple[int, int] | None:
    """The first and the last time of a track, milliseconds since 1970; None if there is none."""
    times = [each for each in (*_gpx(data[:MAX_BYTES]), *_nmea(data[:MAX_BYTES])) if each > _BEGAN]
    if not times:
        return None
    return _ms(min(times)), _ms(max(times))


def _gpx(data: bytes) -> list[datetime]:
    """Of points only: the time in a file's head is the device's own."""
    times = []
    for point in data.split(b"<trkpt")[1:]:
        found = _GPX_TIME.search(point)
        if found is None:
            continue
        try:
            moment = datetime.fromisoformat(found[1].decode("ascii"))
            if moment.tzinfo is not None:
                times.append(moment.astimezone(UTC))
        except (ValueError, OverflowError):
            continue  # No time, or one at the calendar's edge.
    return times


def _nmea(data: bytes) -> list[datetime]:
    times = []
    for found in _RMC.finditer(data):
        try:
            times.append(datetime.strptime((found[2] + found[1]).decode("ascii"), "%d%m%y%H%M%S").replace(tzinfo=UTC))
        except ValueError:
            continue
    return times


def _ms(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)

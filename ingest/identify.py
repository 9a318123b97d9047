"""Who, what and when: from the file's name, the bay, the container and the file's time to one identity. Pure.

Order of trust, per field, first that knows wins and is recorded in `origins`; all times are kept:

- device, officer: file name › container tags (device only) › bay
- unit: bay
- start: file name › container's creation time › file's modification time minus the duration
- sequence, key mark: file name

A start before bodies wore cameras or after receipt (a dead clock, a card's default date) is kept and marked
implausible, and never believed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from evidence.clock import from_text, to_text
from evidence.records import Identity, MediaIndex, TimeSource
from ingest.profiles import NameMatch

# No file name, container or card is believed to be older: FAT's own zero is 1980, MP4's 1904, Unix's 1970.
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_CALENDAR_BEGINS = datetime.min.replace(tzinfo=UTC)
# Device clocks run ahead by minutes; a day covers any mistaken time zone.
_LATEST_AHEAD = timedelta(days=1)
# Container tags that makers use for the device, in this order.
_DEVICE_TAGS = ("com.apple.quicktime.model", "model", "device", "serial_number")


@dataclass(frozen=True, slots=True)
class BayAssignment:
    """What the site says about everything docked in a bay."""

    device: str | None = None
    officer: str | None = None
    unit: str | None = None


def identify(
    match: NameMatch | None, assigned: BayAssignment, index: MediaIndex, mtime: str, received_at: datetime
) -> Identity:
    """The identity of one original. `mtime` is RFC 3339 UTC as the device's file system says it."""
    name = match or NameMatch(profile=None)
    device, device_origin = _first(
        ("file-name", name.device), ("container", _tagged_device(index)), ("bay", assigned.device)
    )
    officer, officer_origin = _first(("file-name", name.officer), ("bay", assigned.officer))
    times = _times(name, index, mtime, received_at)
    started = _believed(times)
    origins = (
        ("device", device_origin),
        ("officer", officer_origin),
        ("unit", "bay" if assigned.unit else None),
        ("sequence", "file-name" if name.sequence is not None else None),
        ("key_mark", "file-name" if name.key_mark else None),
        ("started_at", started.origin if started else None),
    )
    return Identity(
        device=device,
        officer=officer,
        unit=assigned.unit,
        sequence=name.sequence,
        key_mark=name.key_mark,
        profile=name.profile,
        started_at=started.value if started else None,
        started_at_origin=started.origin if started else None,
        times=times,
        origins=tuple((field, origin) for field, origin in origins if origin is not None),
    )


def _first(*candidates: tuple[str, str | None]) -> tuple[str | None, str | None]:
    """The first known value and its origin."""
    return next(((value, origin) for origin, value in candidates if value), (None, None))


def _tagged_device(index: MediaIndex) -> str | None:
    tags = {key.lower(): value for key, value in index.container_tags}
    return next((tags[tag] for tag in _DEVICE_TAGS if tags.get(tag)), None)


def _times(name: NameMatch, index: MediaIndex, mtime: str, received_at: datetime) -> tuple[TimeSource, ...]:
    """Everything that was said about the start, most trusted first; receipt last."""
    said: list[TimeSource] = []
    if name.started_at is not None:
        said.append(_time("file-name", name.started_at, name.started_note, received_at))
    if index.container_started_at is not None:
        said.append(_time("container", from_text(index.container_started_at), "", received_at))
    ended, duration = from_text(mtime), timedelta(milliseconds=index.duration_ms)
    # A damaged card's time may lie at the calendar's edge, where nothing can be subtracted.
    began = ended - duration if ended - _CALENDAR_BEGINS >= duration else ended
    said.append(_time("file-mtime", began, "modification time minus duration", received_at))
    said.append(TimeSource("receipt", to_text(received_at), "when the server had it durably"))
    return tuple(said)


def _time(origin: str, value: datetime, note: str, received_at: datetime) -> TimeSource:
    if not _EARLIEST <= value <= received_at + _LATEST_AHEAD:
        note = f"{note}; implausible" if note else "implausible"
    return TimeSource(origin, to_text(value), note)


def _believed(times: tuple[TimeSource, ...]) -> TimeSource | None:
    """The most trusted plausible time, else None: receipt is no statement about the start."""
    return next((t for t in times if t.origin != "receipt" and not t.note.endswith("implausible")), None)

"""File-name profiles: what a device writes into its file names, as data. Pure but for reading the built-in file.

A profile is a regular expression over the file's name with any of the groups `device officer start seq key`.
They are tried in order, the site's own before the built-in ones; the first that matches, and whose start is a
real date, wins. Reference: docs/reference/file-name-profiles.md.
"""

from __future__ import annotations

import contextlib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from evidence.clock import to_text
from evidence.errors import ConfigInvalid
from evidence.statements import MAX_EXACT_INT
from ingest import regex_safety

GROUPS = frozenset({"device", "officer", "start", "seq", "key"})
_BUILT_IN = Path(__file__).parent / "profiles.toml"
# Linux's NAME_MAX: no longer name can come from a file system.
_MAX_NAME = 255


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file name and what must be read from it; checked whenever the profile is loaded."""

    name: str
    device: str | None = None
    officer: str | None = None
    start: str | None = None  # RFC 3339 UTC; without a time zone, as if the site were on UTC
    seq: int | None = None
    key: bool = False


class ProfileSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A profile as written in TOML."""

    name: str
    pattern: str  # whole file name with extension, from ^ to $; letters match in either case
    start_formats: tuple[str, ...] = ("%Y%m%d%H%M%S",)  # strptime formats of group `start`, tried in order
    timezone: str | None = None  # IANA name of the start's time zone; the site's if not given
    key_values: tuple[str, ...] = ()  # texts of group `key` that mean "marked"; empty: any text
    description: str = ""
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class NameMatch:
    """What a file name says."""

    profile: str | None
    device: str | None = None
    officer: str | None = None
    started_at: datetime | None = None
    started_note: str = ""
    sequence: int | None = None
    key_mark: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    name: str
    pattern: re.Pattern[str]
    start_formats: tuple[str, ...]
    zone: tzinfo | None  # None: the site's
    key_values: tuple[str, ...]

    def match(self, file_name: str, site_zone: tzinfo) -> NameMatch | None:
        """What the name says, or None if it is not of this profile."""
        found = self.pattern.fullmatch(file_name)
        if found is None:
            return None
        groups = {key: value for key, value in found.groupdict().items() if value}
        started, note = None, ""
        if "start" in groups:
            local = self._read_start(groups["start"])
            found_start = None if local is None else _in_zone(local, self.zone or site_zone)
            if found_start is None:
                return None  # Digits that are no date: another profile's name.
            started, note = found_start
        return NameMatch(
            profile=self.name,
            device=groups.get("device"),
            officer=groups.get("officer"),
            started_at=started,
            started_note=note,
            sequence=_number(groups.get("seq")),
            key_mark=self._is_marked(groups.get("key")),
        )

    def _read_start(self, text: str) -> datetime | None:
        for start_format in self.start_formats:
            with contextlib.suppress(ValueError):
                return datetime.strptime(text, start_format)
        return None

    def _is_marked(self, text: str | None) -> bool:
        if text is None:
            return False
        return not self.key_values or text.lower() in self.key_values


@dataclass(frozen=True, slots=True)
class Profiles:
    """All profiles of a site, in the order in which they are tried."""

    profiles: tuple[Profile, ...]
    site_zone: tzinfo

    def match(self, file_name: str) -> NameMatch | None:
        if len(file_name) > _MAX_NAME:
            return None
        matches = (profile.match(file_name, self.site_zone) for profile in self.profiles)
        return next((match for match in matches if match is not None), None)


def load_profiles(own: Sequence[ProfileSpec], site_zone: tzinfo) -> Profiles:
    """The site's profiles, then the built-in ones. Raises ConfigInvalid on the first that is wrong."""
    compiled = tuple(compile_profile(spec) for spec in (*own, *built_in()))
    doubled = {p.name for p in compiled if sum(p.name == q.name for q in compiled) > 1}
    if doubled:
        raise ConfigInvalid(f"File-name profile {min(doubled)!r} exists twice.", remedy="Give yours another name.")
    return Profiles(compiled, site_zone)


def built_in() -> tuple[ProfileSpec, ...]:
    """The profiles that ship: patterns seen on devices, no official standard."""
    data = tomllib.loads(_BUILT_IN.read_text(encoding="utf-8"))
    return msgspec.convert(data["profiles"], tuple[ProfileSpec, ...])


def compile_profile(spec: ProfileSpec) -> Profile:
    """Check a profile and its examples. Raises ConfigInvalid with the reason."""
    try:
        pattern = re.compile(spec.pattern, re.IGNORECASE)
    except re.error as error:
        raise _invalid(spec, f"its pattern is not a regular expression: {error}") from error
    if not (spec.pattern.startswith("^") and spec.pattern.endswith("$")):
        raise _invalid(spec, "its pattern must begin with ^ and end with $: it describes the whole name")
    if unknown := set(pattern.groupindex) - GROUPS:
        raise _invalid(spec, f"group {min(unknown)!r} is unknown; known are {', '.join(sorted(GROUPS))}")
    if not pattern.groupindex:
        raise _invalid(spec, f"its pattern names none of the groups {', '.join(sorted(GROUPS))}")
    if complaint := regex_safety.complaint(spec.pattern):
        raise _invalid(spec, f"its pattern could take forever on some names: {complaint}")
    if "start" in pattern.groupindex and not spec.start_formats:
        raise _invalid(spec, "group start needs start_formats")
    key_values = tuple(value.lower() for value in spec.key_values)
    profile = Profile(spec.name, pattern, spec.start_formats, _zone(spec), key_values)
    for example in spec.examples:
        _check_example(spec, profile, example)
    return profile


def _zone(spec: ProfileSpec) -> tzinfo | None:
    if spec.timezone is None:
        return None
    try:
        return ZoneInfo(spec.timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise _invalid(spec, f"time zone {spec.timezone!r} is unknown") from error


def _check_example(spec: ProfileSpec, profile: Profile, example: Example) -> None:
    try:
        match = profile.match(example.name, UTC)
    except ValueError as error:
        raise _invalid(spec, f"example {example.name!r}: {error}") from error
    if match is None:
        raise _invalid(spec, f"example {example.name!r} does not match its pattern")
    start = to_text(match.started_at) if match.started_at else None
    read = Example(example.name, match.device, match.officer, start, match.sequence, match.key_mark)
    wanted = msgspec.structs.replace(example, start=_utc_text(example.start))
    for field in ("device", "officer", "start", "seq", "key"):
        if getattr(read, field) != getattr(wanted, field):
            raise _invalid(
                spec,
                f"example {example.name!r} gives {field} {getattr(read, field)!r}, not {getattr(wanted, field)!r}",
            )


def _utc_text(text: str | None) -> str | None:
    return to_text(datetime.fromisoformat(text)) if text else None


def _number(text: str | None) -> int | None:
    """A running number. What no device counts to is none: JSON and the catalog could not hold it."""
    number = None if text is None else int(text)
    return number if number is not None and number <= MAX_EXACT_INT else None


def _in_zone(local: datetime, zone: tzinfo) -> tuple[datetime, str] | None:
    """A device's wall time as UTC, and a note where the clocks were changed just then. None at the calendar's edge,
    where there is no such time in UTC."""
    first, second = (local.replace(tzinfo=local.tzinfo or zone, fold=fold) for fold in (0, 1))
    doubtful = first.utcoffset() != second.utcoffset()
    try:
        return first.astimezone(UTC), "ambiguous: the clocks were changed in this hour" if doubtful else ""
    except OverflowError:
        return None


def _invalid(spec: ProfileSpec, reason: str) -> ConfigInvalid:
    return ConfigInvalid(
        f"File-name profile {spec.name!r}: {reason}.", remedy="See docs/reference/file-name-profiles.md."
    )

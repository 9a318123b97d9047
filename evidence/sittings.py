"""The nouns of a room's use: sittings, the people in them, marks and alarms. Frozen data, no I/O.

A *sitting* (场次) is a stretch of use of a room: case, activity, people, purpose. Design: docs/design/live.md.
"""

from __future__ import annotations

import hashlib
import secrets
from base64 import b32encode
from dataclasses import dataclass
from typing import Literal, NewType

import msgspec

from evidence.canonical import Digest
from evidence.live import ChannelId, SittingId
from evidence.records import RecordingId

AlarmId = NewType("AlarmId", str)  # "a" + 26 random base32 characters

# What a room is used for. The words people read are the UI's and the receipt's.
SittingKind = Literal["inquiry", "interrogation", "hearing", "statement", "identification", "mediation", "other"]
PersonRole = Literal["officer", "recorder", "party", "interpreter", "guardian", "lawyer", "witness", "other"]

AlarmKind = Literal[
    "lost",  # no pictures come: the channel is down, or stands still
    "not-recording",  # pictures come, but they are not being kept
    "black",
    "frozen",
    "silent",
]


def new_sitting_id() -> SittingId:
    return SittingId("s" + _random())


def new_alarm_id() -> AlarmId:
    return AlarmId("a" + _random())


def _random() -> str:
    return b32encode(secrets.token_bytes(17)).decode().lower()[:26]


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody in the room, as stated when the sitting began. Not an account."""

    name: str
    role: PersonRole


class SittingRecording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What of a recording belongs to a sitting: whole segments, each stated and signed."""

    channel: ChannelId
    recording: RecordingId
    first_seq: int
    n_segments: int
    root: Digest  # RFC 6962 root over the statements of these segments; of all of them it is the sealed one


@dataclass(frozen=True, slots=True)
class Actor:
    """The account that does something in a room."""

    account: str
    display_name: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class NewSitting:
    """What somebody asks for when a sitting is to begin."""

    room: str
    kind: SittingKind
    case: str | None
    activity: str
    people: tuple[Person, ...]
    must_record: bool


def sitting_digest(recordings: tuple[SittingRecording, ...]) -> Digest:
    """One digest for all footage of a sitting: SHA-256 over a line per recording, "channel id first n root\\n",
    in the order given (channel, then time)."""
    lines = [f"{each.channel} {each.recording} {each.first_seq} {each.n_segments} {each.root}\n" for each in recordings]
    return Digest(hashlib.sha256(b"mediad/sitting\n" + "".join(lines).encode()).hexdigest())

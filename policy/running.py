"""Activities that are going on now: whether what must be recorded is being recorded. Pure.

Only a room can tell while an activity goes on. A body camera is not connected: what it records is known when it is
docked, and until then nothing can be said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

# "field": it does not take place in a room that the server records.
LiveAnswer = Literal["recorded", "unrecorded", "field"]

# A room begins to record within a few seconds of its sitting; whoever enters the activity first has these.
RAISE_AFTER_S = 8.0
CLEAR_AFTER_S = 2.0


@dataclass(frozen=True, slots=True)
class RunningActivity:
    """An activity of an open case that must be recorded in full, was begun and not ended."""

    activity: str
    case: str
    place: str
    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoomNow:
    """A room, and whether any of its channels is recording. `why`: why not, in words."""

    name: str
    title: str
    recording: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """An alarm: raised, or over."""

    activity: RunningActivity
    room: RoomNow
    since_s: float


@dataclass(frozen=True, slots=True)
class Over:
    activity: str
    reason: Literal["recorded", "ended"]


def room_of(place: str, devices: Sequence[str], rooms: Iterable[RoomNow]) -> RoomNow | None:
    """The room that an activity takes place in: named by a channel among its devices ("room-1/front"), or by its
    place, which is the room's name or title."""
    known = tuple(rooms)
    named = {device.partition("/")[0] for device in devices if "/" in device}
    said = place.strip().casefold()
    for room in known:
        if room.name in named:
            return room
    return next(
        (room for room in known if said and said in (room.name.casefold(), room.title.strip().casefold())), None
    )


def live_answer(place: str, devices: Sequence[str], rooms: Iterable[RoomNow]) -> LiveAnswer:
    """Whether an activity that goes on is being recorded now."""
    room = room_of(place, devices, rooms)
    if room is None:
        return "field"
    return "recorded" if room.recording else "unrecorded"


@dataclass(slots=True)
class RunningWatch:
    """Which activities are unrecorded, and since when. Not thread-safe: its owner serializes.

    What holds for RAISE_AFTER_S is raised at the next look; what is away for CLEAR_AFTER_S is over.
    """

    _since_s: dict[str, float] = field(default_factory=dict)
    _good_since_s: dict[str, float] = field(default_factory=dict)
    _raised: set[str] = field(default_factory=set)

    def look(
        self, now_s: float, running: Iterable[RunningActivity], rooms: Sequence[RoomNow]
    ) -> tuple[Unrecorded | Over, ...]:
        """What is to be raised, or is over. `now_s` never runs backwards."""
        said: list[Unrecorded | Over] = []
        going_on = {each.activity: each for each in running}
        for activity in [each for each in self._since_s if each not in going_on]:
            said += self._end(activity, "ended")
        for each in going_on.values():
            room = room_of(each.place, each.devices, rooms)
            if room is None or room.recording:
                said += self._good(each.activity, now_s)
                continue
            self._good_since_s.pop(each.activity, None)
            since_s = self._since_s.setdefault(each.activity, now_s)
            if each.activity not in self._raised and now_s - since_s >= RAISE_AFTER_S:
                self._raised.add(each.activity)
                said.append(Unrecorded(each, room, since_s))
        return tuple(said)

    def _good(self, activity: str, now_s: float) -> list[Unrecorded | Over]:
        if activity not in self._since_s:
            return []
        if activity not in self._raised:
            return self._end(activity, "recorded")
        if now_s - self._good_since_s.setdefault(activity, now_s) < CLEAR_AFTER_S:
            return []
        return self._end(activity, "recorded")

    def _end(self, activity: str, reason: Literal["recorded", "ended"]) -> list[Unrecorded | Over]:
        self._since_s.pop(activity, None)
        self._good_since_s.pop(activity, None)
        if activity not in self._raised:
            return []
        self._raised.discard(activity)
        return [Over(activity, reason)]

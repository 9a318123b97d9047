"""A recording in an opened viewing, as the requests that a player sends."""

from __future__ import annotations

import http.client
import re
import time
from dataclasses import dataclass

from bench.daemon import Person
from bench.load import Asked

_RENDITIONS_S = 240.0


@dataclass(frozen=True, slots=True)
class Playing:
    port: int
    segments: tuple[Asked, ...]

    def fetch(self, number: int) -> bytes:
        return fetch(self.port, self.segments[number].path, self.segments[number].headers)


def play(person: Person, recording: str) -> Playing:
    """Open a viewing and fetch every segment once: lengths are known then, and the files are in the page cache."""
    wish = {"scope": "recording", "recording": recording, "purpose": "case", "note": "bench"}
    place = f"/api/v1/viewings/{person.ask('POST', '/api/v1/viewings', wish)['id']}"
    headers = {"Cookie": person.cookie}
    playlist = fetch(person.port, f"{place}/index.m3u8", headers).decode()
    segments, start_ms = [], 0
    for seconds, name in re.findall(r"#EXTINF:([\d.]+),\n(\S+)", playlist):
        # The playhead is where this segment begins: the read-ahead allows nothing else.
        asked = headers | {"CMCD-Request": f"com.mediad-pt={start_ms}"}
        length = len(fetch(person.port, f"{place}/{name}", asked))
        segments.append(Asked(path=f"{place}/{name}", length=length, headers=asked))
        start_ms += round(float(seconds) * 1000)
    return Playing(person.port, tuple(segments))


def until_quiet(person: Person) -> list[str]:
    """All recordings, once their thumbnails and what else is made of them at once is made: it takes a core."""
    recordings = [each["id"] for each in person.ask("GET", "/api/v1/recordings")["recordings"]]
    ends_s = time.monotonic() + _RENDITIONS_S
    while not all(_is_done(person, each) for each in recordings):
        if time.monotonic() > ends_s:
            raise RuntimeError("The renditions were not made in time.")
        time.sleep(0.5)
    return recordings


def _is_done(person: Person, recording: str) -> bool:
    states = [job["state"] for job in person.ask("GET", f"/api/v1/jobs?recording={recording}")["jobs"]]
    return len(states) >= 4 and not {"queued", "running"} & set(states)


def fetch(port: int, path: str, headers: dict[str, str]) -> bytes:
    """One answer's body. Raises RuntimeError unless its status is 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        data = answer.read()
    finally:
        connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status} {data[:200]!r}")
    return data

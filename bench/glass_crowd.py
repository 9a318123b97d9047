"""Live viewers on protocol level: `python -m bench.glass_crowd PORT VIEWERS SECONDS` says what they lacked (JSON)."""

from __future__ import annotations

import asyncio
import json
import sys
import time

from bench.daemon import Person
from tests.live.socket import Picture, live_socket

_PURPOSE = "case"
_FPS = 25


async def _view(port: int, person: Person, seconds: float) -> tuple[float, bool]:
    """(% of the pictures that did not come, whether any were skipped for this viewer)."""
    asked = {"scope": "live", "channel": "room/front", "purpose": _PURPOSE, "note": "bench"}
    viewing = person.ask("POST", "/api/v1/viewings", asked)["id"]
    async with live_socket(port, person.cookie, viewing) as socket:
        first = last = 0
        n, skipped, until = 0, False, time.monotonic() + seconds
        while time.monotonic() < until:
            found = await socket.next()
            if isinstance(found, Picture) and found.track == 0:
                first = first if n else found.start_ms
                last, n = found.end_ms, n + 1
            elif isinstance(found, dict) and found["say"] == "skipped":
                skipped = True
        due = round((last - first) * _FPS / 1000)
        return max(0.0, 100 - n / due * 100), skipped


async def _crowd(port: int, viewers: int, seconds: float) -> dict[str, float]:
    people = []
    for account in ("watcher-1", "watcher-2"):
        people.append(Person(port))
        people[-1].sign_in(account)
    found = await asyncio.gather(*(_view(port, people[n % 2], seconds) for n in range(viewers)))
    return {"lacking": sum(lack for lack, _ in found) / viewers, "skipped": sum(skipped for _, skipped in found)}


def main() -> None:
    port, viewers, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    print(json.dumps(asyncio.run(_crowd(port, viewers, seconds))))


if __name__ == "__main__":
    main()

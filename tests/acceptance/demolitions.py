"""Demolitions as they were filmed: generated footage in the bays of a real site, one story after the other."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from evidence.media import specimens
from evidence.media.flawed_specimens import FlawAt, make_flawed
from mediad.site_files import NewBay
from policy.item_list import SHIPPED
from tests.integration.mediad.daemon_process import new_site
from tests.sites import PASSWORD

UNIT = "执法一队"
BAYS = (NewBay("b1", "bays/1", officer="P-1", unit=UNIT), NewBay("b2", "bays/2", officer="P-2", unit=UNIT))
END_S = 28  # the required interval is [0, 28) seconds from a story's time
LONG_S = 25  # a longer loss is decided by the legal office
_ZONE = ZoneInfo("Asia/Shanghai")
MOMENTS = ("identity", "rights", "statement", "inventory")


@dataclass(frozen=True)
class Film:
    """What one camera wrote: from when, for how long, and what went wrong."""

    bay: str
    device: str
    number: int
    start_s: int
    seconds: int
    flaws: tuple[FlawAt, ...] = ()


@dataclass(frozen=True)
class Story:
    """When it happened, and what the cameras wrote."""

    name: str
    at: datetime
    files: tuple[Film, ...]

    @property
    def start(self) -> str:
        return self.at.isoformat()

    @property
    def end(self) -> str:
        return (self.at + timedelta(seconds=END_S)).isoformat()


def _last(now: datetime, hours: tuple[int, ...]) -> datetime:
    """The last of these hours of a day that lies two hours back."""
    local = now.astimezone(_ZONE)
    days = (local, local - timedelta(days=1))
    times = [day.replace(hour=hour, minute=0, second=0, microsecond=0) for day in days for hour in hours]
    return max(at for at in times if at <= local - timedelta(hours=2))


def stories(now: datetime) -> dict[str, Story]:
    """By day or by night, within the last 24 hours, so that nothing but the late one was docked late."""
    day, night = _last(now, (8, 14)), _last(now, (0, 4, 23))
    first, other = ("b1", "DSJ0001"), ("b2", "DSJ0002")
    told: dict[str, tuple[Film, ...]] = {
        "whole": (Film(*first, 1, -6, 20), Film(*first, 2, 13, 26), Film(*other, 1, -8, 45)),
        "torn": (Film(*first, 11, -6, 20), Film(*first, 12, 18, 26), Film(*other, 11, -8, 45)),
        "lone": (Film(*first, 21, -6, 45),),
        "late": (Film(*first, 31, -6, 45), Film(*other, 31, -8, 46)),
        "shown": (Film(*first, 41, -6, 20), Film(*first, 42, 18, 26), Film(*other, 41, -8, 45)),
        # A palm on the lens from 4 to 16 s after the arrival; both microphones off for 30 s.
        "blind": (Film(*first, 51, -6, 45), Film(*other, 51, -8, 45, (FlawAt("covered", 12, 24),))),
        "deaf": (
            Film(*first, 61, -6, 45, (FlawAt("muted", 10, 40),)),
            Film(*other, 61, -8, 46, (FlawAt("muted", 12, 42),)),
        ),
        # The camera wrote three files; the second was deleted before it was docked.
        "deleted": (Film(*first, 71, -6, 17), Film(*first, 73, 18, 21), Film(*other, 71, -8, 45)),
        "night": (Film(*first, 81, -6, 45), Film(*other, 81, -8, 46)),
    }
    return {
        name: Story(
            name,
            (night if name == "night" else day) + timedelta(minutes=5 * n, days=-2 if name == "late" else 0),
            files,
        )
        for n, (name, files) in enumerate(told.items())
    }


def make(root: Path, told: dict[str, Story]) -> Path:
    """A site with all that footage in its bays. Its item list knows no holidays: the test runs on any day."""
    site = new_site(root, bays=BAYS)
    text = SHIPPED.read_text("utf-8").replace("holidays = false", "holidays = true")
    # The stories are short: what is long there must be decided by the legal office.
    text = text.replace("long_gap_s = 60", f"long_gap_s = {LONG_S}")
    (root / "items.toml").write_text(text.replace("water-bureau/2026-11", "test/1"), "utf-8")
    with site.open("a", encoding="utf-8") as config:
        config.write('\n[items]\nlist = "items.toml"\n\n[cases]\ndrop = "drop"\n')
    (root / "drop").mkdir()
    for n, story in enumerate(told.values()):
        for film in story.files:
            began = story.at + timedelta(seconds=film.start_s)
            folder = root / "bays" / film.bay.removeprefix("b")
            folder.mkdir(parents=True, exist_ok=True)
            name = f"{began.strftime('%Y%m%d%H%M%S')}_{film.device}_{film.number:04}.mp4"
            # Another size or seed for every file: the same bytes would be the same recording.
            if story.name in ("blind", "deaf"):
                make_flawed(folder / name, "street", film.seconds, film.flaws, seed=10 * n + film.seconds)
            else:
                size: dict[str, Any] = {"width": 160 + 16 * n, "height": 96, "fps": 10, "gop": 10}
                specimens.make("mp4", folder / name, seconds=film.seconds, start=began, **size)
    return site


class Person:
    """Somebody at a browser, without the browser."""

    def __init__(self, address: str, account: str) -> None:
        self._address = address.removeprefix("http://")
        self._cookie = self._csrf = ""
        answer = self.ask("POST", "/session", {"account": account, "password": PASSWORD})
        self._csrf = answer[1]["csrf"]

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(self._address, timeout=60)
        headers = {"Content-Type": "application/json", "X-CSRF-Token": self._csrf, "Cookie": self._cookie}
        connection.request(method, f"/api/v1{path}", None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        data = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            self._cookie = cookie.partition(";")[0]
        connection.close()
        return answer.status, json.loads(data) if data else None

    def get(self, path: str) -> Any:
        status, value = self.ask("GET", path)
        assert status == 200, value
        return value

    def done(self, path: str, body: object) -> Any:
        status, value = self.ask("POST", path, body)
        assert status in (200, 201, 204), (status, value)
        return value


def enter(who: Person, story: Story, again: str = "") -> tuple[str, str]:
    """Enter the case and its activity: their ids."""
    case = who.done(
        "/cases",
        {
            "number": f"水强〔2026〕{story.name}{again}",
            "kind": "demolition",
            "title": "河道违建强制拆除",
            "stage": "execution",
            "subject": {"kind": "organisation", "name": "某建材有限公司", "number": "9133010000"},
            "unit": UNIT,
            "officers": ["P-1", "P-2"],
        },
    )["id"]
    activity = who.done(
        f"/cases/{case}/activities",
        {
            "item": "forced-demolition",
            "stage": "execution",
            "place": "城东河道三号桥",
            "started_at": story.start,
            "ended_at": story.end,
            "officers": ["P-1", "P-2"],
        },
    )["id"]
    return case, activity


def confirm_and_mark(who: Person, case: str, activity: str) -> None:
    """Confirm all that matched, and mark the key moments in the first recording."""
    (one,) = who.get(f"/cases/{case}")["activities"]
    own = next(each for each in one["footage"] if each["officer"] == "P-1")
    for each in one["footage"]:
        body = {"activity": activity, "recording": each["recording"], "verdict": "confirmed"}
        who.done(f"/cases/{case}/footage", body)
    for n, moment in enumerate(MOMENTS):
        span = {"recording": own["recording"], "start_ms": 8_000 + 2_000 * n, "end_ms": 9_500 + 2_000 * n}
        who.done(f"/cases/{case}/clips", span | {"activity": activity, "moment": moment, "note": ""})


def unanswered(who: Person, case: str) -> list[dict[str, Any]]:
    return [each for each in who.get(f"/cases/{case}")["findings"] if each["state"] != "answered"]

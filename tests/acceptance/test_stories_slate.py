"""A camera whose clock is 7 minutes off, with a time slate and without: generated footage through the real daemon."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from evidence import slate
from evidence.clock import SystemClock
from evidence.media.slate_specimens import View, make_slated
from mediad.site_files import NewBay
from tests.acceptance import demolitions as d
from tests.acceptance.chromium import browser as browser
from tests.acceptance.chromium import require_ui, shot
from tests.acceptance.demolitions import Person
from tests.acceptance.slate_watching import Watched, sign_in, watch
from tests.integration.mediad.daemon_process import Daemon, daemon, new_site, wait_for
from tests.sites import PASSWORD, add_account

# A slate is old after a fifth of a second.
pytestmark = pytest.mark.real_time
_ZONE = ZoneInfo("Asia/Shanghai")
_OFF = timedelta(minutes=7)
# Before the slate the camera has recorded for so long, and goes on for a little after it.
_FIRST_S, _SECOND_S, _SLATE_S = 18, 17, 13
_BAYS = tuple(NewBay(f"b{n}", f"bays/{n}", officer=f"P-{n}", unit=d.UNIT) for n in (1, 2, 3, 4, 5))
# Cameras 4 and 5 film nothing but the slate: pictures a second, and what the screen takes from drawing to light. The
# camera's rows are exposed for a while each, one after the other, as in a room.
_CLOSE = ((4, 25, 0.020), (5, 30, 0.050))
_CLOSE_S = 6
_ROOM = View(exposure_ms=15, readout_ms=12)
_CASE = "限〔2026〕7号"


@dataclass(frozen=True)
class Filmed:
    """What an officer's screen in the dock room showed, and when the camera that filmed it was switched on."""

    running: Daemon
    switched_on: datetime  # the second file; the first began `_FIRST_S` before
    close_on: datetime  # cameras 4 and 5

    def person(self, account: str) -> Person:
        return Person(self.running.address, account)

    @property
    def start(self) -> datetime:
        return self.switched_on - timedelta(seconds=_FIRST_S - 5)

    @property
    def end(self) -> datetime:
        return self.switched_on + timedelta(seconds=_SECOND_S - 3)


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Filmed]:
    require_ui()
    root = tmp_path_factory.mktemp("slate")
    site = new_site(root / "site", bays=_BAYS)
    for n in (1, 2, 3, 4, 5):
        add_account(site, f"P-{n}", ("officer",), d.UNIT)
    add_account(site, "keeper", ("custodian",))
    with daemon(site, root) as running:
        keeper = Person(running.address, "keeper")
        running.headers = {"Cookie": keeper._cookie}
        seen = watch(browser, running.address, "P-1", PASSWORD, _CASE, 3.0)
        began = datetime.fromtimestamp(seen.began_s, UTC)
        switched_on = began - timedelta(seconds=_SLATE_S)
        close_on = began - timedelta(seconds=1.5)
        # A camera is docked after it was switched off.
        wait_for(lambda: SystemClock().now() > switched_on + timedelta(seconds=_SECOND_S))
        for n, shown in ((1, seen), (2, None), (3, seen.still())):
            _film(site.parent / "bays" / str(n), n, switched_on, shown)
        for n, fps, delay_s in _CLOSE:
            _film_closely(site.parent / "bays" / str(n), n, close_on, seen, fps, delay_s)
        wait_for(lambda: _done(keeper, "slates") == _done(keeper, "observations") == 8, 240)
        for n in (1, 2, 3, 4, 5):
            running.until("safe", f"b{n}")
        wait_for(lambda: all(each["measurements"] for each in keeper.get("/clocks")["clocks"]), 30)
        yield Filmed(running, switched_on, close_on)


def _film(folder: Path, officer: int, switched_on: datetime, shown: Watched | None) -> None:
    """Two files, back to back; the second films the screen. The camera's clock is 7 minutes ahead."""
    screens = [] if shown is None else shown.screens(switched_on.timestamp(), 0.03)
    parts = ((1, switched_on - timedelta(seconds=_FIRST_S), _FIRST_S, []), (2, switched_on, _SECOND_S, screens))
    for number, began, seconds, there in parts:
        made = make_slated(
            _file(folder, officer, number, began),
            seconds,
            there,
            width=960,
            height=540,
            fps=12,
            seed=10 * officer + number,
        )
        _dock(made, folder)


def _film_closely(folder: Path, officer: int, switched_on: datetime, shown: Watched, fps: int, delay_s: float) -> None:
    screens = shown.screens(switched_on.timestamp(), delay_s)
    made = make_slated(
        _file(folder, officer, 1, switched_on), _CLOSE_S, screens, view=_ROOM, width=640, height=480, fps=fps
    )
    _dock(made, folder)


def _file(folder: Path, officer: int, number: int, began: datetime) -> Path:
    elsewhere = folder.with_name(f"made-{officer}")
    elsewhere.mkdir(exist_ok=True)
    stated = (began + _OFF).astimezone(_ZONE)
    return elsewhere / f"{stated.strftime('%Y%m%d%H%M%S')}_DSJ000{officer}_{number:04}.mp4"


def _dock(made: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    made.rename(folder / made.name)


def _done(keeper: Person, kind: str) -> int:
    return sum(job["kind"] == kind and job["state"] == "done" for job in keeper.get("/jobs")["jobs"])


def _enter(who: Person, filmed: Filmed, number: str, officer: str) -> tuple[str, str]:
    case = who.done(
        "/cases",
        {
            "number": number,
            "kind": "detention",
            "title": "限制人身自由",
            "stage": "investigation",
            "subject": {"kind": "person", "name": "某人"},
            "unit": d.UNIT,
            "officers": [officer],
        },
    )["id"]
    activity = who.done(
        f"/cases/{case}/activities",
        {
            "item": "detention",
            "stage": "investigation",
            "started_at": filmed.start.isoformat(),
            "ended_at": filmed.end.isoformat(),
            "officers": [officer, "P-9"],
        },
    )["id"]
    return case, activity


def test_with_a_slate_it_is_covered_and_the_case_closes(filmed: Filmed) -> None:
    officer = filmed.person("P-1")
    case, activity = _enter(officer, filmed, _CASE, "P-1")
    (one,) = officer.get(f"/cases/{case}")["activities"]
    # The slate names the case, so that it is offered what cameras 4 and 5 filmed of it as well.
    first, second = (each for each in one["footage"] if each["device"] == "DSJ0001")
    assert len(one["footage"]) == 4
    assert (first["time_origin"], second["time_origin"]) == ("clock", "slate")
    off_s = (datetime.fromisoformat(second["start_at"]) - filmed.switched_on).total_seconds()
    assert second["uncertainty_ms"] <= 400 and abs(off_s) * 1000 <= second["uncertainty_ms"]
    assert [one[part]["answer"] for part in ("picture", "sound")] == ["covered", "covered"]
    for each in one["footage"]:
        body = {"activity": activity, "recording": each["recording"], "verdict": "confirmed"}
        officer.done(f"/cases/{case}/footage", body)
    for n, moment in enumerate(("identity", "rights", "statement")):
        span = {"recording": second["recording"], "start_ms": 3_000 * n, "end_ms": 3_000 * n + 1_000}
        officer.done(f"/cases/{case}/clips", span | {"activity": activity, "moment": moment, "note": ""})
    assert officer.done(f"/cases/{case}/close", {})["state"] == "closed"


@pytest.mark.parametrize(("officer", "fps"), [(n, fps) for n, fps, _ in _CLOSE])
def test_it_tells_the_beginning_to_a_picture(filmed: Filmed, officer: int, fps: int) -> None:
    """The page as a browser draws it, on a usual screen, filmed in a room: what is believed is within one picture of
    the truth, and the truth is never outside of what is promised."""
    keeper = filmed.person("keeper")
    (recording,) = keeper.get(f"/recordings?officer=P-{officer}")["recordings"]
    clock = keeper.get(f"/recordings/{recording['id']}/clock")
    assert (clock["time_origin"], clock["slate"]["verdict"]) == ("slate", "accepted")
    earliest, best, latest = (
        datetime.fromisoformat(clock["slate"][f"{each}_at"]) for each in ("earliest", "best", "latest")
    )
    assert earliest <= filmed.close_on <= latest
    assert abs((best - filmed.close_on).total_seconds()) <= 1 / fps, (earliest, best, latest, filmed.close_on)
    assert clock["start_at"] == clock["slate"]["best_at"]
    reach = timedelta(milliseconds=clock["uncertainty_ms"])
    assert best - reach <= earliest and latest <= best + reach


def test_without_a_slate_the_same_footage_shows_nothing(filmed: Filmed) -> None:
    officer = filmed.person("P-2")
    case, _ = _enter(officer, filmed, "限〔2026〕8号", "P-2")
    # The dock saw files that end after they were docked: the clock is wrong, and nobody knows by how much.
    (one,) = officer.get(f"/cases/{case}")["activities"]
    assert [each["uncertainty_ms"] for each in one["footage"]] == [None, None]
    assert one["picture"]["answer"] == "cannot-be-shown" and one["picture"]["share"] == 0
    assert "unprovable" in {each["kind"] for each in d.unanswered(officer, case)}
    status, answer = officer.ask("POST", f"/cases/{case}/close", {})
    assert (status, answer["error"]["code"]) == (409, "case-blocked")


def test_a_photograph_of_a_slate_is_a_finding(filmed: Filmed) -> None:
    officer = filmed.person("P-3")
    case, _ = _enter(officer, filmed, "限〔2026〕9号", "P-3")
    (finding,) = (each for each in d.unanswered(officer, case) if each["kind"] == "slate-refused")
    assert "照片" in finding["zh"] and "photograph" in finding["en"]
    clock = officer.get(f"/recordings/{finding['about']}/clock")
    assert (clock["slate"]["verdict"], clock["time_origin"]) == ("uneven", "clock")
    assert clock["slate"]["zh"] in finding["zh"]


def test_the_list_of_clocks_tells_each(filmed: Filmed) -> None:
    clocks = {each["device"]: each for each in filmed.person("keeper").get("/clocks")["clocks"]}
    assert sorted(clocks) == [f"DSJ000{n}" for n in (1, 2, 3, 4, 5)]
    slated, bare = clocks["DSJ0001"], clocks["DSJ0002"]
    assert slated["latest"]["how"] == "slate" and slated["now"]["believed"] == "measured"
    # A name leaves out parts of seconds: the clock was up to a second further on.
    assert slated["now"]["low_ms"] <= 420_000 <= slated["now"]["high_ms"] <= slated["now"]["low_ms"] + 2_000
    assert bare["latest"] is None and bare["now"]["believed"] == "refuted"
    # Files that were noticed apart are measured apart.
    assert {each["how"] for each in bare["measurements"]} == {"dock"}
    assert all(0 < each["low_ms"] <= 420_000 for each in bare["measurements"])


def test_the_library_says_which_recordings_show_a_slate(filmed: Filmed, browser: Browser) -> None:
    with browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN") as context:
        page = context.new_page()
        sign_in(page, f"{filmed.running.address}/#/library", "keeper", PASSWORD)
        rows = page.locator("tr[data-recording]")
        expect(rows).to_have_count(8)
        accepted, refused = page.locator("[data-slate=accepted]"), page.locator("[data-slate=refused]")
        expect(accepted).to_have_count(3)  # cameras 1, 4 and 5
        expect(accepted.first).to_have_text("画面中有时间校准码，准确时间见录像页")
        expect(refused).to_have_count(1)  # camera 3 filmed a photograph
        shot(page, "library-slates")


def test_the_page_shows_a_code_and_takes_it_down_when_the_connection_is_lost(filmed: Filmed, browser: Browser) -> None:
    with browser.new_context(viewport={"width": 1280, "height": 800}) as context:
        page = context.new_page()
        sign_in(page, f"{filmed.running.address}/#/slate", "P-1", PASSWORD)
        fresh = page.locator(".slate-code[data-state=fresh]")
        expect(fresh).to_be_visible()
        seen = cv2.imdecode(np.frombuffer(fresh.screenshot(), np.uint8), cv2.IMREAD_GRAYSCALE)
        text, _, _ = cv2.QRCodeDetectorAruco().detectAndDecode(seen)
        shown_s = slate.read(text).time_ms / 1000
        assert abs(SystemClock().now().timestamp() - shown_s) < 30
        context.set_offline(True)
        expect(page.locator(".slate-code[data-state=none]")).to_be_visible()
        context.set_offline(False)
        expect(fresh).to_be_visible()

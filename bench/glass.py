"""Glass to glass: how old is the picture on the screen? `python -m bench.glass --seconds N`; also of `./dev bench`.

A made camera (GStreamer, RTSP, 720p25 with sound) burns the time in milliseconds into every picture as black and white
blocks; the daemon records it, with the log on full sync; Chromium shows it, and reads the blocks back from a canvas in
`requestVideoFrameCallback`. Over the WebSocket for the whole time, then over low-latency HLS; then over the WebSocket
again while 50 more viewers are handed the same pictures.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import click
import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from bench.daemon import PASSWORD, Person, add_person, make_site, serving
from bench.figures import Figure
from tests.live.glass import ages_ms, watch_clock
from tests.recorder.recorder import recorder

_MEDIAN_MS, _P95_MS = 300, 450
_VIEWERS = 50
_SETTLE_S = 5
_CAMERA = {"path": "/front", "video": "h264", "audio": "aac", "width": 1280, "height": 720, "fps": 25, "kbit": 4000}
_ROOM = """
[[rooms]]
name = "room"
unit = "bench"
mode = "always"

[[rooms.channels]]
name = "front"
url = "{url}"
"""
_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


@dataclass(frozen=True, slots=True)
class Ages:
    """Of presented pictures, ms, in the order of presentation."""

    all: tuple[float, ...]
    worst_minute: float  # the highest median of any minute

    @property
    def median(self) -> float:
        return median(self.all)

    @property
    def p95(self) -> float:
        return sorted(self.all)[int(len(self.all) * 0.95)]


def measure(seconds: int = 600) -> list[Figure]:
    """Needs Chromium and GStreamer's RTSP server."""
    directory = Path(tempfile.mkdtemp(prefix="bench-glass-"))
    try:
        with recorder(_CAMERA) as camera:
            config = make_site(directory / "site")
            config.write_text(config.read_text() + _ROOM.format(url=camera.address("/front")))
            for account in ("watcher-1", "watcher-2"):
                add_person(config, account, "supervisor", "bench")
            with serving(config) as port, _chromium() as browser:
                _wait_recorded(port)
                return _figures(browser, port, seconds)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _figures(browser: Browser, port: int, seconds: int) -> list[Figure]:
    socket = _watch(browser, port, "", seconds)
    segments = _watch(browser, port, "?transport=hls", max(20, seconds // 5))
    with _crowd(port, max(20, seconds // 10)) as crowd:
        crowded = _watch(browser, port, "", max(10, seconds // 20))
    note = f"{seconds} s, {len(socket.all)} pictures; theirs: low-latency HLS of the same daemon"
    return [
        _figure("Glass to glass, median", _MEDIAN_MS, socket.median, segments.median, note),
        _figure("Glass to glass, p95", _P95_MS, socket.p95, segments.p95, note),
        _figure("Glass to glass, median of the worst minute", _MEDIAN_MS, socket.worst_minute, None, ""),
        _figure(f"… while {_VIEWERS} more watch, median", _MEDIAN_MS, crowded.median, None, crowd.note),
        _figure(f"… while {_VIEWERS} more watch, p95", _P95_MS, crowded.p95, None, ""),
        Figure("Pictures that a viewer of the crowd lacks", "%", "0", crowd.lacking, met=crowd.lacking == 0),
    ]


def _figure(name: str, most_ms: int, ours: float, theirs: float | None, note: str) -> Figure:
    ratio = None if theirs is None else ours / theirs
    return Figure(name, "ms", f"≤ {most_ms}", ours, theirs, ratio, ours <= most_ms, note)


def _wait_recorded(port: int) -> None:
    person = Person(port)
    person.sign_in("watcher-1")
    for _ in range(300):
        rooms = person.ask("GET", "/api/v1/rooms")["rooms"]
        if rooms[0]["channels"][0]["state"] == "recording":
            return
        time.sleep(0.1)
    raise RuntimeError(f"The room is not recorded: {rooms}")


# ---- one page ---------------------------------------------------------------------------------------------------
@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def _watch(browser: Browser, port: int, query: str, seconds: int) -> Ages:
    page = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN").new_page()
    try:
        _begin(page, port, query)
        watch_clock(page)
        page.wait_for_timeout(_SETTLE_S * 1000)
        ages_ms(page)
        found: list[float] = []
        minutes: list[float] = []
        for first in range(0, seconds, 60):
            page.wait_for_timeout(min(60, seconds - first) * 1000)
            minute = ages_ms(page)
            if not minute:
                raise RuntimeError(f"No pictures for a minute: {page.locator('.live-player').inner_text()}")
            found += minute
            minutes.append(median(minute))
        return Ages(tuple(found), max(minutes))
    finally:
        page.context.close()


def _begin(page: Page, port: int, query: str) -> None:
    """As a person does: sign in, state a purpose, watch."""
    page.goto(f"http://127.0.0.1:{port}/")
    page.locator("input[name=account]").fill("watcher-1")
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("input[type=password]").wait_for(state="detached")
    page.goto(f"http://127.0.0.1:{port}/#/live/room/front{query}")
    page.locator(".board .button.primary").click()
    page.locator("dialog input[name=purpose]").first.check()
    page.locator("dialog button.primary").click()
    page.locator(".live-player[data-state=live]").wait_for(timeout=60_000)


# ---- the crowd --------------------------------------------------------------------------------------------------
@dataclass(slots=True)
class Crowd:
    lacking: float = 0.0  # % of the pictures of the time, on average
    note: str = ""


@contextmanager
def _crowd(port: int, seconds: int) -> Iterator[Crowd]:
    """Viewers in a process of their own, for as long as the block runs and at least `seconds`."""
    command = [sys.executable, "-m", "bench.glass_crowd", str(port), str(_VIEWERS), str(seconds)]
    daemon = _daemon_of(port)
    began, used = time.monotonic(), _cpu_s(daemon)
    crowd = Crowd()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield crowd
        said = json.loads(process.communicate()[0])
    share = (_cpu_s(daemon) - used) / (time.monotonic() - began) * 100
    crowd.lacking = said["lacking"]
    crowd.note = f"daemon {share:.0f} % of a core; skipped for {said['skipped']} viewers"


def _daemon_of(port: int) -> psutil.Process:
    for connection in psutil.net_connections("tcp"):
        if connection.laddr and connection.laddr.port == port and connection.status == psutil.CONN_LISTEN:
            return psutil.Process(connection.pid)
    raise RuntimeError("there is no daemon")


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


@click.command()
@click.option("--seconds", default=600, show_default=True, help="How long the WebSocket is measured.")
def main(seconds: int) -> None:
    """Measure and print, one line a figure."""
    for figure in measure(seconds):
        theirs = "" if figure.theirs is None else f"  (low-latency HLS {figure.theirs:.0f})"
        met = "met" if figure.met else "missed"
        print(f"{figure.name}: {figure.ours:.1f} {figure.unit}{theirs}, target {figure.target}: {met}. {figure.note}")


if __name__ == "__main__":
    main()

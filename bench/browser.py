"""A 4-hour recording in Debian's Chromium: from "play" to the first picture, and from a seek to the picture there.

Times are taken in the page: from the button's click, or the pointer on the timeline, to the frame that
`requestVideoFrameCallback` tells of. The daemon, its ledger and the browser share the machine.
"""

from __future__ import annotations

import json
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.daemon import PASSWORD, Person, add_person, make_site, mediad, serving
from bench.figures import Figure
from evidence.catalog.engine import connected
from evidence.catalog.renditions import missing
from evidence.clock import SystemClock, to_text
from evidence.entries import RenditionFailed
from evidence.media.long_specimens import make_large
from mediad.config import load
from mediad.renditions import KINDS
from mediad.store import open_store

_HOURS = 4
_BITRATE = 1_200_000  # 2 GB for four hours of 1080p
_PLAYS, _SEEKS = 12, 24
_FIRST_BOUND_MS, _SEEK_BOUND_MS = 1_000, 500
# A picture counts as that of the seek's place up to half a second from it.
_SCRIPT = """
(() => {
  const seen = { pressed: null, target: null, done: null };
  let known = null;
  window.bench = seen;
  const watch = (video) => {
    const each = (now, frame) => {
      if (seen.pressed !== null && seen.done === null
          && (seen.target === null || Math.abs(frame.mediaTime - seen.target) < 0.5)) seen.done = now - seen.pressed;
      video.requestVideoFrameCallback(each);
    };
    video.requestVideoFrameCallback(each);
  };
  const press = (target) => Object.assign(seen, { pressed: performance.now(), target, done: null });
  addEventListener("click", (event) => event.target.closest("dialog .button.primary") && press(null), true);
  addEventListener("pointerdown", (event) => {
    const box = event.target.closest(".timeline-box");
    if (!box) return;
    const { left, width } = box.getBoundingClientRect();
    press(((event.clientX - left) / width) * Number(box.getAttribute("aria-valuemax")));
  }, true);
  new MutationObserver(() => {
    const video = document.querySelector("video");
    if (video && video !== known) watch((known = video));
  }).observe(document, { childList: true, subtree: true });
})();
"""


def measure() -> list[Figure]:
    """Makes and takes in the footage (minutes), then opens and seeks."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=Path.cwd() / "bench/out") as name:
        config = make_long_site(Path(name))
        with serving(config) as port:
            return figures(port)


def make_long_site(place: Path) -> Path:
    """A site with one 4-hour recording; its configuration file."""
    footage = make_large(place / "DSJ4A017_0001.mp4", seconds=_HOURS * 3600, bitrate=_BITRATE)
    config = make_site(place / "site")
    add_person(config, "legal", "legal")
    mediad("ingest", "-c", config, footage)
    footage.unlink()
    _without_renditions(config)
    return config


def _without_renditions(config: Path) -> None:
    """Say in the ledger that thumbnails and hashes are not made: for four hours they take a core for many minutes."""
    with open_store(load(config)) as store:
        with connected(store.engine) as connection:
            wanted = missing(connection, 10)
        at = to_text(SystemClock().now())
        for recording, kind in wanted:
            why = "Not made for a measurement."
            store.ledger.append(RenditionFailed(at=at, recording=recording, kind=KINDS[KINDS.index(kind)], reason=why))


def figures(port: int) -> list[Figure]:
    """Of a daemon that serves such a site."""
    legal = Person(port)
    legal.sign_in("legal")
    recording: str = legal.ask("GET", "/api/v1/recordings")["recordings"][0]["id"]
    with _signed_in(port) as page:
        plays = []
        for _ in range(_PLAYS):
            page.goto(f"http://127.0.0.1:{port}/#/library")
            plays.append(_play(page, port, recording))
        seeks = _seeks(page)
    return [
        _figure("First picture after play, 4 h", plays, _FIRST_BOUND_MS),
        _figure("Seek to a picture, 4 h, playing", seeks[::2], _SEEK_BOUND_MS),
        _figure("Seek to a picture, 4 h, paused", seeks[1::2], _SEEK_BOUND_MS),
    ]


def _figure(name: str, took_ms: list[float], bound_ms: int) -> Figure:
    note = f"median {median(took_ms):.0f} ms, {len(took_ms)} times; ours is the worst"
    return Figure(name, "ms", f"< {bound_ms}", max(took_ms), met=max(took_ms) < bound_ms, note=note)


@contextmanager
def _signed_in(port: int) -> Iterator[Page]:
    chromium = shutil.which("chromium")
    if chromium is None:
        raise RuntimeError("Chromium is not installed: apt-get install chromium")
    flags = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--autoplay-policy=no-user-gesture-required",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="zh-CN")
        page.add_init_script(_SCRIPT)
        page.goto(f"http://127.0.0.1:{port}")
        page.locator("input[name=account]").fill("legal")
        page.locator("input[name=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.locator("input[type=password]").wait_for(state="detached")
        yield page
        browser.close()


def _play(page: Page, port: int, recording: str) -> float:
    """Milliseconds from the purpose dialog's button to the first picture, in a viewing of its own."""
    page.goto(f"http://127.0.0.1:{port}/#/recordings/{recording}")
    page.locator(".board .button.primary").click()
    page.locator("dialog input[name=purpose]").first.check()
    page.locator("dialog textarea").fill("bench")
    page.locator("dialog .button.primary").click()
    return _taken(page)


def _seeks(page: Page) -> list[float]:
    """Far jumps all over the recording, by turns while it plays and while it is paused."""
    chance, took = random.Random(4), []
    box = page.locator(".timeline-box")
    bounds: Any = box.bounding_box()
    for number in range(_SEEKS):
        paused = number % 2 == 1
        page.evaluate(f"document.querySelector('video').{'pause' if paused else 'play'}()")
        page.wait_for_timeout(1_500)
        # Never near the place before: what lies there may be in the buffer.
        at = (0.07 + 0.45 * (number % 2) + 0.4 * chance.random()) * bounds["width"]
        box.click(position={"x": at, "y": bounds["height"] / 2})
        took.append(_taken(page))
    return took


def _taken(page: Page) -> float:
    page.wait_for_function("() => window.bench.done !== null", polling=20, timeout=30_000)
    return float(json.loads(page.evaluate("JSON.stringify(window.bench.done)")))

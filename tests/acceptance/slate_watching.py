"""Looks at the page of the time slate in a real browser, as a camera in front of the screen would."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import quote

import numpy as np
from playwright.sync_api import Browser, Page, expect

from evidence.media.slate_specimens import Screen

_BORDER = 4
# Notes when the code was drawn, by the clock that the daemon shares, and what it looked like; null where it was down.
_NOTE = """() => {
  const drawn = window.drawn = [];
  const note = () => {
    const path = document.querySelector(".slate-code svg[role=img] path");
    const d = path ? path.getAttribute("d") : null;
    if (!drawn.length || drawn.at(-1)[1] !== d) drawn.push([Date.now() / 1000, d]);
  };
  const options = { subtree: true, childList: true, attributes: true, attributeFilter: ["d", "data-state"] };
  new MutationObserver(note).observe(document.querySelector(".slate"), options);
}"""


@dataclass(frozen=True)
class Watched:
    """What the page drew: (since 1970 in seconds, rows of squares, or none while nothing was shown)."""

    drawn: tuple[tuple[float, tuple[str, ...] | None], ...]

    @property
    def began_s(self) -> float:
        return self.drawn[0][0]

    def screens(self, switched_on_s: float, delay_s: float) -> list[Screen]:
        """What a screen shows that takes so long, from the moment that a camera was switched on."""
        until = [when for when, _ in self.drawn[1:]]
        return [
            Screen(when + delay_s - switched_on_s, end + delay_s - switched_on_s, squares)
            for (when, squares), end in zip(self.drawn[:-1], until, strict=True)
            if squares is not None
        ]

    def still(self) -> Watched:
        """A photograph: the first code for all the time."""
        (first, squares), (last, _) = self.drawn[0], self.drawn[-1]
        return replace(self, drawn=((first, squares), (last, None)))


def watch(browser: Browser, address: str, account: str, password: str, case: str, seconds: float) -> Watched:
    """Sign in, let the page measure its network, and look at it for so long."""
    with browser.new_context(viewport={"width": 1280, "height": 800}) as context:
        page = context.new_page()
        sign_in(page, f"{address}/#/slate?case={quote(case)}", account, password)
        expect(page.locator(".slate-code[data-state=fresh]")).to_be_visible()
        page.wait_for_timeout(3_000)
        page.evaluate(_NOTE)
        page.wait_for_timeout(seconds * 1000)
        noted = page.evaluate("window.drawn")
    return Watched(tuple((when, None if d is None else _squares(d)) for when, d in noted))


def sign_in(page: Page, url: str, account: str, password: str) -> None:
    page.goto(url)
    page.locator("input").first.fill(account)
    page.locator("input[type=password]").fill(password)
    page.locator("form button[type=submit]").click()


def _squares(path: str) -> tuple[str, ...]:
    """The rows that the path of the page's picture draws."""
    runs = [tuple(map(int, run)) for run in re.findall(r"M(\d+) (\d+)h(\d+)v1", path)]
    side = max(y for _, y, _ in runs) + 1 - _BORDER
    dark = np.zeros((side, side), np.int8)
    for x, y, length in runs:
        dark[y - _BORDER, x - _BORDER : x - _BORDER + length] = 1
    return tuple("".join(map(str, row)) for row in dark)

"""Debian's Chromium for the acceptance tests."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.conftest import ROOT
from tests.postgres import lacking
from tests.sites import PASSWORD

# Chromium's own look-ups are switched off: tests talk to loopback only.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def require_ui() -> None:
    """Skip, or fail in CI, where the web UI is not built."""
    if not (ROOT / "player/static/index.html").exists():
        lacking("the built web UI")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        lacking("Chromium")
    # How soon a page shows what it was told is nobody's promise; on a busy machine it may take its time.
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield browser
        browser.close()


def sign_in(page: Page, address: str, account: str, password: str = PASSWORD) -> Page:
    """Open the site and sign in; the page."""
    page.goto(address)
    page.locator("input[name=account]").fill(account)
    page.locator("input[name=password]").fill(password)
    page.keyboard.press("Enter")
    expect(page.locator("input[name=password]")).to_have_count(0)
    return page


def shot(page: Page, name: str) -> None:
    """A screenshot for people to look at, where $MEDIAD_SCREENSHOTS names a folder for them."""
    if folder := os.environ.get("MEDIAD_SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def go_to(page: Page, group: str, name: str) -> None:
    """Open a page by the navigation, as a person does: its group, then its name. Alone it stands for its group."""
    link = page.locator(".nav a").filter(has_text=re.compile(f"^({group}|{name})$"))
    link.click()
    # Drawn together with the pages of the group, if it has several.
    page.locator(".nav a[data-open=true]").filter(has_text=re.compile(f"^({group}|{name})$")).wait_for()
    if page.locator(".subnav").count():
        page.locator(".subnav").get_by_role("link", name=name, exact=True).click()

"""What people meet when something comes between: a session that ends in mid-work, a server that stops and starts, a
long list that is left and come back to. Each in a real browser against the real daemon.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bench.daemon import make_site, mediad, serving
from bench.library_site import fill
from evidence.catalog.engine import open_engine
from evidence.media import specimens
from mediad.config import load
from tests.acceptance.chromium import browser as browser
from tests.acceptance.chromium import go_to, require_ui, shot, sign_in
from tests.sites import PASSWORD, add_account

N_RECORDINGS = 150  # the library's page has 60


@dataclass(slots=True)
class Site:
    config: Path
    url: str = ""
    _running: ExitStack = field(default_factory=ExitStack)

    def start(self) -> None:
        self.url = f"http://127.0.0.1:{self._running.enter_context(serving(self.config))}"

    def stop(self) -> None:
        self._running.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A library of two and a half pages, and the daemon that serves it."""
    require_ui()
    config = make_site(tmp_path_factory.mktemp("interrupted") / "site")
    engine = open_engine(load(config).catalog_url)
    fill(engine, N_RECORDINGS, 2 * N_RECORDINGS)
    engine.dispose()
    for account, role in (("legal", "legal"), ("baoguan", "custodian")):
        add_account(config, account, (role,))
    site = Site(config)
    site.start()
    yield site
    site.stop()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    yield context
    context.close()


def opened(context: BrowserContext, site: Site, account: str = "legal") -> Page:
    return sign_in(context.new_page(), site.url, account)


def end_session(page: Page) -> None:
    """As another tab does that signs out: this page is not told."""
    status = page.evaluate(
        """async () => {
            const { csrf } = await (await fetch('/api/v1/session')).json();
            return (await fetch('/api/v1/session', { method: 'DELETE', headers: { 'X-CSRF-Token': csrf } })).status;
        }"""
    )
    assert status == 204


def test_a_session_that_ends_in_mid_work_loses_nothing_that_was_typed(context: BrowserContext, site: Site) -> None:
    page = opened(context, site)
    page.get_by_role("button", name="显示画面").click()
    dialog = page.locator("dialog.dialog")
    dialog.get_by_text("法制审核").click()
    dialog.locator("textarea").fill("核对三号采集口的移交")
    end_session(page)
    dialog.get_by_role("button", name="显示画面").click()
    again = page.locator("dialog.sign-in-again")
    expect(again).to_contain_text("登录已失效")
    # What was on the page is not to be read by whoever stands there now.
    expect(dialog).not_to_be_visible()
    expect(page.locator("tr[data-recording]").first).not_to_be_visible()
    expect(again.locator("input[name=account]")).to_have_value("legal")
    expect(again.locator("input[name=password]")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(again.locator("input[name=password]")).to_be_visible()
    again.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(again).to_have_count(0)
    # The same place, and nothing was carried out that nobody pressed again.
    expect(dialog.locator("textarea")).to_have_value("核对三号采集口的移交")
    expect(dialog.get_by_role("alert")).to_contain_text("没有执行")
    dialog.get_by_role("button", name="显示画面").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="隐藏画面")).to_be_visible()


def test_somebody_else_who_signs_in_does_not_get_what_was_typed(context: BrowserContext, site: Site) -> None:
    page = opened(context, site)
    page.get_by_role("button", name="显示画面").click()
    page.locator("dialog.dialog textarea").fill("只给我自己看的")
    end_session(page)
    again = page.locator("dialog.sign-in-again")
    # Whatever page is open asks what needs somebody, and is told that the session is over.
    expect(again).to_be_visible(timeout=20_000)
    again.locator("input[name=account]").fill("baoguan")
    again.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".who")).to_contain_text("baoguan")
    expect(page.locator("dialog")).to_have_count(0)


def test_escape_asks_before_it_gives_up_what_was_typed(context: BrowserContext, site: Site) -> None:
    page = opened(context, site)
    button = page.get_by_role("button", name="显示画面")
    button.click()
    dialog = page.locator("dialog.dialog")
    # Nothing typed: a press beside it closes it, and the focus is back where it came from.
    page.mouse.click(20, 400)
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()
    button.click()
    dialog.locator("textarea").fill("写了一半")
    page.mouse.click(20, 400)
    expect(dialog.locator("textarea")).to_have_value("写了一半")
    page.keyboard.press("Escape")
    expect(dialog.get_by_role("alert")).to_contain_text("再按一次 Esc")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_back_leads_to_the_same_place_of_a_long_list(context: BrowserContext, site: Site) -> None:
    page = opened(context, site)
    with page.expect_response(re.compile("/recordings\\?.*kind=video")):
        page.get_by_label("类型").select_option("video")
    expect(page.locator("table.stale")).to_have_count(0)
    rows = page.locator("tr[data-recording]")
    expect(rows).to_have_count(60)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/recordings?" in request.url else None)
    rows.nth(59).scroll_into_view_if_needed()
    expect(rows).to_have_count(120)
    rows.nth(90).scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    name = rows.nth(90).get_attribute("data-recording")
    url = page.url
    rows.nth(90).locator("a").click()
    expect(page.locator(".recording-head")).to_be_visible()
    assert page.evaluate("scrollY") == 0
    expect(page).to_have_title(re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d .* · "))
    asked.clear()
    page.go_back()
    expect(page.locator(f"tr[data-recording={name}]")).to_be_in_viewport()
    assert page.url == url
    assert abs(page.evaluate("scrollY") - before) < 3
    assert asked == []
    expect(page.get_by_label("类型")).to_have_value("video")
    # A new look begins at the top, with what is there now.
    page.locator(".subnav").get_by_role("link", name="时间校准码").click()
    page.locator(".subnav").get_by_role("link", name="录像库").click()
    expect(rows).to_have_count(60)
    assert page.evaluate("scrollY") == 0


def test_a_list_whose_next_page_fails_keeps_what_it_has(context: BrowserContext, site: Site) -> None:
    page = opened(context, site)
    rows = page.locator("tr[data-recording]")
    expect(rows).to_have_count(60)
    context.set_offline(True)
    rows.nth(59).scroll_into_view_if_needed()
    expect(page.locator(".table-end").get_by_role("alert")).to_contain_text("无法连接服务器")
    expect(page.locator(".unreachable")).to_be_visible()
    expect(rows).to_have_count(60)
    context.set_offline(False)
    # By itself, once the server answers.
    expect(page.locator(".unreachable")).to_have_count(0)
    expect(rows).to_have_count(120)


def test_the_list_says_that_recordings_came_in_and_moves_only_when_asked(
    context: BrowserContext, site: Site, tmp_path: Path
) -> None:
    page = opened(context, site)
    rows, arrived = page.locator("tr[data-recording]"), page.get_by_role("button", name="有新录像入库")
    expect(rows).to_have_count(60)
    before = rows.first.get_attribute("data-recording")
    made = specimens.make("mp4", tmp_path / "DSJ4A017_20991231235959_0001.mp4", seconds=2, width=160, height=90)
    expect(arrived).to_have_count(0)
    mediad("ingest", "-c", site.config, made)
    expect(arrived).to_be_visible(timeout=20_000)
    assert rows.first.get_attribute("data-recording") == before
    shot(page, "library-arrived")
    arrived.click()
    expect(page.locator(f"tr[data-recording]:not([data-recording={before}])", has_text=made.name)).to_be_visible()
    expect(arrived).to_have_count(0)


def test_pages_come_back_by_themselves_after_a_restart(context: BrowserContext, site: Site) -> None:
    page = opened(context, site, "baoguan")
    go_to(page, "录像", "采集站")
    expect(page.locator(".link-live")).to_be_visible()
    site.stop()
    # Said at once, and what is shown is marked as old.
    expect(page.locator(".link-lost")).to_contain_text("连接中断")
    expect(page.locator(".tiles.stale")).to_be_visible()
    expect(page.locator(".unreachable")).to_be_visible()
    (site.config.parent / "bays/1/DSJ4A017_0001.txt").write_text("what came meanwhile")
    port = site.url.rsplit(":", 1)[1]
    site.config.write_text(re.sub(r"(?m)^port = 0$", f"port = {port}", site.config.read_text()))
    site.start()
    expect(page.locator(".unreachable")).to_have_count(0)
    expect(page.locator(".link-live")).to_be_visible()
    expect(page.locator("[data-bay][data-state=safe]")).to_be_visible()

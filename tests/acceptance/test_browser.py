"""The main job in a real browser: dock → safe to undock → sign in → purpose → play → seek → log entry."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.acceptance.chromium import browser as browser
from tests.acceptance.chromium import go_to
from tests.acceptance.demo_site import Demo, signed_in
from tests.acceptance.demo_site import demo as demo


def media_time(page: Page) -> float:
    return float(page.evaluate("document.querySelector('video').currentTime"))


def wait_for_time(page: Page, past_s: float) -> None:
    page.wait_for_function("past => document.querySelector('video')?.currentTime > past", arg=past_s, timeout=15_000)


def test_all_bays_turn_green(browser: Browser, demo: Demo) -> None:
    page = signed_in(browser, demo, "custodian")
    # The page that a role starts with is marked as the one that is shown.
    expect(page.get_by_role("link", name="采集站")).to_have_attribute("aria-current", "page")
    expect(page.get_by_text("可以取下", exact=True)).to_have_count(3, timeout=60_000)


def test_watching_is_logged_and_shown_to_oversight(browser: Browser, demo: Demo) -> None:
    page = signed_in(browser, demo, "legal")
    page.get_by_role("searchbox").or_(page.locator("input[type=search]")).first.fill("张伟")
    row = page.get_by_text(re.compile(r"DSJ4A017_0001\.mp4")).first
    row.click()
    page.get_by_role("button", name="填写事由并播放").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("法制审核").click()
    dialog.locator("textarea").fill("复核拆除现场")
    dialog.get_by_role("button", name="开始调阅").click()
    wait_for_time(page, 1.0)
    # A seek by keyboard reaches a later segment.
    before = media_time(page)
    page.keyboard.press("ArrowRight")
    wait_for_time(page, before + 3)
    page.goto(f"{demo.url}/#/")
    page.wait_for_timeout(500)

    oversight = signed_in(browser, demo, "oversight")
    go_to(oversight, "监督", "调阅日志")
    entry = oversight.get_by_text("复核拆除现场").first
    expect(entry).to_be_visible()
    expect(oversight.get_by_text("周敏").first).to_be_visible()


def test_without_a_purpose_nothing_is_played(browser: Browser, demo: Demo) -> None:
    page = signed_in(browser, demo, "legal")
    segments: list[str] = []
    page.on("request", lambda request: segments.append(request.url) if ".m4s" in request.url else None)
    page.get_by_text(re.compile(r"DSJ4A017_0001\.mp4")).first.click()
    page.get_by_role("button", name="填写事由并播放").click()
    page.get_by_role("dialog").get_by_role("button", name="开始调阅").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert segments == []


def test_the_interview_room_is_watched_live(browser: Browser, demo: Demo) -> None:
    page = signed_in(browser, demo, "supervisor")
    go_to(page, "现场", "实时画面")
    expect(page.locator("[data-room=room-1][data-state=sitting]")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="观看现场画面").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input[name=purpose]").first.check()
    dialog.get_by_role("button", name="开始调阅").click()
    expect(page.locator(".live-player[data-state=live]")).to_be_visible(timeout=30_000)
    wait_for_time(page, media_time(page) + 1)


def test_the_administrator_sees_no_footage(browser: Browser, demo: Demo) -> None:
    page = signed_in(browser, demo, "admin")
    expect(page.get_by_role("link", name="录像库")).to_have_count(0)
    status = page.evaluate("fetch('/api/v1/recordings').then(r => r.status)")
    assert status == 403


def test_no_text_is_missing_in_english(browser: Browser, demo: Demo) -> None:
    page = signed_in(browser, demo, "legal")
    page.get_by_role("button", name="EN").click()
    table = page.locator("thead").first
    expect(table).to_be_visible()
    assert not re.search(r"[\u4e00-\u9fff]", table.inner_text())

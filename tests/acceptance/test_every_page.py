"""Every page that somebody can open, as people meet it who see little, hear it read, zoom in or have a small window."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.acceptance import axe
from tests.acceptance.chromium import browser as browser
from tests.acceptance.chromium import shot
from tests.acceptance.demo_site import Demo, signed_in
from tests.acceptance.demo_site import demo as demo
from tests.acceptance.paper import Sheet, printed
from tests.acceptance.quiet import Quiet
from tests.acceptance.ui_packages import UI
from tests.integration.mediad.daemon_process import wait_for

# What the navigation leads to, as it is written there.
PATHS = re.findall(r'^ +\["([a-z]+)", t\.', (UI / "src" / "parts" / "pages.ts").read_text("utf-8"), re.M)
SITE = "江城县水务局执法音像站"
# Together they see every page.
ROLES = ("legal", "supervisor", "oversight")
# Until no colour is on its way to another.
_COLOURED = """async () => {
    for (;;) {
        const going = document.getAnimations().filter((each) => /color|fill/.test(each.transitionProperty ?? ""));
        if (going.length === 0) return;
        await Promise.allSettled(going.map((each) => each.finished));
    }
}"""
# A window of 1280 pixels at 200 %, and a tablet held upright.
SMALL = ((820, 1180), (640, 450))
WHOLE: ViewportSize = {"width": 1280, "height": 800}
# What sticks out of the window, and is in no box that scrolls. [] where all can be reached.
_CUT_OFF = """() => {
    const width = document.documentElement.clientWidth;
    const overflow = (each) => getComputedStyle(each).overflowX;
    const scrolls = (each) => each && (/auto|scroll/.test(overflow(each)) || scrolls(each.parentElement));
    const out = [...document.querySelectorAll("body *")].filter((each) => {
        const { left, right, width: wide, height } = each.getBoundingClientRect();
        if (wide * height === 0 || each.closest("svg, .sr, .skip")) return false;
        return (left < -1 || right > width + 1) && !scrolls(each.parentElement);
    });
    const page = document.documentElement.scrollWidth > width ? ["the page scrolls sideways"] : [];
    return [...page, ...out.map((each) => each.outerHTML.slice(0, 200))];
}"""


@pytest.fixture(scope="module")
def script() -> str:
    return axe.scanner()


@dataclass
class Seen:
    """A page that is looked at in both languages, by day and by night."""

    page: Page
    quiet: Quiet
    script: str
    found: list[str]

    def look(self, name: str) -> None:
        """What is open now. Colours are the same in both languages, names by day and by night."""
        self._scan(name, axe.EVERYTHING)
        self.page.emulate_media(color_scheme="dark")
        self.page.evaluate(_COLOURED)
        self._scan(f"{name}, dark", axe.CONTRAST)
        self.page.emulate_media(color_scheme="light")
        self.page.evaluate(_COLOURED)
        self._look_small(name)

    def look_in_english(self, name: str) -> None:
        self._scan(f"{name}, English", axe.ALL_BUT_CONTRAST)
        self._look_small(f"{name}, English")

    def open(self, path: str) -> None:
        self.page.evaluate("path => { location.hash = path; }", f"#/{path}")
        self.quiet.wait()

    def _look_small(self, name: str) -> None:
        for width, height in SMALL:
            self.page.set_viewport_size({"width": width, "height": height})
            self.found += [f"{name}, {width} wide: {line}" for line in self.page.evaluate(_CUT_OFF)]
        self._scan(f"{name}, {width} wide", axe.SCROLLING)
        self.page.set_viewport_size(WHOLE)

    def _scan(self, name: str, options: dict[str, object]) -> None:
        self.found += [f"{name}: {line}" for line in axe.stumbles(self.page, self.script, options)]


def seen(page: Page, script: str) -> Seen:
    quiet = Quiet(page)
    quiet.wait()
    return Seen(page, quiet, script, [])


def offered(page: Page) -> list[str]:
    """The pages that the navigation offers whoever is signed in."""
    paths: list[str] = []
    for group in page.locator(".nav a").all():
        group.click()
        expect(group).to_have_attribute("data-open", "true")
        links = page.locator(".subnav a").all() or [group]
        paths += [(link.get_attribute("href") or "").removeprefix("#/") for link in links]
    return paths


def test_nobody_stumbles_on_what_opens_on_a_page(browser: Browser, demo: Demo, script: str) -> None:
    nobody = seen(browser.new_context(locale="zh-CN").new_page(), script)
    nobody.page.goto(demo.url)
    expect(nobody.page.locator("input[name=account]")).to_be_visible()
    nobody.look("sign-in")
    supervisor = seen(signed_in(browser, demo, "supervisor"), script)
    _attempts(supervisor)
    # By now the library lists everything.
    legal, oversight = (seen(signed_in(browser, demo, role), script) for role in ("legal", "oversight"))
    _a_recording(legal)
    _a_case(legal)
    _a_viewing(oversight)
    assert [line for each in (nobody, legal, supervisor, oversight) for line in each.found] == []


def _a_recording(of: Seen) -> None:
    """Before it is watched, while a purpose is stated, and while it plays."""
    page = of.page
    of.open("library")
    page.locator("tr[data-recording]").filter(has_text="DSJ4A017_0001.mp4").locator("a").click()
    expect(page.locator(".board .button.primary")).to_be_visible()
    of.quiet.wait()
    of.look("recording")
    page.get_by_role("tab", name="资料").click()
    of.quiet.wait()
    of.look("recording, facts")
    page.locator(".board .button.primary").click()
    of.look("purpose")
    _state_the_purpose(page)
    of.look("playing")
    of.look_in_english("playing")


def _state_the_purpose(page: Page) -> None:
    page.get_by_role("dialog").get_by_text("法制审核").click()
    page.locator("dialog textarea").fill("复核")
    page.locator("dialog button.primary").click()
    page.wait_for_function("() => document.querySelector('video')?.currentTime > 0.5")


def _a_case(of: Seen) -> None:
    page = of.page
    of.open("cases")
    page.locator("tr[data-case] a").first.click()
    expect(page.locator(".coverage").first).to_be_visible()
    of.quiet.wait()
    of.look("case")
    for button in ("修改案件", "移送"):
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        of.quiet.wait()
        of.look(button)
        page.keyboard.press("Escape")


def _attempts(of: Seen) -> None:
    of.open("docks")
    expect(of.page.get_by_text("可以取下", exact=True)).to_have_count(3, timeout=60_000)
    of.page.locator(".tile-link").first.click()
    expect(of.page.get_by_role("dialog")).to_be_visible()
    of.quiet.wait()
    of.look("attempts")


def _a_viewing(of: Seen) -> None:
    of.open("log")
    of.page.locator("tr[data-viewing] a").first.click()
    expect(of.page.get_by_role("dialog")).to_be_visible()
    of.quiet.wait()
    of.look("viewing")


def test_nobody_stumbles_on_any_page(browser: Browser, demo: Demo, script: str) -> None:
    left, found = set(PATHS), []
    assert "log" in left
    for role in ROLES:
        of = seen(signed_in(browser, demo, role), script)
        paths = [path for path in offered(of.page) if path in left]
        for path in paths:
            of.open(path)
            of.look(path)
            shot(of.page, path)
        of.page.get_by_role("button", name="EN").click()
        for path in paths:
            of.open(path)
            of.look_in_english(path)
        left -= set(paths)
        found += of.found
        of.page.context.close()
    assert left == set(), "no role sees these"
    assert found == []


def test_what_goes_into_a_paper_file_is_printed_whole(browser: Browser, demo: Demo, tmp_path: Path) -> None:
    page = signed_in(browser, demo, "legal")
    page.emulate_media(color_scheme="dark")
    quiet = Quiet(page)
    page.goto(f"{demo.url}/#/cases")
    page.locator("tr[data-case] a").first.click()
    expect(page.locator(".coverage").first).to_be_visible()

    def examined() -> bool:
        page.reload()
        quiet.wait()
        return page.locator(".cv-lane .cv-shown").count() > 0

    wait_for(examined)
    case = printed(page, tmp_path, "case")
    text = "".join(sheet.text for sheet in case)
    named = (SITE, "周敏", "打印于", "非法采砂船查封", "江水查〔2026〕17号", "执法活动", "DSJ4A017", "办理经过")
    for words in named:
        assert words in text, words
    assert re.search(rf"1\s*/\s*{len(case)}", case[0].text), "the number of the sheet"
    # What is green in the chart says that it was recorded; by night as well it is printed, on white.
    assert max(sheet.share_of((12, 122, 67)) for sheet in case) > 0.001
    assert case[0].share_of((255, 255, 255)) > 0.7
    _no_navigation(case)

    page.goto(f"{demo.url}/#/library")
    page.locator("tr[data-recording]").filter(has_text="DSJ4A017_0001.mp4").locator("a").click()
    page.get_by_role("button", name="立即核验").click()
    expect(page.locator(".verdict")).to_contain_text("固化有效")
    quiet.wait()
    seal = printed(page, tmp_path, "seal")
    assert "固化有效" in seal[0].text and "DSJ4A017_0001.mp4" in seal[0].text and "固化密钥" in seal[0].text
    _no_navigation(seal)
    page.locator(".board .button.primary").click()
    _state_the_purpose(page)
    page.close(run_before_unload=True)

    page = signed_in(browser, demo, "oversight")
    quiet = Quiet(page)
    page.goto(f"{demo.url}/#/log")
    page.locator("tr[data-viewing] a").first.wait_for()
    quiet.wait()
    (log,) = printed(page, tmp_path, "log")
    assert SITE in log.text and "调阅日志" in log.text and "复核" in log.text
    page.locator("tr[data-viewing] a").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    quiet.wait()
    viewing = printed(page, tmp_path, "viewing")
    assert SITE in viewing[0].text and "调阅详情" in viewing[0].text and "送出明细" in viewing[0].text
    _no_navigation([log, *viewing])


def _no_navigation(sheets: list[Sheet]) -> None:
    for sheet in sheets:
        assert sheet.text.strip(), "an empty sheet"
        assert not re.search("现场|待办问题|统计看板|填写事由", sheet.text)

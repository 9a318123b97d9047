"""What people meet in a browser besides a film that plays: sound alone, a photo, a locked sign-in, a closed page, a log
that cannot be written, an original that was altered. Each against the real daemon.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from bench.daemon import make_site, mediad, serving
from evidence.media import specimens
from tests.acceptance.chromium import browser as browser
from tests.acceptance.chromium import require_ui, sign_in
from tests.sites import PASSWORD, add_account

VIDEO, SOUND, PHOTO = "DSJ4A017_0001.mp4", "DSJ4A017_0002.m4a", "DSJ4A017_0003.jpg"


@dataclass(frozen=True)
class Site:
    url: str
    directory: Path

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(self.database()) as connection:
            return connection.execute(query).fetchall()

    def database(self) -> sqlite3.Connection:
        return sqlite3.connect(self.directory / "data" / "catalog.sqlite3", timeout=20, isolation_level=None)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A film of 60 s, a minute of sound and a photo, and the daemon that serves them."""
    require_ui()
    place = tmp_path_factory.mktemp("behaviour")
    small = {"width": 320, "height": 180}
    specimens.make("mp4", place / VIDEO, seconds=60, **small)
    specimens.make("m4a", place / SOUND, seconds=60)
    specimens.make("photo", place / PHOTO, **small)
    config = make_site(place / "site")
    for account in ("legal", "forgetful", "newcomer"):
        add_account(config, account, ("legal",))
    mediad("ingest", "-c", config, place / VIDEO, place / SOUND, place / PHOTO)
    with serving(config) as port:
        yield Site(f"http://127.0.0.1:{port}", place / "site")


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """Signed in as the legal office, at the library."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    page = context.new_page()
    sign_in(page, site.url, "legal")
    yield page
    context.close()


def opened(page: Page, name: str, button: str) -> None:
    """Open a recording by its name, with a purpose; the keyboard does all of the dialog."""
    page.get_by_text(name).first.click()
    page.get_by_role("button", name=button).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("法制审核").click()
    dialog.locator("textarea").fill("复核")
    dialog.get_by_role("button", name="开始调阅").click()
    expect(dialog).to_have_count(0)


def played_past(page: Page, seconds: float) -> None:
    page.wait_for_function("past => document.querySelector('video')?.currentTime > past", arg=seconds, timeout=20_000)


def test_sound_alone_is_heard_and_its_seconds_are_logged(page: Page, site: Site) -> None:
    opened(page, SOUND, "填写事由并收听")
    played_past(page, 6.5)
    expect(page.get_by_text("仅有声音")).to_be_visible()
    assert page.evaluate("document.querySelector('video').webkitAudioDecodedByteCount") > 0
    # A far seek by the keyboard: the timeline is a slider.
    page.locator(".timeline-box").focus()
    page.keyboard.press("End")
    played_past(page, 58)
    (recording,) = site.rows(f"SELECT id FROM recordings WHERE name = '{SOUND}'")
    delivered = site.rows(f"SELECT DISTINCT item FROM deliveries WHERE recording = '{recording[0]}'")
    assert delivered == [("segment",)]
    claimed = site.rows(f"SELECT min(start_ms), max(undelivered_ms) FROM renders WHERE recording = '{recording[0]}'")
    assert claimed[0][0] < 1_000 and claimed[0][1] == 0


def test_a_photo_is_seen_and_logged(page: Page, site: Site) -> None:
    opened(page, PHOTO, "填写事由并查看")
    photo = page.locator(".stage-photo img")
    expect(photo).to_be_visible()
    page.wait_for_function("() => document.querySelector('.stage-photo img').naturalWidth === 320")
    # The viewer's name lies over it.
    expect(page.locator(".stage-photo .overlay")).to_contain_text("legal")
    assert site.rows("SELECT count(*) FROM deliveries WHERE item = 'photo'") == [(1,)]


def test_who_guesses_too_often_is_told_to_wait(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    page = context.new_page()
    statuses: list[int] = []
    page.on("response", lambda answer: statuses.append(answer.status) if answer.request.method == "POST" else None)
    page.goto(site.url)
    page.locator("input[name=account]").fill("forgetful")
    for guess in range(5):
        page.locator("input[name=password]").fill(f"wrong guess {guess}")
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("账号或密码")
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    # The right password does not help either, and the page says what does: how long to wait.
    expect(page.get_by_role("alert")).to_contain_text(re.compile(r"\d+"))
    expect(page.locator("button[type=submit]")).to_be_disabled()
    assert statuses == [401] * 5 + [429]
    context.close()


def test_whoever_was_given_a_password_makes_it_their_own(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    page = context.new_page()

    def sign_in(password: str) -> None:
        page.locator("input[name=account]").fill("newcomer")
        page.locator("input[name=password]").fill(password)
        page.keyboard.press("Enter")

    page.goto(site.url)
    sign_in(PASSWORD)
    page.get_by_role("button", name="修改密码").click()
    dialog = page.get_by_role("dialog")
    old, fresh, again = (dialog.locator("input[type=password]").nth(n) for n in range(3))
    expect(old).to_be_focused()
    old.fill("not the one")
    fresh.fill("只有我自己知道的密码1")
    again.fill("只有我自己知道的密码2")
    expect(dialog.get_by_role("alert")).to_contain_text("不一致")
    again.fill("只有我自己知道的密码1")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("现在的密码不正确")
    old.fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("input[name=account]")).to_be_visible()
    sign_in(PASSWORD)
    expect(page.get_by_role("alert")).to_contain_text("账号或密码")
    sign_in("只有我自己知道的密码1")
    expect(page.get_by_role("button", name="修改密码")).to_be_visible()
    context.close()


def test_a_page_that_is_closed_ends_its_viewing_with_its_last_claims(page: Page, site: Site) -> None:
    opened(page, VIDEO, "填写事由并播放")
    played_past(page, 2)
    shown_ms = page.evaluate("document.querySelector('video').currentTime") * 1000
    (viewing,) = site.rows("SELECT id FROM viewings ORDER BY entry DESC LIMIT 1")[0]
    page.close(run_before_unload=True)
    _until(site, f"SELECT closed_reason FROM viewings WHERE id = '{viewing}'", [("left",)])
    claimed = site.rows(
        f"SELECT min(start_ms), max(end_ms), max(undelivered_ms) FROM renders WHERE viewing = '{viewing}'"
    )
    first, last, undelivered = claimed[0]
    # Less than five seconds were played, so no report was due: these claims came with the beacon.
    assert first < 200 and last > shown_ms - 500 and undelivered == 0


def test_a_log_that_cannot_be_written_stops_the_picture_with_words_and_goes_on(page: Page, site: Site) -> None:
    opened(page, VIDEO, "填写事由并播放")
    played_past(page, 1)
    (viewing,) = site.rows("SELECT id FROM viewings ORDER BY entry DESC LIMIT 1")[0]
    with closing(site.database()) as other:
        other.execute("BEGIN IMMEDIATE")
        page.locator(".timeline-box").focus()
        page.keyboard.press("End")
        alert = page.get_by_role("alert").filter(has_text="日志无法写入")
        expect(alert).to_be_visible(timeout=30_000)
        expect(alert).to_contain_text("没有日志，就没有画面")
        expect(page.locator("video")).to_have_count(0)
        other.execute("ROLLBACK")
    page.get_by_role("button", name="重试").click()
    page.wait_for_function("() => document.querySelector('video')?.readyState >= 2", timeout=20_000)
    # The same viewing: nobody has to state the purpose again.
    assert site.rows("SELECT id FROM viewings ORDER BY entry DESC LIMIT 1")[0] == (viewing,)
    assert site.rows(f"SELECT closed_at FROM viewings WHERE id = '{viewing}'") == [(None,)]


def test_a_search_under_way_does_not_repeat_the_last_answer(page: Page) -> None:
    box = page.locator("input[type=search]")
    box.fill("龙虾")
    nothing = page.get_by_role("heading", name="没有符合条件的录像")
    expect(nothing).to_be_visible()
    held: list[Route] = []
    page.route("**/api/v1/recordings?*", lambda route: held.append(route))
    box.fill("DSJ")
    expect(page.locator("tr.skeleton-row").first).to_be_visible()
    expect(nothing).to_have_count(0)
    expect(page.locator(".summary")).to_be_empty()
    for route in held:
        route.continue_()
    expect(page.locator("tr[data-recording]")).to_have_count(3)


def test_the_keyboard_alone_finds_opens_and_plays(page: Page) -> None:
    _tab_to(page, "input[type=search]")
    page.keyboard.type("0001")
    expect(page.locator("tr[data-recording]")).to_have_count(1)
    _tab_to(page, "tr[data-recording] a")
    page.keyboard.press("Enter")
    expect(page.locator(".board .button.primary")).to_be_visible()
    _tab_to(page, ".board .button.primary")
    page.keyboard.press("Enter")
    # The dialog takes the focus to its first question.
    expect(page.locator("dialog input[name=purpose]").first).to_be_focused()
    page.keyboard.press("ArrowRight")
    _tab_to(page, "dialog textarea")
    page.keyboard.type("复核")
    _tab_to(page, "dialog .button.primary")
    page.keyboard.press("Enter")
    played_past(page, 0.5)
    page.keyboard.press("k")
    page.wait_for_function("() => document.querySelector('video').paused")


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there, as somebody without a mouse does."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached by the keyboard")


def test_an_altered_original_is_read_again_and_the_timeline_marks_where(page: Page, site: Site) -> None:
    ((original, size_bytes),) = site.rows(f"SELECT original, size_bytes FROM recordings WHERE name = '{VIDEO}'")
    (blob,) = (each for each in (site.directory / "data").rglob(f"*{original[4:]}*") if each.is_file())
    opened(page, VIDEO, "填写事由并播放")
    page.get_by_role("button", name="完整核验").click()
    expect(page.locator(".verdict")).to_contain_text("完整核验通过", timeout=30_000)
    expect(page.locator(".tl-finding")).to_have_count(0)
    _flip(blob, size_bytes // 2)
    try:
        page.get_by_role("button", name="完整核验").click()
        expect(page.locator(".verdict")).to_contain_text("核验未通过", timeout=30_000)
        expect(page.locator(".findings")).to_contain_text(re.compile(r"片段 \d+"))
        expect(page.locator(".tl-finding")).to_have_count(1)
    finally:
        _flip(blob, size_bytes // 2)


def _flip(path: Path, position: int) -> None:
    path.chmod(0o600)
    with path.open("r+b") as file:
        file.seek(position)
        byte = file.read(1)[0]
        file.seek(position)
        file.write(bytes([byte ^ 1]))


def _until(site: Site, query: str, wanted: list[tuple[Any, ...]]) -> None:
    """The beacon's answer comes after the page is gone: nobody is left who could tell of it."""
    ends_s = time.monotonic() + 20
    while (found := site.rows(query)) != wanted:
        assert time.monotonic() < ends_s, found
        time.sleep(0.1)

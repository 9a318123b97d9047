"""The shift roster in a browser, against the real daemon: entered by hand and from a file that is looked at first,
corrected and taken back with a reason, and shown with what was recorded of it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from evidence.clock import SystemClock
from tests.acceptance.chromium import browser as browser
from tests.acceptance.chromium import go_to, require_ui
from tests.integration.mediad.daemon_process import Daemon, daemon, new_site
from tests.sites import PASSWORD, add_account

SHOTS = os.environ.get("MEDIAD_SCREENSHOTS")
UNIT = "一中队"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    require_ui()
    root = tmp_path_factory.mktemp("roster")
    site = new_site(root / "site")
    for account, role in (("keeper", "custodian"), ("law", "legal")):
        add_account(site, account, (role,))
    with daemon(site, root) as found:
        yield found


def signed_in(browser: Browser, running: Daemon, account: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN").new_page()
    page.goto(running.address)
    page.locator("input[name=account]").fill(account)
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("input[name=password]")).to_have_count(0)
    return page


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"roster-{name}.png"), full_page=True)


def test_a_week_of_shifts(running: Daemon, browser: Browser, tmp_path: Path) -> None:
    # Two weeks ago: all of it should have been handed in.
    monday = (now := SystemClock().now().astimezone(ZoneInfo("Asia/Shanghai"))) - timedelta(days=now.weekday() + 14)
    keeper = signed_in(browser, running, "keeper")
    go_to(keeper, "案件", "值班表")
    expect(keeper.get_by_role("heading", name="本周没有登记班次")).to_be_visible()
    keeper.get_by_label("日期所在的周").fill(f"{monday:%Y-%m-%d}")
    _by_hand(keeper, monday)
    _from_a_file(keeper, monday, tmp_path)
    _corrected_and_taken_back(keeper)
    _read_by_others(signed_in(browser, running, "law"), running, monday)


def _by_hand(page: Page, monday: datetime) -> None:
    """The same hours on three days, typed and sent with the keyboard."""
    page.get_by_role("button", name="登记班次").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(re.compile("^人员")).fill("P-1")
    dialog.get_by_label(re.compile("^单位")).fill(UNIT)
    dialog.get_by_label(re.compile("^值班结束")).fill(f"{monday:%Y-%m-%d}T07:00")
    expect(dialog.get_by_role("alert")).to_contain_text("必须晚于开始")
    dialog.get_by_label(re.compile("^值班结束")).fill(f"{monday:%Y-%m-%d}T18:00")
    dialog.get_by_label(re.compile("^每天重复至")).fill(f"{monday + timedelta(days=2):%Y-%m-%d}")
    expect(dialog).to_contain_text("共 3 个班次")
    shot(page, "enter")
    page.keyboard.press("Enter")
    shifts = page.locator("[data-officer=P-1] .roster-shift")
    expect(shifts).to_have_count(3)
    expect(shifts.first).to_contain_text("08:00–18:00")
    expect(shifts.first).to_have_attribute("data-state", "short")
    expect(page.locator(".roster-totals")).to_contain_text("30 小时")
    # What overlaps is refused, and says what to do.
    page.get_by_role("button", name="登记班次").first.click()
    dialog.get_by_label(re.compile("^人员")).fill("P-1")
    dialog.get_by_label(re.compile("^单位")).fill(UNIT)
    dialog.get_by_label(re.compile("^值班开始")).fill(f"{monday:%Y-%m-%d}T09:00")
    dialog.get_by_role("button", name="登记").click()
    expect(dialog.get_by_role("alert")).to_contain_text("请改为更正原有班次")
    # What was typed is not lost by one key.
    page.keyboard.press("Escape")
    expect(dialog.get_by_role("alert").filter(has_text="再按一次")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def _from_a_file(page: Page, monday: datetime, folder: Path) -> None:
    day = f"{monday:%Y-%m-%d}"
    path = folder / "roster.csv"
    lines = (
        "人员,设备,单位,值班开始,值班结束",
        f"P-1,,{UNIT},{day} 08:00,{day} 20:00",
        f"P-2,DSJ2,{UNIT},{day} 18:00,{monday + timedelta(days=1):%Y-%m-%d} 02:00",
        f"P-3,,{UNIT},{day} 18:00,{day} 08:00",
    )
    path.write_bytes("\r\n".join(lines).encode("gb18030"))
    page.get_by_role("button", name="导入文件").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(re.compile("^选择文件")).set_input_files(path)
    expect(dialog.locator("[data-line='2']")).to_contain_text(f"原为：{day} 08:00–18:00")
    expect(dialog.locator("[data-line='3']")).to_contain_text("次日 02:00")
    expect(dialog.locator("[data-line='4']")).to_contain_text("退回")
    expect(dialog.locator("[data-line='4']")).to_contain_text("值班结束应晚于开始")
    shot(page, "preview")
    adopt = dialog.get_by_role("button", name="登记 2 行")
    expect(adopt).to_be_disabled()
    dialog.get_by_label("登记其余各行，不登记被退回的 1 行").check()
    dialog.get_by_label("更正的原因").fill("加班")
    adopt.click()
    expect(page.get_by_role("status").filter(has_text="已登记 1 个班次，更正 1 个")).to_be_visible()
    expect(page.locator("[data-officer=P-1] .roster-shift").first).to_contain_text("08:00–20:00")
    expect(page.locator("[data-officer=P-2] .roster-shift")).to_contain_text("次日 02:00")


def _corrected_and_taken_back(page: Page) -> None:
    page.locator("[data-officer=P-2] .roster-shift").focus()
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("应录")
    expect(drawer.locator("[data-finding]")).to_contain_text("值班 480 分钟，录像 0 分钟")
    shot(page, "shift")
    drawer.get_by_role("button", name="更正").click()
    drawer.get_by_label(re.compile("^设备")).fill("DSJ3")
    drawer.get_by_label("更正的原因").fill("换了设备")
    drawer.get_by_role("button", name="更正").click()
    expect(page.locator("[data-officer=P-2] .roster-shift")).to_contain_text("DSJ3")
    page.locator("[data-officer=P-2] .roster-shift").click()
    drawer.get_by_role("button", name="撤销").click()
    drawer.get_by_label("撤销的原因").fill("当日请假")
    drawer.get_by_role("button", name="撤销").click()
    expect(page.locator("[data-officer=P-2]")).to_have_count(0)
    page.get_by_text("撤销与更正（3）").click()
    expect(page.locator(".roster-changes")).to_contain_text("当日请假")
    expect(page.locator(".roster-changes")).to_contain_text("keeper 更正")
    shot(page, "changes")


def _read_by_others(law: Page, running: Daemon, monday: datetime) -> None:
    """In English, dark, on a tablet; who may enter nothing is offered nothing. The finding is one click away."""
    law.emulate_media(color_scheme="dark")
    law.set_viewport_size({"width": 820, "height": 900})
    law.get_by_role("button", name="EN").click()
    law.goto(f"{running.address}/#/roster?week={monday:%Y-%m-%d}&officer=P-1&short=1")
    expect(law.locator(".roster-shift")).to_have_count(3)
    expect(law.get_by_role("button", name="Enter a shift")).to_have_count(0)
    assert not re.search(r"[一-鿿]", law.locator("main .roster-grid thead").inner_text())
    shot(law, "en")
    law.locator(".roster-shift").first.click()
    expect(law.get_by_role("button", name="Correct")).to_have_count(0)
    law.get_by_role("link", name="Go to it").click()
    expect(law.locator(".finding-list")).to_contain_text("P-1")

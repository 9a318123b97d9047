"""The compliance dashboard in a browser: figures, charts with their tables, every number down to its case, CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from evidence.catalog.engine import connected
from evidence.clock import ManualClock
from player.cases.judging import judge
from player.wiring import STATIC
from tests.acceptance.chromium import browser as browser
from tests.acceptance.chromium import require_ui, shot, sign_in
from tests.integration.player.made_cases import Maker, T
from tests.integration.player.site import UNIT, Server, add_people, opened

DAY = 86_400


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    require_ui()
    with opened(tmp_path_factory.mktemp("statistics"), ManualClock(T + timedelta(days=4))) as store:
        add_people(store)
        with Server(store, static=STATIC) as server:
            _weeks_of_work(Maker(store), server)
            yield server


def _weeks_of_work(make: Maker, server: Server) -> None:
    """Eight weeks of two units: mostly whole, a lost joint each second week, one bare, one late, one running."""
    for week in range(8):
        start = -7 * DAY * week
        for n, (unit, officer) in enumerate(((UNIT, "P-1"), ("二大队", "P-2"))):
            case = make.case(unit=unit, officers=(officer,), title=f"第 {week + 1} 周检查")
            begin = start + 3_600 * n
            make.activity(case, begin, begin + 600, officers=(officer, "P-3"))
            lost_s = 40 * week if week % 2 and n == 0 else 0
            device = f"DSJ000{n + 1}"
            late = begin + 3 * DAY if week == 3 else None
            if not (week == 4 and n == 1):
                make.recording(begin - 8, 200, officer, device, unit=unit, received_s=late)
                make.recording(begin + 192 + lost_s, 700, officer, device, unit=unit)
            if week == 1 and n == 0:
                with connected(make.store.engine) as connection:
                    assert server.services is not None
                    report = judge(connection, case, server.services.rules).report
                make.explained(case, next(each for each in report.findings if each.kind == "gap"))
    make.activity(make.case(officers=("P-1",)), 2 * DAY, None, officers=("P-1",))
    make.activity(make.case(officers=("P-1",)), None, None)


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN", accept_downloads=True)
    # The server's day is not this machine's: the page asks by the server's clock, which only `Date` tells.
    yield context.new_page()
    context.close()


PERIOD = "from=2026-09-28&to=2026-11-29"


def test_figures_lead_to_the_cases_they_count(page: Page, server: Server) -> None:
    sign_in(page, f"http://127.0.0.1:{server.port}/", "legal")
    page.goto(f"http://127.0.0.1:{server.port}/#/statistics?{PERIOD}")
    coverage = page.get_by_label("覆盖率", exact=True)
    expect(coverage.locator(".figure-value")).to_have_text(re.compile(r"^\d\d\.\d%$"))
    expect(page.get_by_label("迟交的录像").locator(".figure-value")).to_have_text("2")
    expect(page.locator(".left-out")).to_contain_text("1 项活动已开始、未登记结束")
    expect(page.locator(".left-out")).to_contain_text("1 项活动没有任何时间")
    chart = page.get_by_role("img", name=re.compile("覆盖率，最低"))
    expect(chart).to_be_visible()
    shot(page, "statistics")

    # The chart's numbers are in a table as well.
    page.get_by_text("以表格查看").click()
    expect(page.locator("details [data-group='2026-10-26']")).to_be_visible()

    # By keyboard: another grouping, then a number, then the case behind it.
    page.get_by_role("button", name="按人员").focus()
    page.keyboard.press("Enter")
    row = page.locator("[data-group='P-2']").last
    expect(row).to_be_visible()
    shot(page, "statistics-by-officer")
    row.locator("[data-figure=bare]").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="完全没有录像的活动")).to_be_visible()
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.locator("[data-row]")).to_contain_text("第 5 周检查")
    shot(page, "statistics-list")
    page.locator("[data-row] a").first.click()
    expect(page.locator("[data-finding=no-footage]")).to_be_visible()

    # What nobody explained is a cause of its own, and can be listed.
    page.goto(f"http://127.0.0.1:{server.port}/#/statistics?{PERIOD}")
    none = page.locator("[data-part=none]")
    count = int(none.locator("td.num").first.inner_text())
    none.get_by_role("link").click()
    expect(page.locator("[data-row]")).to_have_count(count)

    page.get_by_role("button", name="EN").click()
    expect(page.get_by_role("heading", name="Losses")).to_be_visible()
    page.get_by_role("link", name="Back to the statistics").click()
    expect(page.get_by_role("heading", name="Recorded in full: statistics")).to_be_visible()
    shot(page, "statistics-en")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Export").click()
    data = Path(saved.value.path()).read_bytes()
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert data.startswith(b"\xef\xbb\xbf") and [row["unit"] for row in rows] == [UNIT, "二大队", "total"]
    page.get_by_role("button", name="中").first.click()


def test_a_supervisor_sees_the_own_unit_and_an_administrator_nothing(page: Page, server: Server) -> None:
    sign_in(page, f"http://127.0.0.1:{server.port}/", "supervisor")
    page.get_by_role("link", name="监督").click()
    expect(page.get_by_role("link", name="统计看板")).to_be_visible()
    page.goto(f"http://127.0.0.1:{server.port}/#/statistics?{PERIOD}")
    expect(page.locator("[data-group]").last).to_be_visible()
    assert page.locator("section.case-part").last.locator("[data-group]").count() == 1
    page.goto(f"http://127.0.0.1:{server.port}/#/statistics?from=2020-01-01&to=2020-02-01")
    expect(page.get_by_text("期间内没有应当录像的活动")).to_be_visible()
    expect(page.get_by_label("覆盖率", exact=True)).to_contain_text("无法计算")
    shot(page, "statistics-empty")
    page.get_by_role("button", name="退出登录").click()
    sign_in(page, f"http://127.0.0.1:{server.port}/", "admin")
    expect(page.get_by_role("link", name="统计看板")).to_have_count(0)
    page.goto(f"http://127.0.0.1:{server.port}/#/statistics")
    expect(page.get_by_role("alert")).to_contain_text("没有权限")

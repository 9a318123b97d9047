"""Random sampling in a browser: commit, draw, watch, say what was found; and the list that keeps it all."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from evidence import draws
from evidence import sample_entries as se
from evidence.clock import ManualClock
from evidence.media import specimens
from player.wiring import STATIC
from tests.acceptance.chromium import browser as browser
from tests.acceptance.chromium import require_ui, shot, sign_in
from tests.integration.player.made_cases import Maker, T
from tests.integration.player.site import OFFICER, Server, add_people, opened

TITLE, SECOND = "十一月随机抽查", "补充抽查"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    require_ui()
    root = tmp_path_factory.mktemp("samples")
    with opened(root, ManualClock(T + timedelta(days=4))) as store:
        add_people(store)
        make = Maker(store)
        store.seal(specimens.make("mp4", root / "a.mp4", seconds=9, width=320, height=180), started=T, device="DSJ0001")
        for n in range(6):
            case = make.case(officers=(OFFICER,))
            make.activity(case, 1_000 * n, 1_000 * n + 60, officers=(OFFICER,))
        with Server(store, static=STATIC) as server:
            yield server


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN", accept_downloads=True)
    page = context.new_page()
    sign_in(page, f"http://127.0.0.1:{server.port}/", "supervisor")
    yield page
    context.close()


def _fill(page: Page, title: str) -> None:
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("名称").fill(title)
    dialog.get_by_label("开始日期").fill("2026-11-23")
    dialog.get_by_label("结束日期").fill("2026-11-29")


def test_from_the_commitment_to_what_was_found(page: Page, server: Server) -> None:
    page.get_by_role("link", name="监督").click()
    page.get_by_role("link", name="随机抽查").click()
    expect(page.get_by_text("还没有抽查")).to_be_visible()
    shot(page, "samples-empty")
    page.get_by_role("button", name="新建抽查").click()
    dialog = page.get_by_role("dialog")
    _fill(page, TITLE)
    dialog.locator("input[name=many]").fill("1")
    expect(dialog.get_by_role("status")).to_have_text("当前范围内共 1 件")
    word = dialog.locator("input[name=word]").input_value()
    shot(page, "sample-dialog")
    dialog.get_by_role("button", name="固定范围").click()
    expect(page.get_by_role("heading", name="范围已固定，可以抽取")).to_be_visible()
    (committed,) = server.store.entries(se.SampleCommitted)
    assert committed.word_digest == hashlib.sha256(word.encode()).hexdigest() and committed.n_population == 1
    shot(page, "sample-committed")
    with page.expect_download() as saved:
        page.get_by_role("link", name="保存凭据").click()
    receipt = Path(saved.value.path()).read_text("utf-8")
    assert committed.population in receipt and "mediad.test/player\n" in receipt

    # Another browser has no word; this one has kept it over a reload.
    page.reload()
    expect(page.locator("input[name=word]")).to_have_value(word)
    page.get_by_role("button", name="抽取").click()
    drawn = page.locator("[data-drawn]")
    expect(drawn).to_have_count(1)
    (entry,) = server.store.entries(se.SampleDrawn)
    assert entry.word == word and entry.chosen == draws.draw(entry.chosen, 1, bytes.fromhex(entry.seed))

    # Watched in the player, under the purpose that is chosen already.
    drawn.get_by_role("link").click()
    page.get_by_role("button", name="填写事由并播放").click()
    expect(dialog.get_by_label("随机抽查")).to_be_checked()
    dialog.get_by_role("button", name="开始调阅").click()
    page.wait_for_function("() => document.querySelector('video')?.currentTime > 1")
    page.goto(f"http://127.0.0.1:{server.port}/#/samples/{committed.sample}")
    expect(page.locator("[data-drawn]")).to_contain_text(re.compile(r"supervisor：已送出 0:0\d"))
    page.get_by_role("button", name="填写结论").click()
    expect(dialog).to_contain_text("会与结论一起记入存证日志")
    dialog.get_by_text("发现问题", exact=True).click()
    dialog.get_by_label("说明").fill("未告知权利")
    shot(page, "sample-review")
    dialog.get_by_role("button", name="填写结论").click()
    expect(page.locator("[data-drawn][data-result=flaw]")).to_contain_text("未告知权利")
    expect(page.get_by_label("完成情况")).to_contain_text("已有结论 1 / 1")
    (review,) = server.store.entries(se.SampleReviewed)
    assert review.delivered_ms > 0 and review.words == "未告知权利"
    shot(page, "sample-done")
    page.get_by_role("button", name="EN").click()
    expect(page.get_by_label("Progress")).to_contain_text("1 of 1 reviewed")
    shot(page, "sample-done-en")
    page.get_by_role("button", name="中").first.click()


def test_a_second_one_is_abandoned_and_both_are_seen(page: Page, server: Server) -> None:
    page.get_by_role("link", name="监督").click()
    page.get_by_role("link", name="随机抽查").click()
    page.get_by_role("button", name="新建抽查").click()
    _fill(page, SECOND)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("抽查对象").select_option("activities")
    expect(dialog.get_by_role("status")).to_have_text("当前范围内共 6 件")
    dialog.get_by_label("抽取数量").select_option("percent")
    dialog.locator("input[name=many]").fill("50")
    dialog.locator("input[name=word]").fill("short")
    dialog.get_by_role("button", name="固定范围").click()
    expect(dialog).to_be_visible()  # the browser wants sixteen characters
    dialog.locator("input[name=word]").fill("骰子四二六一一三五二六六一四四二六一")
    dialog.get_by_role("button", name="固定范围").click()
    expect(page.get_by_text("6 中抽 3")).to_be_visible()
    page.get_by_role("button", name="放弃").click()
    dialog.get_by_label("放弃的原因").fill("期间选错")
    dialog.get_by_role("button", name="放弃").click()
    expect(page.get_by_text("已放弃").first).to_be_visible()
    page.get_by_role("link", name="返回抽查列表").click()
    row = page.locator("[data-sample]", has_text=SECOND)
    expect(row).to_have_attribute("data-state", "abandoned")
    expect(row).to_contain_text("期间选错")
    shot(page, "samples")

"""An interview from the button to playback, in a real browser, against the real daemon and a real RTSP recorder:
start → live picture → alarm on a black picture → mark → stop → receipt → playback with the mark."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.chromium import browser as browser
from tests.acceptance.chromium import require_ui, sign_in
from tests.acceptance.commands import environment, mediad
from tests.acceptance.demo_site import wait_until_served
from tests.acceptance.test_browser import media_time, wait_for_time
from tests.conftest import ROOT
from tests.recorder.recorder import Recorder, recorder
from tests.sites import add_account

UNIT = "水政监察一中队"
ALARM_WITHIN = timedelta(seconds=5)


@dataclass(frozen=True)
class Site:
    url: str
    folder: Path
    camera: Recorder

    @property
    def config(self) -> Path:
        return self.folder / "mediad.toml"


@pytest.fixture(scope="module")
def camera() -> Iterator[Recorder]:
    small = {"width": 320, "height": 176, "video": "h264"}
    mounts: tuple[dict[str, Any], ...] = (
        {"path": "/front", "audio": "alaw", "gop": 25, **small},
        {"path": "/whole", "gop": 50, **small},
    )
    with recorder(*mounts) as running:
        yield running


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, camera: Recorder) -> Iterator[Site]:
    """`mediad serve` in a process of its own, with one room of two cameras."""
    require_ui()
    folder = tmp_path_factory.mktemp("interview") / "site"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    done = mediad("init", folder, "--port", str(port))
    assert done.returncode == 0, done.stderr
    channels = "".join(
        f'[[rooms.channels]]\nname = "{name}"\ntitle = "{title}"\nurl = "{camera.address(f"/{name}")}"\n'
        for name, title in (("front", "正面"), ("whole", "全景"))
    )
    room = f'[[rooms]]\nname = "room-1"\ntitle = "一号询问室"\nunit = "{UNIT}"\nmust_record = true\n{channels}'
    with (folder / "mediad.toml").open("a", encoding="utf-8") as file:
        file.write(room)
    people = (("chen", "supervisor", "陈志远"), ("li", "supervisor", "李卫国"), ("baoguan", "custodian", "保管员"))
    for account, role, name in people:
        add_account(folder / "mediad.toml", account, (role,), UNIT, name)
    command = [sys.executable, "-m", "mediad", "serve", "-c", str(folder / "mediad.toml")]
    with (folder.parent / "serve.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env=environment())
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_served(url, process)
        yield Site(url, folder, camera)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(40)


def _signed_in(browser: Browser, site: Site, account: str) -> Page:
    page = browser.new_context(viewport={"width": 1360, "height": 900}, locale="zh-CN").new_page()
    return sign_in(page, site.url, account)


def _asked(page: Page, path: str) -> Any:
    return json.loads(page.evaluate("path => fetch(path).then(answer => answer.text())", path))


def _start(page: Page) -> None:
    page.get_by_role("button", name="开始场次").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("询问", exact=True).click()
    dialog.locator("input[name=case]").fill("江水罚〔2026〕17号")
    dialog.locator("input[name=activity]").fill("就非法采砂一事询问当事人")
    dialog.get_by_label("姓名").first.fill("赵国强")
    dialog.get_by_role("button", name="开始场次").click()
    expect(page.locator(".running")).to_be_visible(timeout=10_000)


def _watch(page: Page) -> None:
    page.get_by_role("button", name="观看现场画面").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input[name=purpose]").first.check()
    dialog.locator("textarea").fill("现场监督")
    dialog.get_by_role("button", name="开始调阅").click()
    expect(page.locator(".live-player[data-state=live]")).to_be_visible(timeout=20_000)
    wait_for_time(page, media_time(page) + 1)


def _answer(browser: Browser, site: Site) -> None:
    """A second supervisor reads the note on their own screen, and writes another at a second of their own."""
    page = _signed_in(browser, site, "li")
    page.goto(f"{site.url}/#/rooms/room-1")
    expect(page.locator(".note-note")).to_contain_text("当事人在此处改口")
    page.keyboard.press("n")
    page.locator("dialog textarea").fill("请追问时间")
    page.get_by_role("button", name="保存批注").click()
    expect(page.locator(".note-note")).to_have_count(2)
    page.context.close()


def test_an_interview_from_the_button_to_playback(browser: Browser, site: Site, tmp_path: Path) -> None:
    page = _signed_in(browser, site, "chen")
    page.goto(f"{site.url}/#/rooms")
    expect(page.locator("[data-room=room-1][data-state=ready]")).to_be_visible(timeout=30_000)
    page.get_by_role("link", name=re.compile("一号询问室")).click()

    _start(page)
    expect(page.locator(".channel-tab[data-state=recording]")).to_have_count(2, timeout=15_000)
    _watch(page)
    # Sound of the room is on its way, as a level.
    expect(page.locator("[data-channel='room-1/front'] .level:not(.level-none)")).to_be_visible(timeout=10_000)

    black_at = datetime.now().astimezone()
    site.camera.order("/front", "black")
    line = page.locator("[data-alarm=black]")
    expect(line).to_contain_text("黑屏", timeout=10_000)
    (alarm,) = [each for each in _asked(page, "/api/v1/alarms")["alarms"] if each["kind"] == "black"]
    assert datetime.fromisoformat(alarm["raised_at"]) - black_at <= ALARM_WITHIN
    line.get_by_role("button", name="确认报警").click()
    expect(line).to_contain_text("陈志远 已确认")
    site.camera.order("/front", "black", False)
    expect(line).to_have_count(0, timeout=15_000)

    page.keyboard.press("m")
    expect(page.locator(".note-mark")).to_have_count(1)
    page.keyboard.press("n")
    page.locator("dialog textarea").fill("当事人在此处改口")
    page.get_by_role("button", name="保存批注").click()
    expect(page.locator(".note-note")).to_contain_text("当事人在此处改口")
    _answer(browser, site)
    expect(page.locator(".note-note")).to_have_count(2)
    expect(page.get_by_text("请追问时间")).to_be_visible()
    time.sleep(2.5)  # a mark lies inside of what is recorded, not at its end

    page.get_by_role("button", name="结束场次").click()
    page.get_by_role("button", name="结束并生成回执").click()
    expect(page.locator(".ended")).to_be_visible(timeout=30_000)
    receipt = page.get_by_role("link", name="打印回执").get_attribute("href")
    got = page.request.get(f"{site.url}{receipt}")
    assert got.status == 200 and got.headers["content-type"] == "application/pdf"
    _check_receipt(got.body(), tmp_path)

    page.get_by_role("link", name="查看场次").click()
    expect(page.locator(".sitting-timeline .st-mark")).to_have_count(3)
    expect(page.locator("[data-sealed=true]")).to_have_count(2, timeout=60_000)
    _play_the_mark(page)


def _check_receipt(pdf: bytes, folder: Path) -> None:
    (folder / "receipt.pdf").write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", folder / "receipt.pdf", "-"], capture_output=True, check=True)
    text = done.stdout.decode()
    wanted = (
        "录音录像回执",
        "一号询问室",
        "赵国强",
        "江水罚〔2026〕17",
        "黑屏",
        "陈志远",
        "当事人在此处改口",
        "正面",
        "全景",
    )
    assert [each for each in wanted if each not in text] == []
    # Both cameras were recorded from the button on, without a gap.
    assert text.count("100 %") == 2, text


def _play_the_mark(page: Page) -> None:
    """From the sitting's list of marks into the recording, and there to the mark on the timeline."""
    page.locator(".note-mark .note-play").click()
    page.get_by_role("button", name="填写事由并播放").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input[name=purpose]").first.check()
    dialog.get_by_role("button", name="开始调阅").click()
    wait_for_time(page, 0.5)
    mark = page.locator(".tl-note-mark")
    expect(mark).to_be_visible()
    wanted_ms = float(str(mark.get_attribute("data-ms")))
    page.keyboard.press("Home")
    mark.click()
    seconds = "Number(document.querySelector('.timeline-box').getAttribute('aria-valuenow'))"
    page.wait_for_function(f"ms => Math.abs({seconds} * 1000 - ms) < 2500", arg=wanted_ms, timeout=15_000)
    expect(page.locator(".note-note").filter(has_text="当事人在此处改口")).to_be_visible()


def test_a_sitting_that_must_be_recorded_is_refused_while_a_camera_is_down(browser: Browser, site: Site) -> None:
    page = _signed_in(browser, site, "chen")
    page.goto(f"{site.url}/#/rooms/room-1")
    expect(page.locator("[data-channel='room-1/whole'][data-state=ready]").first).to_be_visible(timeout=30_000)
    site.camera.order("/whole", "stall")
    expect(page.locator("[data-channel='room-1/whole'][data-state=offline]").first).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="开始场次").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("询问", exact=True).click()
    dialog.get_by_role("button", name="开始场次").click()
    expect(dialog.get_by_role("alert")).to_contain_text("全景")
    expect(page.locator(".running")).to_have_count(0)
    site.camera.order("/whole", "stall", False)


def test_the_custodian_sees_the_rooms_state_and_neither_picture_nor_people(browser: Browser, site: Site) -> None:
    page = _signed_in(browser, site, "baoguan")
    page.goto(f"{site.url}/#/rooms/room-1")
    expect(page.locator(".channel-tab")).to_have_count(2)
    expect(page.get_by_role("button", name="开始场次")).to_have_count(0)
    expect(page.get_by_role("button", name="观看现场画面")).to_have_count(0)
    expect(page.get_by_role("link", name="场次", exact=True)).to_have_count(0)
    assert page.evaluate("fetch('/api/v1/sittings').then(r => r.json()).then(r => r.sittings.length)") == 0


def test_what_happened_is_proven_by_the_commands(site: Site) -> None:
    """Last: the site as the interviews left it."""
    for command in (("check",), ("rebuild", "--dry-run")):
        proof = mediad(command[0], "-c", site.config, *command[1:])
        assert proof.returncode == 0, proof.stdout + proof.stderr

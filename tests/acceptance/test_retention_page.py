"""Keeping and destroying footage in a browser, against the real daemon: what expired is requested, approved by another,
held back by a hold, and shown as it is to come.
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from evidence import case_entries as ce
from evidence import retention_entries as rt
from evidence.clock import ManualClock, SystemClock, to_text
from evidence.media import specimens
from evidence.records import RecordingId
from ingest.device_files import DeviceFolder
from ingest.sealing import BayTerms
from ingest.sidecars import bundle
from mediad.config import load
from mediad.intake_parts import make_intake, make_workers
from mediad.store import open_store
from tests.acceptance.chromium import browser as browser
from tests.acceptance.chromium import require_ui, sign_in
from tests.integration.mediad.daemon_process import Daemon, daemon, new_site
from tests.sites import add_account

SHOTS = os.environ.get("MEDIAD_SCREENSHOTS")
NAMES = (
    "DSJ0001_012345_20251020093000_0001",
    "DSJ0001_012345_20251020101500_0002",
    "DSJ0007_020311_20251021140000_0031",
)


@dataclass(frozen=True)
class Archive:
    running: Daemon
    recordings: tuple[RecordingId, ...]
    case: str


def _fill(site: Path, card: Path) -> tuple[tuple[RecordingId, ...], str]:
    """Over a year ago: three recordings taken in, given the class of routine footage; the last one is of a case that
    was closed that day."""
    config, clock = load(site), ManualClock(SystemClock().now() - timedelta(days=400))
    case, activity = ce.CaseId(ce.new_id("c")), ce.ActivityId(ce.new_id("a"))
    with open_store(config) as store:
        workers = make_workers(config.workers, clock)
        try:
            intake = make_intake(store, workers, clock, config.scratch_dir / "test")
            folder = DeviceFolder(str(card).encode())
            found = {
                item.main.text: intake.take(item, folder, BayTerms("b1"), lambda *_: None).recording
                for item in bundle(folder.scan().files)
            }
        finally:
            workers.close()
        recordings = tuple(found[f"{name}.mp4"] for name in NAMES)
        change, at = rt.ChangeId(rt.new_id("g")), to_text(clock.now())
        store.ledger.append(
            rt.RetentionProposed(
                at=at, change=change, of="recordings", items=None, recordings=recordings, case=None, code="routine",
                n_expired=0, n_sooner=3, n_later=0, reason="日常巡查，无争议", by="a",
            ),
            rt.RetentionApproved(at=at, change=change, note="", by="law", due_at=None),
            rt.RetentionApproved(at=at, change=change, note="", by="law-2", due_at=at),
            rt.RetentionChanged(at=at, change=change),
            ce.CaseRecorded(
                at=at, case=case, number="水查〔2025〕9号", kind="inspection", title="取水口日常检查", stage="start",
                subject=ce.Subject("organisation", "某建材公司", "9133"), unit=None, officers=("012345",), by="012345",
            ),
            ce.ActivityRecorded(
                at=at, activity=activity, case=case, item="inspection", stage="start", place="三号取水口",
                planned_start=None, planned_end=None, started_at=None, ended_at=None, officers=("012345",), devices=(),
                note="", by="012345",
            ),
            ce.FootageMatched(
                at=at, case=case, activity=activity, recording=recordings[2], verdict="confirmed", reason="",
                by="012345",
            ),
            ce.CaseClosed(at=at, case=case, items="x", explanations=(), note="", by="012345"),
        )  # fmt: skip
    return recordings, case


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    root = tmp_path_factory.mktemp("archive")
    site, card = new_site(root / "site"), root / "card"
    card.mkdir()
    film = specimens.make("mp4", root / "film.mp4", seconds=3, width=160, height=90).read_bytes()
    for number, name in enumerate(NAMES):
        (card / f"{name}.mp4").write_bytes(film + struct.pack(">I4sQ", 16, b"free", number))
    recordings, case = _fill(site, card)
    for account, roles in (("keeper", ("custodian",)), ("law", ("legal",)), ("watch", ("oversight",))):
        add_account(site, account, roles)
    with daemon(site, root) as running:
        yield Archive(running, recordings, case)


@pytest.fixture(scope="module")
def pages(archive: Archive, browser: Browser) -> dict[str, Page]:
    require_ui()
    found = {}
    for account in ("keeper", "law"):
        page = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN").new_page()
        found[account] = sign_in(page, archive.running.address, account)
    return found


def shot(page: Page, name: str, languages: tuple[str, ...] = ("中文", "EN")) -> None:
    """In both languages, light and dark, on a desk and on a tablet, for people to look at; where asked for."""
    if not SHOTS:
        return
    for language in languages:
        speak(page, language)
        _shoot(page, f"{name}-{'en' if language == 'EN' else 'zh'}")
    if languages:
        speak(page, "中文")
    else:
        # A dialog is open: nothing beside it can be reached.
        _shoot(page, f"{name}-zh")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})


def _shoot(page: Page, name: str) -> None:
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        for width in (1280, 820):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=str(Path(SHOTS or "") / f"{name}-{scheme}-{width}.png"), full_page=True)


def speak(page: Page, language: str) -> None:
    page.locator(".top-right").get_by_role("button", name=language[0] if language != "EN" else "EN").first.click()


def go(page: Page, archive: Archive, path: str) -> None:
    page.goto(f"{archive.running.address}/#/{path}")


def test_requested_by_one_approved_by_another_and_held_back(archive: Archive, pages: dict[str, Page]) -> None:
    keeper, law = pages["keeper"], pages["law"]
    go(keeper, archive, "retention/classes")
    expect(keeper.locator("tr[data-class=routine]")).to_contain_text("183 天")
    expect(keeper.locator("tr[data-class=routine] td").nth(4)).to_have_text("3")
    shot(keeper, "classes")
    keeper.get_by_role("link", name="到期录像").click()
    expect(keeper.locator("tr[data-expiring]")).to_have_count(3)
    # By keyboard: the head's box chooses all.
    keeper.get_by_label("全选").focus()
    keeper.keyboard.press("Space")
    expect(keeper.get_by_text("已选 3 个")).to_be_visible()
    shot(keeper, "expiring")
    keeper.get_by_role("button", name="申请销毁").click()
    dialog = keeper.get_by_role("dialog")
    dialog.get_by_label("事由").fill("保管期满，无争议")
    dialog.get_by_role("button", name="申请销毁").click()
    asked = keeper.locator("[data-destruction]")
    expect(asked).to_have_attribute("data-state", "requested")
    # Who asked is offered no approval.
    expect(keeper.get_by_role("button", name="批准")).to_have_count(0)

    go(law, archive, "retention/destructions")
    law.get_by_role("button", name="批准").click()
    law.get_by_role("dialog").get_by_role("button", name="批准").click()
    expect(law.locator("[data-destruction]")).to_have_attribute("data-state", "approved")
    shot(law, "destructions")
    # The case and the recording warn.
    go(law, archive, f"cases/{archive.case}")
    expect(law.locator("[data-case-retention]")).to_contain_text("本案有 1 个录像将于")
    shot(law, "case-warned")

    go(law, archive, "retention/holds")
    law.get_by_role("button", name="设置保全").click()
    box = law.get_by_role("dialog")
    box.get_by_label("保全对象").select_option("case")
    box.get_by_label("案号").fill("水查〔2025〕9号")
    box.get_by_label("事由").fill("行政复议")
    shot(law, "hold-dialog", ())
    box.get_by_role("button", name="设置保全").click()
    expect(law.locator("[data-hold]")).to_contain_text("水查〔2025〕9号")
    # Who set it cannot lift it.
    expect(law.locator("[data-hold]")).to_contain_text("须由另一人解除")
    shot(law, "holds")
    go(law, archive, f"recordings/{archive.recordings[2]}")
    law.get_by_role("tab", name="资料").click()
    expect(law.locator("[data-kept]")).to_contain_text("law 已设保全：行政复议")
    expect(law.locator("[data-kept]")).to_contain_text("有人申请销毁此录像，但不会销毁：law 已设保全：行政复议")
    shot(law, "recording-held")
    # A second one, on the recording itself, from where it is watched.
    law.get_by_role("button", name="设置保全").click()
    box.get_by_label("事由").fill("信访核查")
    box.get_by_role("button", name="设置保全").click()
    expect(law.locator("[data-kept]")).to_contain_text("law 已设保全：信访核查")


def test_a_change_is_simulated_before_it_is_proposed(archive: Archive, pages: dict[str, Page]) -> None:
    keeper = pages["keeper"]
    go(keeper, archive, "retention/changes")
    expect(keeper.locator("[data-change]")).to_have_attribute("data-state", "in-force")
    keeper.get_by_role("button", name="变更期限").click()
    dialog = keeper.get_by_role("dialog")
    dialog.get_by_label("保管类别").select_option("permanent")
    dialog.get_by_label("录像编号").fill(archive.recordings[0])
    dialog.get_by_role("button", name="模拟").click()
    expect(dialog.locator("[data-simulated='0']")).to_contain_text("另有 0 个提前到期，1 个延后到期")
    dialog.get_by_label("事由").fill("留作教学")
    # The custodian reads no cases, and is offered none.
    assert "case" not in dialog.get_by_label("变更内容").locator("option").evaluate_all("all => all.map(o => o.value)")
    shot(keeper, "change-dialog", ())
    dialog.get_by_role("button", name="提出变更").click()
    expect(keeper.locator("[data-change][data-state=proposed]")).to_contain_text("已有 0 人批准，需要 2 人")
    shot(keeper, "changes")
    speak(keeper, "EN")
    assert not re.search(r"[一-鿿]", keeper.locator(".part-tabs").inner_text())
    speak(keeper, "中文")

"""A viewing copy that could not be made: seen, asked for again with the button and with the command, and played."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bench.daemon import make_site, serving
from evidence.media import specimens
from tests.acceptance.chromium import browser as browser
from tests.acceptance.chromium import require_ui
from tests.acceptance.commands import mediad
from tests.integration.mediad.daemon_process import Daemon, daemon, wait_for
from tests.sites import PASSWORD, add_account

FIRST, SECOND = "DSJ4A017_0001.avi", "DSJ4A017_0002.avi"


@dataclass(frozen=True)
class Site:
    config: Path
    ids: dict[str, str]  # file name → recording

    def listed(self, *more: str) -> list[dict[str, Any]]:
        done = mediad("renditions", "list", "-c", self.config, "--json", *more)
        assert done.returncode == 0, done.stderr
        found: list[dict[str, Any]] = json.loads(done.stdout)
        return found

    def copies(self, *more: str) -> dict[str, str]:
        """Recording → state of its viewing copy's job."""
        return {each["recording"]: each["state"] for each in self.listed(*more) if each["kind"] == "viewing-copy"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two films that browsers cannot play, on a site whose first daemon could make no copy of them."""
    require_ui()
    place = tmp_path_factory.mktemp("renditions")
    film = bytearray(specimens.make("avi-mjpeg", place / FIRST, seconds=8, width=320, height=180).read_bytes())
    film[film.index(b"JUNK") + 40] ^= 1  # another file, the same film
    (place / SECOND).write_bytes(film)
    config = make_site(place / "site")
    add_account(config, "legal", ("legal",))
    add_account(config, "keeper")
    done = mediad("ingest", "-c", config, "--json", place / FIRST, place / SECOND)
    results = json.loads(done.stdout)["results"]
    site = Site(config, {Path(each["path"]).name: each["recording"] for each in results})
    with daemon(config, place, module="tests.integration.mediad.faulty_daemon") as first:
        first.sign_in("keeper")
        wait_for(lambda: [state for kind, state in jobs(first) if kind == "viewing-copy"] == ["failed"] * 2)
        first.stop()
    yield site


def jobs(running: Daemon) -> list[tuple[str, str]]:
    return [(each["kind"], each["state"]) for each in running.get("/jobs")["jobs"]]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    yield context.new_page()
    context.close()


def test_the_command_lists_what_failed_and_has_it_made_by_the_next_daemon(site: Site) -> None:
    recording = site.ids[FIRST]
    shown = mediad("renditions", "list", "-c", site.config, "--failed")
    assert shown.returncode == 0 and recording in shown.stdout and "cannot be decoded" in shown.stdout
    assert {each["state"] for each in site.listed("--failed")} == {"failed"}
    asked = mediad("renditions", "again", "-c", site.config, recording)
    assert (asked.returncode, asked.stdout) == (0, "Asked for again: viewing-copy.\n")
    assert site.copies(recording) == {recording: "queued"}
    twice = mediad("renditions", "again", "-c", site.config, recording)
    assert twice.returncode == 1 and "on its way" in twice.stdout
    with serving(site.config):
        wait_for(lambda: site.copies(recording) == {recording: "done"}, timeout_s=120)
    assert mediad("renditions", "again", "-c", site.config, recording).returncode == 1, "it is there"
    assert mediad("check", "-c", site.config).returncode == 0


def test_a_name_that_does_not_exist_is_said(site: Site) -> None:
    for words in (("list",), ("again",)):
        done = mediad("renditions", *words, "-c", site.config, "r" + "a" * 20)
        assert done.returncode == 2 and "There is no recording" in done.stderr


def test_the_button_has_a_failed_copy_made_and_it_plays(site: Site, page: Page) -> None:
    recording = site.ids[SECOND]
    with serving(site.config) as port:
        page.goto(f"http://127.0.0.1:{port}/#/recordings/{recording}")
        page.locator("input[name=account]").fill("legal")
        page.locator("input[name=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="调阅副本制作失败")).to_be_visible()
        # Why it failed, in Chinese, beside why a copy is needed at all.
        expect(page.locator(".board")).to_contain_text("画面无法解码")
        page.get_by_role("button", name="重新制作").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="正在制作调阅副本")).to_be_visible()
        page.get_by_role("button", name="填写事由并播放").click(timeout=120_000)
        dialog = page.get_by_role("dialog")
        dialog.get_by_text("法制审核").click()
        dialog.locator("textarea").fill("复核")
        dialog.get_by_role("button", name="开始调阅").click()
        # Asked for while the copy was being made: playback begins by itself when it is there.
        page.wait_for_function("() => document.querySelector('video')?.currentTime > 1", timeout=120_000)
    assert site.copies(recording) == {recording: "done"}

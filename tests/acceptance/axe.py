"""axe-core in a page under test: what people who see, hear or move otherwise would stumble over.

It is put into the page by the browser's debugger; the built web UI holds none of it.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.acceptance.ui_packages import UI, install

EVERYTHING: dict[str, Any] = {}
CONTRAST: dict[str, Any] = {"runOnly": ["color-contrast"]}  # half of the work, and the same in every language
ALL_BUT_CONTRAST: dict[str, Any] = {"rules": {"color-contrast": {"enabled": False}}}
SCROLLING: dict[str, Any] = {"runOnly": ["scrollable-region-focusable"]}  # what scrolls can be scrolled by keys

# Of its four grades; "minor" is left to whoever looks at a page.
_GRADES = ("moderate", "serious", "critical")
_RUN = """async ([grades, options]) => {
    const found = await axe.run(document, { resultTypes: ["violations"], ...options });
    return found.violations.filter(({ impact }) => grades.includes(impact)).flatMap(({ id, impact, nodes }) =>
        nodes.map(({ failureSummary, html }) => `${impact} ${id}: ${failureSummary.replace(/\\s+/g, " ")} ${html}`));
}"""


def scanner() -> str:
    """The script, from the packages of the lock file."""
    install()
    return (UI / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


def stumbles(page: Page, script: str, options: dict[str, Any]) -> list[str]:
    """A line for each element that fails a rule; [] where nobody stumbles."""
    page.evaluate(script)
    found: list[str] = page.evaluate(_RUN, [_GRADES, options])
    return found

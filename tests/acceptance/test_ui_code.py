"""The web UI's own checks: types (tsc) and unit tests (vitest), with the Node of a Python wheel."""

from __future__ import annotations

import pytest

from tests.acceptance.ui_packages import install, node


@pytest.fixture(scope="module", autouse=True)
def packages() -> None:
    install()


def test_types() -> None:
    done = node("node_modules/typescript/bin/tsc", "--noEmit")
    assert done.returncode == 0, done.stdout


def test_units() -> None:
    done = node("node_modules/vitest/vitest.mjs", "run")
    assert done.returncode == 0, done.stdout + done.stderr

"""One version, in two places that cannot read each other at build time."""

from __future__ import annotations

import tomllib

from mediad import __version__
from tests.conftest import ROOT


def test_program_and_package_agree() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"] == __version__

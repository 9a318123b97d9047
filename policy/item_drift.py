"""How the item list in the configuration stands to those that came into force, in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

DriftState = Literal["same", "older", "new", "renamed"]


@dataclass(frozen=True, slots=True)
class Drift:
    """same: it is the latest; older: it was in force before; new: it never was; renamed: another by a known version."""

    state: DriftState
    zh: str
    en: str


def drift_of(version: str, digest: str, adopted: Sequence[tuple[str, str]]) -> Drift:
    """`adopted`: (version, digest) of the lists that came into force, oldest first."""
    latest, latest_digest = adopted[-1]
    if digest == latest_digest:
        return Drift("same", "配置文件中的清单与现行清单一致。", "The list in the configuration is the latest.")
    if any(digest == each for _, each in adopted):
        return Drift(
            "older",
            f"配置文件中的清单（{version}）是以前的版本，最新的是 {latest}。"
            "配置文件不起作用；可用现行清单的文本替换它。",
            f"The list in the configuration ({version}) is an older one; the latest is {latest}. The file has no "
            "effect: replace it by the text of the list in force.",
        )
    if any(version == each for each, _ in adopted):
        return Drift(
            "renamed",
            f"配置文件中的清单沿用了版本号 {version}，但内容不同，不起作用。请改用新的版本号，由一人提出、另一人批准。",
            f"The list in the configuration is named {version} and is another one. It has no effect: give it a new "
            "version, have one person propose it and another approve.",
        )
    return Drift(
        "new",
        f"配置文件中的清单（{version}）尚未生效，现行的是 {latest}。需由一人提出、另一人批准。",
        f"The list in the configuration ({version}) is not in force; {latest} is. One person must propose it and "
        "another approve.",
    )

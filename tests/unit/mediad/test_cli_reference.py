"""docs/reference/cli.md names every command and every option, and none that does not exist."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator

import click
import pytest

from mediad.cli.root import mediad
from tests.conftest import ROOT

_TEXT = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
_SECTIONS = {part.split()[1].rstrip("`"): part for part in re.split(r"^## `", _TEXT, flags=re.MULTILINE)[1:]}
_COMMANDS = tuple(mediad.list_commands(click.Context(mediad)))


def _all(command: click.Command) -> Iterator[click.Command]:
    yield command
    if isinstance(command, click.Group):
        for each in command.commands.values():
            yield from _all(each)


def test_every_command_is_documented() -> None:
    assert sorted(_SECTIONS) == sorted(_COMMANDS)


@pytest.mark.parametrize("name", _COMMANDS)
def test_every_option_is_documented(name: str) -> None:
    command = getattr(importlib.import_module(f"mediad.cli.{name}"), name)
    options = {
        option
        for each in _all(command)
        for parameter in each.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
        if option.startswith("--")
    }
    # What all commands have is said once, above them.
    assert set(re.findall(r"--[a-z][a-z-]*", _SECTIONS[name])) == options - {"--config"}

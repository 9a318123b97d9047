"""Makes a new site in a folder: configuration, keys, data, database, first ledger entry."""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from evidence.catalog.engine import migrate, open_engine
from evidence.clock import Clock
from evidence.errors import Conflict, StoreUnavailable
from evidence.signing import generate_keys
from mediad.config import Config, load, parse
from mediad.store import found_site, open_store

CONFIG_NAME = "mediad.toml"


@dataclass(frozen=True, slots=True)
class NewBay:
    name: str
    path: str
    label: str = ""
    officer: str = ""
    unit: str = ""
    device: str = ""


@dataclass(frozen=True, slots=True)
class NewSite:
    """What a person chooses for a new site; the rest is written as commented defaults."""

    name: str = "执法音像管理站"
    unit: str = ""
    timezone: str = "Asia/Shanghai"
    port: int = 8300
    catalog_url: str = ""
    bays: tuple[NewBay, ...] = (NewBay("bay-1", "bays/1", "1号采集口"),)


def make_site(directory: Path, wishes: NewSite, clock: Clock) -> Config:
    """Make a site and return its configuration. Conflict if there is one; nothing of it is touched then."""
    path = directory / CONFIG_NAME
    if path.exists():
        raise Conflict(f"{directory} has a site already ({CONFIG_NAME}).", remedy="Choose another folder.")
    text = render(wishes, _origin(wishes.name))
    config = parse(text, path.absolute(), {})
    try:
        directory.mkdir(parents=True, exist_ok=True)
        config.site.data_dir.mkdir(mode=0o750, exist_ok=True)
        (directory / "keys").mkdir(mode=0o700, exist_ok=True)
        for bay in wishes.bays:
            if not Path(bay.path).is_absolute():
                (directory / bay.path).mkdir(parents=True, exist_ok=True)
        generate_keys(directory / "keys", config.site.origin)
        _write_new(path, text)
    except OSError as error:
        raise StoreUnavailable(f"{error.filename or directory} cannot be made: {error.strerror}.") from error
    config = load(path, {})
    engine = open_engine(config.catalog_url)
    try:
        migrate(engine)
    finally:
        engine.dispose()
    with open_store(config) as store:
        found_site(store, clock)
    return config


def render(wishes: NewSite, origin: str) -> str:
    """The text of a commented configuration file."""
    template = resources.files("mediad").joinpath("mediad.toml.template").read_text(encoding="utf-8")
    values = {
        "name": _quoted(wishes.name),
        "origin": _quoted(origin),
        "unit": f"unit = {_quoted(wishes.unit)}" if wishes.unit else '# unit = "水政监察大队"',
        "timezone": _quoted(wishes.timezone),
        "port": str(wishes.port),
        "catalog": f"url = {_quoted(wishes.catalog_url)}" if wishes.catalog_url else "# url =",
        "bays": "\n".join(_bay(bay) for bay in wishes.bays),
    }
    return re.sub(r"@(\w+)@", lambda found: values[found[1]], template)


def _bay(bay: NewBay) -> str:
    lines = ["[[bays]]", f"name = {_quoted(bay.name)}", f"path = {_quoted(bay.path)}"]
    for key in ("label", "officer", "unit", "device"):
        if value := getattr(bay, key):
            lines.append(f"{key} = {_quoted(value)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in escaped) + '"'


def _origin(name: str) -> str:
    """A ledger name that no other site has: C2SP wants it unique, and without spaces or plus signs."""
    word = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return f"mediad.local/{f'{word}-' if word else ''}{secrets.token_hex(6)}"


def _write_new(path: Path, text: str) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(fd)

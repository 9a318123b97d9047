"""Reads a site's configuration: one TOML file, read once at start, checked whole, then frozen.

Unknown keys stop the start: a misspelt setting must never be silently the default. Relative paths count from the
configuration file's folder. The tables themselves are in `mediad.config_tables`.
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from evidence.errors import ConfigInvalid, KeyUnreadable
from ingest.profiles import load_profiles
from mediad.config_kinds import KeyPath
from mediad.config_place import explain
from mediad.config_rooms import nonsense
from mediad.config_tables import LISTS, NESTED, TABLES
from mediad.config_tables import Config as Config

_T = TypeVar("_T", bound=msgspec.Struct)


def load(path: Path, environment: Mapping[str, str] = os.environ) -> Config:
    """Read and check a configuration file. ConfigInvalid names the place and what is allowed there."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigInvalid(
            f"There is no configuration file {path}.", remedy="Make a site with: mediad init DIR"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigInvalid(f"The configuration file {path} cannot be read: {error}.") from error
    return parse(text, path.absolute(), environment)


def parse(text: str, path: Path, environment: Mapping[str, str]) -> Config:
    """Check the text of a configuration file; `path` gives the folder that relative paths count from."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigInvalid(f"{path}: not valid TOML: {error}.") from error
    _refuse_unknown_tables(raw, text, path)
    tables: dict[str, Any] = {}
    for name, kind in TABLES.items():
        tables[name] = _convert(raw.get(name, {}), kind, (text, path, name, None), environment)
    for name, item_kind in LISTS.items():
        if name in raw:
            items = raw[name]
            if not isinstance(items, list):
                raise ConfigInvalid(f"{path}: write [[{name}]] in double brackets: it is a list of tables.")
            items, nested = _taken_out(items, name)
            tables[name] = tuple(
                _convert(item, item_kind, (text, path, name, number), environment) for number, item in enumerate(items)
            )
            for table, field, per_item in nested:
                tables[name] = _put_back(tables[name], field, per_item, (text, path, table), environment)
    config = Config(path=path, **tables)
    _check(config)
    return config


_Nested = list[tuple[str, str, list[list[Any]]]]


def _taken_out(items: list[Any], name: str) -> tuple[list[Any], _Nested]:
    """Items of a list without the lists nested in them, and those: (table, field, per item its list)."""
    nested: _Nested = []
    for table in NESTED:
        outer, _, field = table.partition(".")
        if outer == name and all(isinstance(item, dict) for item in items):
            nested.append((table, field, [item[field] if isinstance(item.get(field), list) else [] for item in items]))
            items = [
                {key: value for key, value in item.items() if key != field or not isinstance(value, list)}
                for item in items
            ]
    return items, nested


def _put_back(
    structs: tuple[Any, ...],
    field: str,
    per_item: list[list[Any]],
    place: tuple[str, Path, str],
    environment: Mapping[str, str],
) -> tuple[Any, ...]:
    """Convert nested lists, numbered through the whole file as they stand in it."""
    filled, number = [], 0
    for struct, items in zip(structs, per_item, strict=True):
        text, path, table = place
        converted = []
        for item in items:
            converted.append(_convert(item, NESTED[table], (text, path, table, number), environment))
            number += 1
        filled.append(msgspec.structs.replace(struct, **{field: tuple(converted)}))
    return tuple(filled)


def _refuse_unknown_tables(raw: dict[str, Any], text: str, path: Path) -> None:
    allowed = (*TABLES, *LISTS)
    for name in raw:
        if name not in allowed:
            raise ConfigInvalid(explain(f"Object contains unknown field `{name}`", text, path, None, None, allowed))


def _convert(
    value: object, kind: type[_T], place: tuple[str, Path, str, int | None], environment: Mapping[str, str]
) -> _T:
    """One table as its struct, paths resolved; defaults are resolved too."""
    text, path, table, number = place
    credentials = environment.get("CREDENTIALS_DIRECTORY")

    def located(wanted: type[Path], said: str) -> Path:
        if wanted is KeyPath and credentials:
            credential = KeyPath(credentials, Path(said).name)
            if "/" not in said or _is_there(credential):
                return credential
        return wanted(path.parent / Path(said).expanduser())

    def hook(wanted: type, said: object) -> object:
        if not isinstance(said, str) or not said:
            raise ValueError("Expected a path in quotes")
        return located(wanted, said)

    fields = tuple(getattr(kind, "__struct_fields__", ()))
    try:
        struct = msgspec.convert(value, kind, dec_hook=hook)
    except msgspec.ValidationError as error:
        raise ConfigInvalid(explain(str(error), text, path, table, number, fields)) from error
    # Paths of the defaults are still as they stand in the code.
    defaults = {
        name: located(type(found), str(found))
        for name in fields
        if isinstance(found := getattr(struct, name), Path) and not found.is_absolute()
    }
    return msgspec.structs.replace(struct, **defaults) if defaults else struct


def _is_there(credential: KeyPath) -> bool:
    try:
        return credential.is_file()
    except OSError as error:
        raise KeyUnreadable(
            f"The credential {credential} cannot be read: {error.strerror}.",
            remedy="The service's own user must be able to read $CREDENTIALS_DIRECTORY.",
        ) from error


def _check(config: Config) -> None:
    """What types cannot say: names are unique, time zones exist, patterns compile."""
    _unique(config, "bays", [bay.name for bay in config.bays])
    _unique(config, "bays", [str(bay.path) for bay in config.bays])
    _unique(config, "purposes", [purpose.code for purpose in config.purposes])
    _check_rooms(config)
    for proxy in config.http.trusted_proxies:
        _check_proxy(config, proxy)
    try:
        zone = ZoneInfo(config.site.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigInvalid(
            f"{config.path}: {config.site.timezone!r} is not a time zone.", remedy='Write it like "Asia/Shanghai".'
        ) from error
    try:
        load_profiles(config.profiles, zone)
    except ConfigInvalid as error:
        raise ConfigInvalid(f"{config.path}: {error.message}", remedy=error.remedy) from error


def _check_proxy(config: Config, proxy: str) -> None:
    """What is no address would never match: nothing would be believed, and every visitor would be the proxy."""
    try:
        written = str(ipaddress.ip_address(proxy))
    except ValueError:
        written = ""
    if proxy != written:
        remedy = f'Write it as "{written}".' if written else 'Write each proxy\'s address, like "127.0.0.1" or "::1".'
        raise ConfigInvalid(f"{config.path}: trusted_proxies in [http]: {proxy!r} is no address.", remedy=remedy)


def _check_rooms(config: Config) -> None:
    _unique(config, "rooms", [room.name for room in config.rooms])
    for room in config.rooms:
        for words, remedy in nonsense(room):
            raise ConfigInvalid(f"{config.path}: room {room.name!r}: {words}", remedy=remedy)
        _unique(config, "rooms.channels", [f"{room.name}/{channel.name}" for channel in room.channels])


def _unique(config: Config, table: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ConfigInvalid(f"{config.path}: [[{table}]] says {name!r} twice.")

"""A site's configuration: one TOML file, read once at start, checked whole, then frozen.

Unknown keys stop the start: a misspelt setting must never be silently the default. Relative paths count from the
configuration file's folder. `docs/reference/configuration.md` describes every key; a test holds the two together.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path, PosixPath
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from evidence.errors import ConfigInvalid, KeyUnreadable
from ingest.device_files import DEFAULT_IGNORED
from ingest.profiles import ProfileSpec, load_profiles
from mediad.config_place import explain
from policy.alarms import AlarmLimits

Role = Literal["officer", "supervisor", "legal", "oversight", "custodian", "admin"]
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Text = Annotated[str, Meta(min_length=1, max_length=200)]


class KeyPath(PosixPath):
    """A key file. When systemd sets $CREDENTIALS_DIRECTORY, a credential of the file's name goes first, so that
    the service and a command run by root read the same configuration."""


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Site(_Table, frozen=True, kw_only=True):
    name: Text
    origin: Annotated[str, Meta(pattern=r"^[^\s+]{1,200}$")]
    unit: str | None = None
    timezone: str = "Asia/Shanghai"
    data_dir: Path = Path("data")


class Http(_Table, frozen=True, kw_only=True):
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8300
    behind_tls: bool = False
    trusted_proxies: tuple[str, ...] = ()


class Catalog(_Table, frozen=True, kw_only=True):
    url: str | None = None


class Jobs(_Table, frozen=True, kw_only=True):
    url: str | None = None
    name: Name = "mediad"


class Keys(_Table, frozen=True, kw_only=True):
    seal: KeyPath = KeyPath("keys/seal.p256.pem")
    ledger: KeyPath = KeyPath("keys/ledger.ed25519.pem")


class Bay(_Table, frozen=True, kw_only=True):
    name: Name
    path: Path
    label: str | None = None
    device: str | None = None
    officer: str | None = None
    unit: str | None = None
    clear: Literal["never", "after-seal"] = "never"


class Intake(_Table, frozen=True, kw_only=True):
    rescan_s: Annotated[float, Meta(ge=0.1, le=3600)] = 3.0
    settle_s: Annotated[float, Meta(ge=0, le=3600)] = 2.0
    ignore: tuple[str, ...] = DEFAULT_IGNORED


class Channel(_Table, frozen=True, kw_only=True):
    name: Name
    title: str | None = None
    view: Literal["front", "whole", "backup"] = "front"
    url: Annotated[str, Meta(pattern=r"^rtsps?://[^\s@]+$")] | None = None
    folder: Path | None = None
    credentials: KeyPath | None = None
    required: bool = True


_USUAL = AlarmLimits()


class Alarms(_Table, frozen=True, kw_only=True):
    """When a room's channels alarm; the fields of `policy.alarms.AlarmLimits` that a site may choose."""

    lost_after_s: Annotated[float, Meta(ge=0, le=600)] = _USUAL.lost_after_s
    black_luma: Annotated[float, Meta(ge=0, le=255)] = _USUAL.black_luma
    black_deviation: Annotated[float, Meta(ge=0, le=128)] = _USUAL.black_deviation
    black_after_s: Annotated[float, Meta(ge=0, le=600)] = _USUAL.black_after_s
    frozen_change: Annotated[float, Meta(ge=0, le=255)] = _USUAL.frozen_change
    frozen_after_s: Annotated[float, Meta(ge=0, le=600)] = _USUAL.frozen_after_s
    silent_db: Annotated[float, Meta(ge=-100, le=0)] = _USUAL.silent_db
    silent_drop_db: Annotated[float, Meta(ge=1, le=100)] = _USUAL.silent_drop_db
    silent_after_s: Annotated[float, Meta(ge=0, le=3600)] = _USUAL.silent_after_s
    clear_after_s: Annotated[float, Meta(ge=0, le=600)] = _USUAL.clear_after_s


class Room(_Table, frozen=True, kw_only=True):
    name: Name
    title: str | None = None
    unit: str | None = None
    mode: Literal["sittings", "always"] = "sittings"
    must_record: bool = False
    alarms: Alarms = Alarms()
    channels: tuple[Channel, ...] = ()


class Recording(_Table, frozen=True, kw_only=True):
    fragment_s: Annotated[float, Meta(ge=0.5, le=10)] = 2.0
    file_minutes: Annotated[float, Meta(ge=0.02, le=24 * 60)] = 60.0
    stall_s: Annotated[float, Meta(ge=1, le=600)] = 10.0
    memory_mb: Annotated[int, Meta(ge=128, le=65_536)] = 512


class Workers(_Table, frozen=True, kw_only=True):
    count: Annotated[int, Meta(ge=1, le=256)] = 2
    memory_mb: Annotated[int, Meta(ge=256, le=1_048_576)] = 2048
    index_timeout_s: Annotated[float, Meta(ge=1)] = 180.0
    segment_timeout_s: Annotated[float, Meta(ge=1)] = 30.0
    rendition_timeout_s: Annotated[float, Meta(ge=1)] = 6 * 3600.0


class Viewing(_Table, frozen=True, kw_only=True):
    grant_minutes: Annotated[int, Meta(ge=1, le=24 * 60)] = 10
    read_ahead_segments: Annotated[int, Meta(ge=1, le=1000)] = 3


class Purpose(_Table, frozen=True, kw_only=True):
    code: Name
    zh: Text
    en: Text
    roles: Annotated[tuple[Role, ...], Meta(min_length=1)] = (
        "officer",
        "supervisor",
        "legal",
        "oversight",
        "custodian",
    )


class Sessions(_Table, frozen=True, kw_only=True):
    idle_minutes: Annotated[int, Meta(ge=1, le=7 * 24 * 60)] = 30
    max_hours: Annotated[int, Meta(ge=1, le=30 * 24)] = 12


class Items(_Table, frozen=True, kw_only=True):
    list: Path | None = None


class Cases(_Table, frozen=True, kw_only=True):
    drop: Path | None = None


class Log(_Table, frozen=True, kw_only=True):
    level: Literal["debug", "info", "warning", "error"] = "info"


PURPOSES = (
    Purpose(code="case", zh="案件办理", en="Work on a case", roles=("officer", "supervisor", "legal")),
    Purpose(code="legal-review", zh="法制审核", en="Legal review", roles=("legal",)),
    Purpose(code="complaint", zh="投诉核查", en="Checking a complaint", roles=("supervisor", "legal", "oversight")),
    Purpose(code="inspection", zh="执法监督检查", en="Inspection of enforcement", roles=("supervisor", "oversight")),
    Purpose(code="training", zh="培训教学", en="Training", roles=("supervisor", "legal")),
    Purpose(code="equipment", zh="设备检查", en="Checking the equipment", roles=("custodian",)),
)


class Config(_Table, frozen=True, kw_only=True):
    """The whole file. `path` is where it was read from."""

    site: Site
    path: Path = Path("mediad.toml")
    http: Http = Http()
    catalog: Catalog = Catalog()
    jobs: Jobs = Jobs()
    keys: Keys = Keys()
    bays: tuple[Bay, ...] = ()
    intake: Intake = Intake()
    rooms: tuple[Room, ...] = ()
    recording: Recording = Recording()
    profiles: tuple[ProfileSpec, ...] = ()
    workers: Workers = Workers()
    viewing: Viewing = Viewing()
    purposes: tuple[Purpose, ...] = PURPOSES
    sessions: Sessions = Sessions()
    items: Items = Items()
    cases: Cases = Cases()
    log: Log = Log()

    @property
    def catalog_url(self) -> str:
        return self.catalog.url or f"sqlite:///{self.site.data_dir / 'catalog.sqlite3'}"

    @property
    def jobs_url(self) -> str:
        return self.jobs.url or f"sqlite:///{self.site.data_dir / 'jobs.sqlite3'}"

    @property
    def blobs_dir(self) -> Path:
        return self.site.data_dir / "blobs"

    @property
    def live_dir(self) -> Path:
        """Recordings being made. On the blobs' disk: a finished one is linked into the store."""
        return self.site.data_dir / "live"

    @property
    def scratch_dir(self) -> Path:
        """On the same disk as the blobs, so that a finished file can be linked into the store."""
        return self.site.data_dir / "scratch"


# Table of the file → its type; the two shapes TOML has: one table, or a list of them.
TABLES: dict[str, type[_Table]] = {
    "site": Site,
    "http": Http,
    "catalog": Catalog,
    "jobs": Jobs,
    "keys": Keys,
    "intake": Intake,
    "recording": Recording,
    "workers": Workers,
    "viewing": Viewing,
    "sessions": Sessions,
    "items": Items,
    "cases": Cases,
    "log": Log,
}
LISTS: dict[str, type[msgspec.Struct]] = {"bays": Bay, "rooms": Room, "profiles": ProfileSpec, "purposes": Purpose}
# Lists inside the items of a list: "rooms.channels" is written [[rooms.channels]].
NESTED: dict[str, type[_Table]] = {"rooms.channels": Channel}
# Tables inside the items of a list: [rooms.alarms] belongs to the room above it.
INNER: dict[str, type[_Table]] = {"rooms.alarms": Alarms}

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


def _check_rooms(config: Config) -> None:
    _unique(config, "rooms", [room.name for room in config.rooms])
    for room in config.rooms:
        where = f"{config.path}: room {room.name!r}"
        if not 1 <= len(room.channels) <= 4:
            raise ConfigInvalid(f"{where} has {len(room.channels)} channels.", remedy="Give it 1 to 4.")
        _unique(config, "rooms.channels", [f"{room.name}/{channel.name}" for channel in room.channels])
        for channel in room.channels:
            if (channel.url is None) == (channel.folder is None):
                raise ConfigInvalid(f"{where}: channel {channel.name!r} needs either url or folder.")
            if channel.credentials is not None and channel.url is None:
                raise ConfigInvalid(f"{where}: channel {channel.name!r} has credentials and no url.")


def _unique(config: Config, table: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ConfigInvalid(f"{config.path}: [[{table}]] says {name!r} twice.")

"""The tables of a site's configuration file, and the whole of it. Data only; `mediad.config` reads them.

`docs/reference/configuration.md` describes every key; a test holds the two together.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ingest.device_files import DEFAULT_IGNORED
from ingest.profiles import ProfileSpec
from mediad.config_kinds import KeyPath, Name, Role, Table, Text
from mediad.config_retention import Retention
from mediad.config_rooms import Alarms, Channel, Recording, Room


class Site(Table, frozen=True, kw_only=True):
    name: Text
    origin: Annotated[str, Meta(pattern=r"^[^\s+]{1,200}$")]
    unit: str | None = None
    timezone: str = "Asia/Shanghai"
    data_dir: Path = Path("data")


class Http(Table, frozen=True, kw_only=True):
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8300
    behind_tls: bool = False
    trusted_proxies: tuple[str, ...] = ()


class Catalog(Table, frozen=True, kw_only=True):
    url: str | None = None


class Jobs(Table, frozen=True, kw_only=True):
    url: str | None = None
    name: Name = "mediad"


class Keys(Table, frozen=True, kw_only=True):
    seal: KeyPath = KeyPath("keys/seal.p256.pem")
    ledger: KeyPath = KeyPath("keys/ledger.ed25519.pem")


class Checkpoint(Table, frozen=True, kw_only=True):
    copies: tuple[Path, ...] = ()


class Bay(Table, frozen=True, kw_only=True):
    name: Name
    path: Path
    label: str | None = None
    device: str | None = None
    officer: str | None = None
    unit: str | None = None
    clear: Literal["never", "after-seal"] = "never"


class Intake(Table, frozen=True, kw_only=True):
    rescan_s: Annotated[float, Meta(ge=0.1, le=3600)] = 3.0
    settle_s: Annotated[float, Meta(ge=0, le=3600)] = 2.0
    ignore: tuple[str, ...] = DEFAULT_IGNORED


class Workers(Table, frozen=True, kw_only=True):
    count: Annotated[int, Meta(ge=1, le=256)] = 2
    memory_mb: Annotated[int, Meta(ge=256, le=1_048_576)] = 2048
    index_timeout_s: Annotated[float, Meta(ge=1)] = 180.0
    segment_timeout_s: Annotated[float, Meta(ge=1)] = 30.0
    rendition_timeout_s: Annotated[float, Meta(ge=1)] = 6 * 3600.0


class Viewing(Table, frozen=True, kw_only=True):
    grant_minutes: Annotated[int, Meta(ge=1, le=24 * 60)] = 10
    read_ahead_segments: Annotated[int, Meta(ge=1, le=1000)] = 3


class Purpose(Table, frozen=True, kw_only=True):
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


class Sessions(Table, frozen=True, kw_only=True):
    idle_minutes: Annotated[int, Meta(ge=1, le=7 * 24 * 60)] = 30
    max_hours: Annotated[int, Meta(ge=1, le=30 * 24)] = 12
    screens: tuple[Name, ...] = ()


class Items(Table, frozen=True, kw_only=True):
    list: Path | None = None


class Cases(Table, frozen=True, kw_only=True):
    drop: Path | None = None


class Log(Table, frozen=True, kw_only=True):
    level: Literal["debug", "info", "warning", "error"] = "info"


PURPOSES = (
    Purpose(code="case", zh="案件办理", en="Work on a case", roles=("officer", "supervisor", "legal")),
    Purpose(code="legal-review", zh="法制审核", en="Legal review", roles=("legal",)),
    Purpose(code="complaint", zh="投诉核查", en="Checking a complaint", roles=("supervisor", "legal", "oversight")),
    Purpose(code="inspection", zh="执法监督检查", en="Inspection of enforcement", roles=("supervisor", "oversight")),
    Purpose(code="sampling", zh="随机抽查", en="Random sampling", roles=("supervisor", "oversight")),
    Purpose(code="training", zh="培训教学", en="Training", roles=("supervisor", "legal")),
    Purpose(code="equipment", zh="设备检查", en="Checking the equipment", roles=("custodian",)),
)


class Config(Table, frozen=True, kw_only=True):
    """The whole file. `path` is where it was read from."""

    site: Site
    path: Path = Path("mediad.toml")
    http: Http = Http()
    catalog: Catalog = Catalog()
    jobs: Jobs = Jobs()
    keys: Keys = Keys()
    checkpoint: Checkpoint = Checkpoint()
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
    retention: Retention = Retention()
    log: Log = Log()

    @property
    def catalog_url(self) -> str:
        return self.catalog.url or f"sqlite:///{self.site.data_dir / 'catalog.sqlite3'}"

    @property
    def jobs_url(self) -> str:
        return self.jobs.url or f"sqlite:///{self.site.data_dir / 'jobs.sqlite3'}"

    @property
    def checkpoint_files(self) -> tuple[Path, ...]:
        """Where the ledger's newest checkpoint is kept outside of the database."""
        return (self.site.data_dir / "ledger.checkpoint", *self.checkpoint.copies)

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
TABLES: dict[str, type[Table]] = {
    "site": Site,
    "http": Http,
    "catalog": Catalog,
    "jobs": Jobs,
    "keys": Keys,
    "checkpoint": Checkpoint,
    "intake": Intake,
    "recording": Recording,
    "workers": Workers,
    "viewing": Viewing,
    "sessions": Sessions,
    "items": Items,
    "cases": Cases,
    "retention": Retention,
    "log": Log,
}
LISTS: dict[str, type[msgspec.Struct]] = {"bays": Bay, "rooms": Room, "profiles": ProfileSpec, "purposes": Purpose}
# Lists inside the items of a list: "rooms.channels" is written [[rooms.channels]].
NESTED: dict[str, type[Table]] = {"rooms.channels": Channel}
# Tables inside the items of a list: [rooms.alarms] belongs to the room above it.
INNER: dict[str, type[Table]] = {"rooms.alarms": Alarms}

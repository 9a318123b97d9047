"""What the API needs, built by the daemon and handed in whole. Data only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evidence.blobs.store import Blobs
from evidence.clock import Clock
from evidence.ledger_reader import LedgerReader
from evidence.signing import NoteVerifier, SealVerifier
from player.cases.kept_tallies import KeptTallies
from player.cases.rule_book import RuleBook
from player.checks import Checks
from player.door import Door
from player.durable_log import DurableLog
from player.feeds import BayFeed, Broadcaster, JobFeed
from player.kept_absences import KeptAbsences
from player.live import Relays
from player.live_door import LiveDoor
from player.live_feed import LiveFeed
from player.live_window import LiveWindows
from player.metrics import Metrics
from player.off_loop import OffLoop
from player.reels import Packager, Reels
from player.retention.gathering import RetentionRules
from player.retention.kept_terms import KeptTerms
from player.rooms import RoomDesk, RoomFeed
from player.sessions import Sessions
from player.sign_in_gate import SignInGate
from player.site import SiteSettings
from player.slates import SlateDesk
from player.viewing import Viewings
from policy.access import Access
from policy.findings import Rules
from policy.item_list import ItemListText


@dataclass(frozen=True, slots=True)
class Services:
    site: SiteSettings
    clock: Clock
    access: Access
    book: RuleBook  # what must be recorded in full, and how: the item lists that were in force
    items_file: ItemListText | None  # the list that the configuration names
    retention: RetentionRules  # how long it is kept
    sessions: Sessions
    log: DurableLog
    ledger: LedgerReader
    seal_verifier: SealVerifier
    note_verifier: NoteVerifier
    blobs: Blobs
    off_loop: OffLoop
    checks: Checks
    absences: KeptAbsences  # what is missing of devices
    tallies: KeptTallies  # what judged cases add up to
    tallying: OffLoop  # one thread: cases are judged one after the other
    terms: KeptTerms  # how long everything is kept
    keeping: OffLoop  # one thread: who asks for the overview waits for who asked before
    sign_in: SignInGate  # its own small pool: argon2 must not starve the queries
    reels: Reels
    viewings: Viewings
    door: Door
    live_door: LiveDoor
    relays: Relays
    live: LiveFeed
    windows: LiveWindows
    packager: Packager
    bays: BayFeed
    jobs: JobFeed
    rooms: RoomFeed
    desk: RoomDesk
    slates: SlateDesk
    events: Broadcaster
    metrics: Metrics
    health: Callable[[], tuple[str, str] | None]  # (failing part, why) as the daemon sees it; None: all is well
    static: Path  # the built UI

    # The ledger entry up to which recordings were looked at for their devices' clocks; None where nobody looks.
    measured_to: Callable[[], int] | None = None

    @property
    def rules(self) -> Rules:
        """What cases are judged by now."""
        return self.book.current()

"""Ten thousand small files in one bay of the running daemon: photos and short films, every one another.

Counted from the moment the folder lies in the bay until the bay says that it is safe to undock. Thumbnails and
hashes are made meanwhile, as on a site.
"""

from __future__ import annotations

import struct
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.daemon import Person, add_person, make_site, serving
from bench.figures import Figure
from evidence.media.specimens import make

_N_FILES = 10_000
# Every so many files one is a film; the others are photos.
_FILM_EVERY = 10
_GIVE_UP_S = 1_800.0


def measure(n_files: int = _N_FILES) -> list[Figure]:
    """All figures of this file; up to a few minutes and 1 GB in the working directory."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=Path.cwd() / "bench/out") as name:
        place = Path(name)
        config = make_site(place / "site")
        add_person(config, "keeper", "custodian")
        _fill(place / "card", n_files)
        with serving(config) as port:
            person = Person(port)
            person.sign_in("keeper")
            spent = _dock(place / "card", place / "site" / "bays" / "1", person, n_files)
    each = f"{n_files:,} files, one in {_FILM_EVERY} a film of a second"
    slower = spent.second_half_s / spent.first_half_s
    return [
        Figure("A bay of small files: per file", "ms", "—", 1e3 * spent.wall_s / n_files, note=each),
        Figure("The same: processor time of the daemon", "ms", "—", 1e3 * spent.daemon_s / n_files),
        Figure("The same: of the media workers", "ms", "—", 1e3 * spent.workers_s / n_files,
               note="thumbnails and hashes included"),
        Figure("The same: second half / first half", "s", "≤ 1.25", spent.second_half_s, spent.first_half_s, slower,
               slower <= 1.25),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Spent:
    wall_s: float
    first_half_s: float
    daemon_s: float  # processor time
    workers_s: float

    @property
    def second_half_s(self) -> float:
        return self.wall_s - self.first_half_s


def _fill(card: Path, n_files: int) -> None:
    """Folders of a hundred, as cameras make them."""
    card.mkdir()
    photo = make("photo", card / "photo.jpg", width=640, height=360).read_bytes()
    film = make("mp4", card / "film.mp4", seconds=1, width=320, height=180).read_bytes()
    for name in ("photo.jpg", "film.mp4"):
        (card / name).unlink()
    for number in range(n_files):
        folder = card / "DCIM" / f"{number // 100 + 100}MEDIA"
        folder.mkdir(parents=True, exist_ok=True)
        path, data = (
            (folder / f"DSJ4A017_{number:05}.mp4", film + struct.pack(">I4sQ", 16, b"free", number))
            if number % _FILM_EVERY == 0
            else (folder / f"DSJ4A017_{number:05}.jpg", _with_comment(photo, number))
        )
        path.write_bytes(data)


def _with_comment(photo: bytes, number: int) -> bytes:
    """A COM segment behind the SOI marker: another file, the same picture (ITU-T T.81 §B.2.4.5)."""
    return photo[:2] + struct.pack(">HHQ", 0xFFFE, 10, number) + photo[2:]


def _dock(card: Path, bay: Path, person: Person, n_files: int) -> _Spent:
    daemon = _daemon()
    before = _processor_s(daemon)
    began_s = time.monotonic()
    (card / "DCIM").rename(bay / "DCIM")
    half_s = 0.0
    for state, n_done in _followed(person):
        now_s = time.monotonic() - began_s
        if not half_s and n_done >= n_files // 2:
            half_s = now_s
        if n_done == n_files and state == "safe":
            break
        if now_s > _GIVE_UP_S:
            raise RuntimeError(f"{n_done} of {n_files} files after {now_s:.0f} s")
    after = _processor_s(daemon)
    return _Spent(time.monotonic() - began_s, half_s, after[0] - before[0], after[1] - before[1])


def _followed(person: Person) -> Iterator[tuple[str, int]]:
    while True:
        (bay,) = person.ask("GET", "/api/v1/bays")["bays"]
        yield bay["state"], bay["files_done"]
        time.sleep(0.1)


def _daemon() -> psutil.Process:
    return next(each for each in psutil.Process().children() if "serve" in each.cmdline())


def _processor_s(daemon: psutil.Process) -> tuple[float, float]:
    """(of the daemon, of its media workers), without those that ended."""
    own = daemon.cpu_times()
    workers = [each.cpu_times() for each in daemon.children(recursive=True)]
    return own.user + own.system, sum(each.user + each.system for each in workers)

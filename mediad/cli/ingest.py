"""`mediad ingest`: take in files without a dock, by the same steps. Works beside a running daemon."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click

from evidence.catalog.attempts import AttemptState
from evidence.clock import Clock, SystemClock
from evidence.errors import MediadError, NotFound, SourceRefused, StoreUnavailable
from ingest.device_files import DeviceFile, DeviceFolder
from ingest.identify import BayAssignment
from ingest.intake import Intake
from ingest.reentry import Reentry
from ingest.sealing import BayTerms
from ingest.sidecars import Bundle, bundle
from mediad.cli.output import print_json, progress_of
from mediad.cli.root import config_option, json_option
from mediad.config import Config, load
from mediad.intake_parts import bay_config, make_intake, make_workers
from mediad.scratch import held_scratch
from mediad.store import open_store

# What does not lie in a configured bay is recorded as coming from here, with its path from the root.
_BAY = "command-line"
_ROOT = DeviceFolder(b"/")

Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Place:
    """A bundle, the folder that its paths count from, and what the site says about it."""

    item: Bundle
    folder: DeviceFolder
    terms: BayTerms


@click.command()
@config_option
@json_option
@click.option("--officer", default=None, help="Officer of files whose names do not say.")
@click.option("--device", default=None, help="Device of files whose names do not say.")
@click.option("--unit", default=None, help="Unit of the footage. Default: the site's.")
@click.option("--unnamed", "from_store", is_flag=True, help="Deal with the blobs that nothing names; no PATHS then.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
def ingest(
    config_path: Path,
    as_json: bool,
    officer: str | None,
    device: str | None,
    unit: str | None,
    from_store: bool,
    paths: tuple[Path, ...],
) -> None:
    """Take in files and whole folders: copy, check, index and seal them as a dock does.

    The files stay where they are, unless they lie in a bay that the site clears. What is in the site already is
    not stored twice. Thumbnails and viewing copies are made by the daemon when it runs.

    With --unnamed: recordings that are in the blob store, sealed, and whose entries were lost with a database are
    entered again as they were sealed. Of the other blobs that nothing names it says what can be done; it removes none.
    """
    if from_store == bool(paths) or (from_store and (officer or device or unit)):
        raise click.UsageError("Name files, or say --unnamed and nothing else.")
    config, clock = load(config_path), SystemClock()
    if from_store:
        results = _enter_again(config, clock)
    else:
        terms = BayTerms(_BAY, BayAssignment(device=device, officer=officer, unit=unit or config.site.unit))
        places, results = _gather(config, paths, terms)
        results += _take_all(config, clock, places)
    if as_json:
        print_json({"results": results})
    else:
        for result in results:
            click.echo(_line(result))
    unwell = any(result["state"] in ("failed", "refused") for result in results)
    click.get_current_context().exit(1 if unwell else 0)


def _enter_again(config: Config, clock: Clock) -> list[Result]:
    with open_store(config) as store:
        reentry = Reentry(store.engine, store.blobs, store.ledger, store.seal_verifier, clock)
        return [asdict(dealt) | {"path": str(store.blobs.path(dealt.digest))} for dealt in reentry.run()]


def _gather(config: Config, paths: Sequence[Path], outside: BayTerms) -> tuple[list[_Place], list[Result]]:
    """What is to be taken in, and what was refused on sight."""
    places: list[_Place] = []
    refused: list[Result] = []
    for path in paths:
        whole = Path(os.path.realpath(path.parent), path.name) if path.name not in ("", "..") else path.resolve()
        bay = next((bay for bay in config.bays if whole.is_relative_to(os.path.realpath(bay.path))), None)
        if bay is None:
            folder, below, terms = _ROOT, os.fsencode(whole)[1:], outside
        else:
            settings = bay_config(bay, config.site, config.intake.ignore)
            folder, terms = DeviceFolder(os.fsencode(os.path.realpath(bay.path))), settings.terms
            below = os.fsencode(whole)[len(folder.root) + 1 :]
        files = list(_files(whole, folder, below, refused))
        places += [_Place(item, folder, terms) for item in bundle(files)]
    return places, refused


def _files(whole: Path, folder: DeviceFolder, below: bytes, refused: list[Result]) -> Iterator[DeviceFile]:
    """The regular files at a path, their paths counted from `folder`."""
    if not os.path.lexists(whole):
        raise NotFound(f"There is nothing at {whole}.")
    if whole.is_dir() and not whole.is_symlink():
        scan = DeviceFolder(os.fsencode(whole)).scan()
        prefix = below + b"/" if below else b""
        refused += [_refusal(os.fsdecode(prefix + each.path), each.reason) for each in scan.refused]
        for file in scan.files:
            yield replace(file, path=prefix + file.path)
        return
    try:
        yield folder.find(below)
    except SourceRefused as error:
        refused.append(_refusal(str(whole), error.message))


def _refusal(path: str, reason: str) -> Result:
    return {"path": path, "state": "refused", "code": SourceRefused.code, "reason": reason}


def _take_all(config: Config, clock: Clock, places: Sequence[_Place]) -> list[Result]:
    total = sum(file.size_bytes for place in places for file in place.item.files)
    with (
        open_store(config) as store,
        held_scratch(config.scratch_dir) as scratch,
        progress_of("Taking in", total, clock, bytes_wise=True) as advance,
    ):
        workers = make_workers(config.workers, clock)
        try:
            intake = make_intake(store, workers, clock, scratch)
            return [_take(intake, place, advance) for place in places]
        finally:
            workers.close()


def _take(intake: Intake, place: _Place, advance: Callable[[int], None]) -> Result:
    """One bundle; what goes wrong with it is its result. Raises StoreUnavailable: the next would fail too."""
    read: dict[bytes, int] = {}

    def progress(_stage: AttemptState, file: DeviceFile, n_bytes: int) -> None:
        advance(n_bytes - read.get(file.path, 0))
        read[file.path] = n_bytes

    answer: Result = {"path": place.item.main.text, "size_bytes": place.item.main.size_bytes}
    try:
        outcome = intake.take(place.item, place.folder, place.terms, progress)
    except StoreUnavailable:
        raise
    except MediadError as error:
        return answer | {"state": "failed", "code": error.code, "reason": str(error)}
    return answer | {
        "state": outcome.state,
        "recording": outcome.recording,
        "original": outcome.original,
        "sidecars": [file.text for file in place.item.sidecars],
        "playback_reason": outcome.playback_reason,
    }


def _line(result: Result) -> str:
    if result["state"] in ("failed", "refused", "left"):
        kind = f" ({result['looks_like']})" if result.get("looks_like") else ""
        return f"{result['state']:<9} {result['path']}{kind}: {result['reason']}"
    note = f"  ({result['playback_reason']})" if result.get("playback_reason") else ""
    return f"{result['state']:<9} {result['recording']}  {result['path']}{note}"

"""Makes the demonstration's files, in processes of its own: encoding does not belong into the daemon."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from evidence.media import damage, specimens
from mediad.demo.shift import ZONE, Clip, file_name


@dataclass(frozen=True, slots=True)
class DeviceFile:
    """A finished file, and where on the camera's card it lies."""

    bay: str
    made: Path
    card_path: str


def make_all(
    clips: tuple[Clip, ...], folder: Path, end_of_shift: datetime, *, fast: bool, done: Callable[[DeviceFile], None]
) -> tuple[DeviceFile, ...]:
    """Encode all clips into `folder`; `done` hears each. Sidecars follow their recordings."""
    folder.mkdir(parents=True, exist_ok=True)
    made: list[DeviceFile] = []
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=os.cpu_count(), mp_context=context) as pool:
        work = [
            (clip, number, pool.submit(_make, clip, number, folder, end_of_shift, fast))
            for number, clip in enumerate(clips, start=1)
        ]
        for clip, _number, future in work:
            path = future.result()
            file = DeviceFile(clip.bay, path, f"{clip.folder}/{path.name}" if clip.folder else path.name)
            made.append(file)
            done(file)
            if clip.gps:
                made.append(_track(clip, path, end_of_shift))
    return tuple(made)


def _make(clip: Clip, number: int, folder: Path, end_of_shift: datetime, fast: bool) -> Path:
    began = end_of_shift - clip.began
    path = folder / file_name(clip, number, end_of_shift, specimens.suffix(clip.kind))
    size = {"width": 320, "height": 180} if fast else {"width": 1280, "height": 720}
    whole = path.with_name(f"whole-{path.name}") if clip.cut_off else path
    specimens.make(
        clip.kind,
        whole,
        seconds=clip.seconds,
        start=began.astimezone(ZONE),
        device=clip.device,
        officer=clip.device,
        **size,
    )
    if clip.cut_off:
        damage.cut_off(whole, path)
        whole.unlink()
    _touch(path, began + timedelta(seconds=clip.seconds))
    return path


def _track(clip: Clip, recording: Path, end_of_shift: datetime) -> DeviceFile:
    """A GPS track beside the recording: one point a second along a river bank."""
    began = end_of_shift - clip.began
    points = "".join(
        f'<trkpt lat="{30.5 + second * 1e-5:.5f}" lon="{114.3 + second * 2e-5:.5f}">'
        f"<time>{(began + timedelta(seconds=second)).strftime('%Y-%m-%dT%H:%M:%SZ')}</time></trkpt>"
        for second in range(int(clip.seconds))
    )
    path = recording.with_suffix(".gpx")
    path.write_text(
        '<?xml version="1.0"?><gpx version="1.1" creator="demo" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<trk><trkseg>{points}</trkseg></trk></gpx>\n",
        encoding="utf-8",
    )
    _touch(path, began + timedelta(seconds=clip.seconds))
    return DeviceFile(clip.bay, path, path.name)


def _touch(path: Path, moment: datetime) -> None:
    """Cameras write files while they record, not when they are docked."""
    os.utime(path, (moment.timestamp(), moment.timestamp()))

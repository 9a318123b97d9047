"""Files of a recorder that nobody can read while they grow: taken in whole, by the ordinary intake, once finished."""

from __future__ import annotations

import os
from pathlib import Path

import structlog

from evidence.clock import Clock
from evidence.errors import MediadError
from ingest.completeness import Sighting, is_complete, writer_of
from ingest.device_files import DeviceFile, DeviceFolder
from ingest.identify import BayAssignment
from ingest.intake import Intake
from ingest.recorders.channel_state import ChannelTerms
from ingest.sealing import BayTerms
from ingest.sidecars import Bundle

_log = structlog.get_logger()


class WholeFiles:
    """Of one channel; used from its thread."""

    def __init__(self, terms: ChannelTerms, folder: Path, intake: Intake, settle_s: float, clock: Clock) -> None:
        self._folder = DeviceFolder(os.fsencode(folder))
        self._bay = BayTerms(terms.id, BayAssignment(device=terms.id, unit=terms.unit))
        self._intake, self._settle_s, self._clock = intake, settle_s, clock
        self._waiting: dict[bytes, Sighting | None] = {}

    def expect(self, path: Path) -> None:
        """A file of the folder that is to be taken in when it is finished."""
        self._waiting[os.fsencode(path.name)] = None

    def look(self) -> None:
        """Take in what is finished by now. What fails is logged, and tried again at the next look."""
        if not self._waiting:
            return
        try:
            files = {file.path: file for file in self._folder.scan().files}
            for path in list(self._waiting):
                file = files.get(path)
                if file is None:
                    del self._waiting[path]
                elif self._is_complete(file):
                    self._take(file)
                    del self._waiting[path]
        except MediadError as error:
            _log.warning("file not taken in", action="intake.failed", bay=self._bay.name, reason=str(error))

    def _is_complete(self, file: DeviceFile) -> bool:
        now_s = self._clock.monotonic_s()
        before = self._waiting[file.path]
        if before is None or before.file != file:
            before = self._waiting[file.path] = Sighting(file, now_s)
        return is_complete(
            before,
            now_s=now_s,
            wall=self._clock.now(),
            settle_s=self._settle_s,
            writer=writer_of(self._folder, file),
        )

    def _take(self, file: DeviceFile) -> None:
        self._intake.notice((file,), (), self._bay)
        outcome = self._intake.take(Bundle(file), self._folder, self._bay, lambda *_: None)
        _log.info("file taken in", action=f"recording.{outcome.state}", bay=self._bay.name, recording=outcome.recording)

"""The sound of a viewing copy: decoded, kept in step with the pictures, encoded as AAC. Runs in a worker process."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.container import OutputContainer

from evidence.media.footage import blame_footage

# Sampling rates that AAC knows (ISO/IEC 14496-3 table 1.18); others are resampled.
_AAC_RATES = frozenset((8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000))
_FALLBACK_RATE = 48_000
_FRAME = 1024
# Sound may stand this far from its time before silence is put in or samples are taken out.
_TOLERANCE_S = Fraction(1, 20)
# A step back of more than this is a clock that was set; sound goes on from where it is.
_JUMP_S = 1
_MAX_BITS_PER_SAMPLE = 6  # what an AAC frame may hold per channel
_BIT_RATE = 64_000  # per channel


class CopiedSound:
    """Takes packets of one stream, writes to one stream of the copy."""

    def __init__(self, source: Any, target: OutputContainer, zero_s: Fraction) -> None:
        context = source.codec_context
        self._zero_s = zero_s
        self._target = target
        self._rate = context.sample_rate if context.sample_rate in _AAC_RATES else _FALLBACK_RATE
        layout = "mono" if context.layout.nb_channels == 1 else "stereo"
        self._resampler = AudioResampler(format="fltp", layout=layout, rate=self._rate)
        self._stream: Any = target.add_stream("aac", rate=self._rate)
        self._stream.codec_context.layout = layout
        channels = 1 if layout == "mono" else 2
        self._stream.codec_context.bit_rate = channels * min(_BIT_RATE, _MAX_BITS_PER_SAMPLE * self._rate)
        self._layout, self._channels = layout, channels
        self._rest = np.zeros((channels, 0), np.float32)
        self._written = 0  # samples handed to the encoder
        self._shift_s = Fraction(0)
        self.errors = 0

    def take(self, packet: Any) -> None:
        try:
            frames = packet.decode()
        except av.FFmpegError as error:
            blame_footage(error)
            self.errors += 1
            return
        for frame in frames:
            time_s = None if frame.pts is None else frame.pts * frame.time_base
            frame.pts = None
            pieces = [plain.to_ndarray() for plain in self._resampler.resample(frame)]
            if pieces:
                self._add(np.concatenate(pieces, axis=1), time_s)

    def finish(self) -> None:
        """Write what is left and flush the encoder."""
        if self._rest.shape[1]:
            self._write(self._rest)
        self._target.mux(self._stream.encode(None))

    def _add(self, samples: Any, time_s: Fraction | None) -> None:
        have = self._written + self._rest.shape[1]
        if time_s is not None:
            late = self._late_by(time_s, have)
            if late > 0:
                samples = np.concatenate((np.zeros((self._channels, late), np.float32), samples), axis=1)
            elif late < 0:
                samples = samples[:, -late:]
        self._rest = np.concatenate((self._rest, samples), axis=1)
        whole = self._rest.shape[1] // _FRAME * _FRAME
        for first in range(0, whole, _FRAME):
            self._write(self._rest[:, first : first + _FRAME])
        self._rest = self._rest[:, whole:]

    def _late_by(self, time_s: Fraction, have: int) -> int:
        """Samples of silence (positive) that are missing before this sound, or samples that are too many."""
        off_s = time_s - self._zero_s + self._shift_s - Fraction(have, self._rate)
        # At the start every sample counts: sound from before the first picture has no place in the copy.
        if have and abs(off_s) <= _TOLERANCE_S:
            return 0
        if have and off_s < -_JUMP_S:
            self._shift_s -= off_s
            return 0
        return round(off_s * self._rate)

    def _write(self, samples: Any) -> None:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=self._layout)
        frame.sample_rate, frame.time_base, frame.pts = self._rate, Fraction(1, self._rate), self._written
        self._written += samples.shape[1]
        self._target.mux(self._stream.encode(frame))

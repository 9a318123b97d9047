"""Turns sound that browsers do not play into FLAC: decodes access units, encodes the same samples losslessly.

Runs in a worker process. Linear PCM up to 24 bit and G.711 survive bit for bit; codecs that decode to floating point
(AMR, MP3) are rounded to 16 bit.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.audio.resampler import AudioResampler

from evidence.errors import MediaUnreadable
from evidence.media.footage import blame_footage

# Decoders with memory need a run-up until their output is what it is in an unbroken run: the bit reservoir of MP3
# reaches back nine frames at most (ISO/IEC 11172-3 §2.4.3.4); speech codecs settle within half a second.
_RUN_UP_UNITS = {"mp3": 12, "amr_nb": 25, "amr_wb": 25}
_RUN_UP_OTHER = 4
# What browsers play inside MP4 as it is.
PLAYABLE = frozenset(("aac", "flac", "opus"))


def run_up(codec: str) -> int:
    """Access units to decode before the first wanted one; 0 for sound without memory."""
    return 0 if codec.startswith("pcm_") else _RUN_UP_UNITS.get(codec, _RUN_UP_OTHER)


# Decoders whose memory survives a flush; a new one is needed to start from nothing.
_UNFLUSHABLE = ("amrnb", "amrwb", "g722")


class Sound:
    """Decodes one stream and feeds one FLAC stream of a muxer. Encode only after the muxer's `start_encoding`."""

    def __init__(self, source: Any, container: Any) -> None:
        decoder = source.codec_context
        if decoder is None or not decoder.format or not decoder.sample_rate or not decoder.layout.nb_channels:
            raise MediaUnreadable("The sound cannot be decoded: nothing tells how.")
        self._decoder = _fresh(decoder)
        self._format = "s32" if self._decoder.format.name.startswith(("s32", "s64")) else "s16"
        self.rate: int = self._decoder.sample_rate
        self.stream = container.add_stream("flac", rate=self.rate)
        self.stream.codec_context.layout = self._decoder.layout
        self.stream.codec_context.format = self._format
        self.stream.codec_context.time_base = Fraction(1, self.rate)

    def encode(self, units: list[bytes], skip: int, start: int, unit_samples: list[int]) -> list[Any]:
        """FLAC packets of the units after the first `skip`, the first sample at `start` (ticks of 1 / rate).

        A unit that cannot be decoded becomes silence of its length in `unit_samples`: sound stays in time.
        """
        samples = self._decode(units, skip, unit_samples)
        size = self.stream.codec_context.frame_size
        packets: list[Any] = []
        for first in range(0, len(samples), size):
            packets += self.stream.encode(self._frame(samples[first : first + size], first))
        packets += self.stream.encode(None)
        return [self._clean(packet, start) for packet in packets]

    def _decode(self, units: list[bytes], skip: int, unit_samples: list[int]) -> Any:
        """Samples as an array of shape (n, channels)."""
        channels = self._decoder.layout.nb_channels
        resampler = AudioResampler(format=self._format, layout=self._decoder.layout, rate=self.rate)
        dtype = np.int32 if self._format == "s32" else np.int16
        pieces: list[Any] = [np.zeros((0, channels), dtype)]
        self._decoder.flush_buffers()
        for number, (unit, length) in enumerate(zip(units, unit_samples, strict=True)):
            try:
                frames = self._decoder.decode(av.Packet(unit))
            except av.FFmpegError as error:
                blame_footage(error)
                frames, silence = [], np.zeros((length, channels), dtype)
                pieces += [silence] if number >= skip else []
            if number < skip:
                continue
            for frame in frames:
                frame.pts = None
                for plain in [frame] if frame.format.name == self._format else resampler.resample(frame):
                    pieces.append(plain.to_ndarray().reshape(-1, channels))
        self._decoder.flush_buffers()
        return np.concatenate(pieces)

    def _frame(self, samples: Any, at: int) -> Any:
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples).reshape(1, -1), format=self._format, layout=self._decoder.layout.name
        )
        frame.sample_rate, frame.time_base, frame.pts = self.rate, Fraction(1, self.rate), at
        return frame

    def _clean(self, packet: Any, start: int) -> Any:
        """The packet without side data: the encoder's last words would change the init segment."""
        clean: Any = av.Packet(bytes(packet))
        clean.stream, clean.time_base = self.stream, Fraction(1, self.rate)
        clean.pts = clean.dts = int(packet.pts * packet.time_base * self.rate) + start
        clean.duration, clean.is_keyframe = packet.duration, True
        return clean


def _fresh(decoder: Any) -> Any:
    """The decoder itself, or a new one with the same set-up where a flush does not forget everything."""
    if decoder.name not in _UNFLUSHABLE:
        return decoder
    new: Any = av.CodecContext.create(decoder.name, "r")
    new.sample_rate, new.layout = decoder.sample_rate, decoder.layout
    if decoder.extradata:
        new.extradata = decoder.extradata
    new.open()
    return new

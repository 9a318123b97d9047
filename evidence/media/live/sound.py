"""The sound of a live source as access units of an MP4 track: AAC and Opus as they come, everything else as FLAC.

Times count samples: a coarse or trembling clock is smoothed as long as it stays near the count, and followed where it
does not (then sound is missing, and the hole stays).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

import av
from av.audio.resampler import AudioResampler

from evidence.media import adts
from evidence.media.esd import AccessUnits
from evidence.media.live.units import Unit

_OPUS_RATE = 48_000
_TREMBLE_MS = 40


class SoundTrack:
    """Reads one audio stream. Number 1; ticks are samples."""

    def __init__(self, stream: Any) -> None:
        context = stream.codec_context
        self.source_codec: str = context.name
        self._stream = stream
        self._decoder = context
        self._base: Fraction = stream.time_base
        self.rate: int = _OPUS_RATE if self.source_codec == "opus" else context.sample_rate
        self.channels: int = context.layout.nb_channels
        self._flac = None if self.source_codec in ("aac", "opus", "flac") else _Flac(context)
        self.codec = "flac" if self._flac else self.source_codec
        self._config = bytes(context.extradata or b"")
        if self.codec == "opus" and not self._config:
            self._config = _opus_head(self.channels, self.rate)
        self._next: int | None = None  # where the next block begins, by counting

    @property
    def config(self) -> bytes:
        """The decoder set-up."""
        return self._flac.config if self._flac else self._config

    @property
    def ready(self) -> bool:
        """Is the decoder set-up known? ADTS tells it with the first packet."""
        return self.codec != "aac" or bool(self._config)

    def learn(self, packet: Any) -> None:
        """Take the decoder set-up from a packet, where the stream did not tell."""
        data = bytes(packet)
        if not self.ready and adts.is_framed(data):
            self._config = adts.audio_specific_config(data)

    def units(self, packet: Any, zero: int) -> Iterator[Unit]:
        """The access units of a packet in media time; `zero`: the source's own time of media time 0, in ticks.

        What was heard before the first picture is left out.
        """
        self.learn(packet)
        time = packet.pts if packet.pts is not None else packet.dts
        at = None if time is None else int(time * self._base * self.rate) - zero
        if self._next is None:
            if at is None or at < 0:
                return
            self._next = at
        elif at is not None and abs(at - self._next - self._held) > self.rate * _TREMBLE_MS // 1000:
            yield from self.flush()
            self._next = max(self._next, at)
        yield from self._placed(self._blocks(packet))

    def flush(self) -> Iterator[Unit]:
        """What the encoder still holds."""
        if self._flac and self._next is not None:
            yield from self._placed(self._flac.flush())

    def restart(self) -> None:
        """Media time begins anew."""
        self._next = None

    def new_units(self) -> AccessUnits:
        """For the configuration's digest."""
        return AccessUnits(self.codec, self.config)

    def add_to(self, muxer: Any) -> None:
        """Describe this track to a muxer."""
        if self._flac:
            self._flac.add_to(muxer)
            return
        track = muxer.add_stream_from_template(self._stream, opaque=True)
        track.codec_context.extradata = self._config
        track.time_base = Fraction(1, self.rate)

    @property
    def _held(self) -> int:
        return self._flac.held if self._flac else 0

    def _placed(self, blocks: Iterable[tuple[bytes, int]]) -> Iterator[Unit]:
        for data, length in blocks:
            start = self._next or 0
            self._next = start + length
            yield Unit(1, data, start, start, length, True, hashlib.sha256(data).digest())

    def _blocks(self, packet: Any) -> Iterator[tuple[bytes, int]]:
        """(bytes, samples) per access unit."""
        if self._flac:
            yield from self._flac.blocks(packet)
            return
        data = adts.unframe(bytes(packet)) if self.codec == "aac" else bytes(packet)
        yield data, self._samples(packet)

    def _samples(self, packet: Any) -> int:
        if packet.duration:
            return int(packet.duration * self._base * self.rate)
        return int(self._decoder.frame_size or 1024)


class _Flac:
    """Decodes a stream and encodes the same samples."""

    def __init__(self, decoder: Any) -> None:
        self._decoder = decoder
        wide = decoder.format is not None and decoder.format.name.startswith(("s32", "s64"))
        self._format = "s32" if wide else "s16"
        self._rate, self._layout = decoder.sample_rate, decoder.layout.name
        self._resampler = AudioResampler(format=self._format, layout=self._layout, rate=self._rate)
        # A block about a picture long: sound is not held back longer than the picture is.
        self._options = {"frame_size": str(max(256, self._rate // 20))}
        self._encoder = self._new_encoder()
        self.config = bytes(self._encoder.extradata)
        self.held = 0  # samples that the encoder has taken and not given back

    def _new_encoder(self) -> Any:
        encoder: Any = av.CodecContext.create("flac", "w")
        encoder.sample_rate, encoder.layout, encoder.format = self._rate, self._layout, self._format
        encoder.time_base = Fraction(1, self._rate)
        encoder.options = self._options
        encoder.open()
        return encoder

    def add_to(self, muxer: Any) -> None:
        # The same options: the file's header says how long a block is, and its digest is in every statement.
        track = muxer.add_stream("flac", rate=self._encoder.sample_rate, options=self._options)
        track.codec_context.layout, track.codec_context.format = self._encoder.layout, self._encoder.format
        track.codec_context.time_base = self._encoder.time_base

    def blocks(self, packet: Any) -> Iterator[tuple[bytes, int]]:
        try:
            frames = self._decoder.decode(packet)
        except av.error.InvalidDataError:
            return  # a damaged block: the times of what follows show the hole
        for frame in frames:
            frame.pts = None
            for plain in self._resampler.resample(frame):
                self.held += plain.samples
                yield from self._given(self._encoder.encode(plain))

    def flush(self) -> Iterator[tuple[bytes, int]]:
        yield from self._given(self._encoder.encode(None))
        # An encoder that was flushed takes nothing more.
        self._encoder, self.held = self._new_encoder(), 0

    def _given(self, packets: Iterable[Any]) -> Iterator[tuple[bytes, int]]:
        for packet in packets:
            length = int(packet.duration)
            self.held = max(0, self.held - length)
            if packet.size:
                yield bytes(packet), length


def _opus_head(channels: int, rate: int) -> bytes:
    """RFC 7845 §5.1: version 1, no pre-skip (a stream is joined in the middle), mapping family 0."""
    return b"OpusHead" + bytes((1, channels)) + (0).to_bytes(2, "little") + rate.to_bytes(4, "little") + bytes(3)

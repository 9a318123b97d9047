"""What FFmpeg says of a file without decoding it: container, streams, tags; and what a photo says of itself.

Runs in a worker process.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import av

from evidence.clock import to_text
from evidence.errors import MediaUnreadable
from evidence.media.esd import AccessUnits
from evidence.records import Kind, MediaIndex

_VIDEO_ENDINGS = (".mp4", ".mov", ".avi", ".ts", ".mts", ".mkv", ".3gp", ".m4v", ".mpg", ".flv", ".dav", ".h264")
_AUDIO_ENDINGS = (".wav", ".mp3", ".m4a", ".aac", ".amr", ".ogg", ".flac", ".wma")
_PHOTO_ENDINGS = (".jpg", ".jpeg")
_CODEC_WORDS = {
    "hevc": "HEVC",
    "mjpeg": "MJPEG",
    "mpeg4": "MPEG-4 part 2",
    "mpeg2video": "MPEG-2",
    "pcm_mulaw": "G.711",
    "pcm_alaw": "G.711",
    "amr_nb": "AMR",
    "amr_wb": "AMR",
    "pcm_s16le": "PCM",
    "pcm_s16be": "PCM",
    "pcm_u8": "PCM",
    "pcm_s24le": "PCM",
    "pcm_s32le": "PCM",
}
_CONTAINER_WORDS = {"mov,mp4,m4a,3gp,3g2,mj2": "MP4", "matroska,webm": "Matroska", "mpegts": "MPEG-TS"}
# Damaged footage may begin with packets that give no picture; this many without one are hopeless.
_PROBED_PACKETS = 300
# The tags worth keeping: device, place and time. Others are free text of unbounded length.
_TAG_LENGTH = 256


@dataclass(frozen=True, slots=True)
class StreamFacts:
    width: int
    height: int
    sample_rate: int
    channels: int
    language: str
    pixel_format: str
    profile: str
    reordered: bool  # pictures are shown in another order than they are stored (B-frames)

    def track_fields(self) -> dict[str, Any]:
        """The fields of records.Track that come from here."""
        names = ("width", "height", "sample_rate", "channels", "language")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Facts:
    container: str
    streams: dict[int, StreamFacts]
    started_at: str | None  # creation_time, RFC 3339 UTC
    tags: tuple[tuple[str, str], ...]


def opened(path: Path) -> Any:
    """The file as FFmpeg sees it, a context manager; for the functions below. MediaUnreadable if it knows no such
    format."""
    try:
        return av.open(str(path))
    except (av.FFmpegError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).rstrip(".")
        raise MediaUnreadable(f"The file cannot be opened as media: {reason}.") from error


def read(container: Any) -> Facts:
    """MediaUnreadable if there is nothing to see or hear."""
    streams = {s.index: _stream(s) for s in container.streams if s.type in ("video", "audio")}
    if not streams:
        raise MediaUnreadable("There is no picture and no sound in this file.")
    tags = tuple((str(k)[:64], str(v)[:_TAG_LENGTH]) for k, v in sorted(container.metadata.items())[:64])
    return Facts(container.format.name, streams, _creation_time(dict(tags)), tags)


def extradata(container: Any) -> dict[int, tuple[str, bytes]]:
    """Codec name and decoder set-up per video and audio stream, by its number."""
    return {
        s.index: (s.codec_context.codec.canonical_name, bytes(s.codec_context.extradata or b""))
        for s in container.streams
        if s.type in ("video", "audio") and s.codec_context is not None
    }


def shows_a_picture(container: Any) -> bool:
    """Whether one picture can be decoded from the beginning of the first video track. Reads on: ask last."""
    stream = container.streams.video[0]
    if stream.codec_context is None:
        return False
    packets = container.demux(stream)
    for _ in range(_PROBED_PACKETS):
        try:
            packet = next(packets, None)
            if packet is None:
                return False
            if packet.decode():
                return True
        except (av.FFmpegError, ValueError):
            continue
    return False


def _stream(stream: Any) -> StreamFacts:
    context = stream.codec_context
    language = str(stream.metadata.get("language", "")).replace("und", "")[:16]
    if context is None:  # a codec that FFmpeg has no name for
        return StreamFacts(0, 0, 0, 0, language, "", "", False)
    video = stream.type == "video"
    return StreamFacts(
        width=context.width if video else 0,
        height=context.height if video else 0,
        sample_rate=0 if video else context.sample_rate or 0,
        channels=0 if video else context.layout.nb_channels,
        language=language,
        pixel_format=(context.pix_fmt or "") if video else "",
        profile=str(context.profile or ""),
        reordered=video and bool(context.has_b_frames),
    )


def _creation_time(tags: dict[str, str]) -> str | None:
    value = tags.get("creation_time") or tags.get("date")
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return _sure(moment)


def _sure(moment: datetime) -> str | None:
    """1904 and 1970 are what clocks without a battery say, the year 9999 what none says; a time without a zone says
    nothing sure."""
    return to_text(moment) if moment.tzinfo and 1990 < moment.year < 9999 else None


def codec_string(codec: str, units: AccessUnits, stream: StreamFacts | None) -> str:
    """RFC 6381; "" where no browser needs one. H.264: profile, constraints and level from the first SPS."""
    if codec == "h264":
        sps = units.first_sps()
        return f"avc1.{sps[1:4].hex()}" if sps else ""
    if codec == "aac":
        kind = units.audio_object_type()
        return f"mp4a.40.{kind}" if kind else "mp4a.40.2"
    if codec == "hevc":
        return units.hevc_string()
    return {"mp3": "mp4a.40.34", "opus": "Opus", "flac": "fLaC"}.get(codec, "")


def codec_words(codec: str) -> str:
    return _CODEC_WORDS.get(codec, codec)


def container_words(container: str) -> str:
    return _CONTAINER_WORDS.get(container, container.split(",")[0].upper())


def kind_by_name(name: str) -> Kind:
    """What an unreadable file was meant to be, from its name."""
    lower = name.lower()
    if lower.endswith(_VIDEO_ENDINGS):
        return "video"
    if lower.endswith(_AUDIO_ENDINGS):
        return "audio"
    return "photo" if lower.endswith(_PHOTO_ENDINGS) else "other"


def is_jpeg(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(3) == b"\xff\xd8\xff"


def photo(path: Path) -> MediaIndex:
    """A JPEG: its size, and what its EXIF block says of device and time."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            width, height = image.size
            exif = image.getexif()
            tags = tuple(
                (name, str(exif[number]).strip("\0 ")[:_TAG_LENGTH])
                for number, name in ((0x010F, "make"), (0x0110, "model"), (0x0132, "datetime"), (0x013B, "artist"))
                if number in exif
            )
            started_at = _photo_time(exif)
            image.draft("RGB", (64, 64))
            image.load()
    except (OSError, UnidentifiedImageError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        return MediaIndex("photo", "jpeg", "none", f"The photo cannot be read: {error}.", 0)
    return MediaIndex(
        "photo",
        "jpeg",
        "image",
        "",
        0,
        container_started_at=started_at,
        container_tags=tags,
        width=width,
        height=height,
    )


def _photo_time(exif: Any) -> str | None:
    """DateTimeOriginal with its OffsetTimeOriginal (Exif 2.32 §4.6.5); without a zone it says nothing sure."""
    inner = exif.get_ifd(0x8769)
    taken, zone = str(inner.get(0x9003, "")).strip("\0 "), str(inner.get(0x9011, "")).strip("\0 ")
    try:
        moment = datetime.strptime(f"{taken} {zone}", "%Y:%m:%d %H:%M:%S %z")
    except ValueError:
        return None
    return _sure(moment)

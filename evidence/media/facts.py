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
    "amrnb": "AMR",
}
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


def _open(path: Path) -> Any:
    try:
        return av.open(str(path))
    except (av.FFmpegError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).rstrip(".")
        raise MediaUnreadable(f"The file cannot be opened as media: {reason}.") from error


def read(path: Path) -> Facts:
    """Open and close the file. MediaUnreadable if FFmpeg knows no such format."""
    with _open(path) as container:
        streams = {s.index: _stream(s) for s in container.streams if s.type in ("video", "audio")}
        if not streams:
            raise MediaUnreadable("There is no picture and no sound in this file.")
        tags = tuple((str(k)[:64], str(v)[:_TAG_LENGTH]) for k, v in sorted(container.metadata.items())[:64])
        return Facts(container.format.name, streams, _creation_time(dict(tags)), tags)


def extradata(path: Path) -> dict[int, tuple[str, bytes]]:
    """Codec name and decoder set-up per video and audio stream, by its number."""
    with _open(path) as container:
        return {
            s.index: (s.codec_context.codec.canonical_name, bytes(s.codec_context.extradata or b""))
            for s in container.streams
            if s.type in ("video", "audio") and s.codec_context is not None
        }


def _stream(stream: Any) -> StreamFacts:
    context = stream.codec_context
    video = stream.type == "video"
    return StreamFacts(
        width=context.width if video else 0,
        height=context.height if video else 0,
        sample_rate=0 if video else context.sample_rate or 0,
        channels=0 if video else context.layout.nb_channels,
        language=str(stream.metadata.get("language", "")).replace("und", "")[:16],
        pixel_format=(context.pix_fmt or "") if video else "",
        profile=str(context.profile or ""),
    )


def _creation_time(tags: dict[str, str]) -> str | None:
    value = tags.get("creation_time") or tags.get("date")
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    # 1904 and 1970 are what clocks without a battery say; a time without a zone says nothing sure.
    return to_text(moment) if moment.tzinfo and moment.year > 1990 else None


def codec_string(codec: str, units: AccessUnits, stream: StreamFacts | None) -> str:
    """RFC 6381; "" where no browser needs one. H.264: profile, constraints and level from the first SPS."""
    if codec == "h264":
        sps = units.first_sps()
        return f"avc1.{sps[1:4].hex()}" if sps else ""
    if codec == "aac":
        kind = units.audio_object_type()
        return f"mp4a.40.{kind}" if kind else "mp4a.40.2"
    return {"hevc": "hvc1", "mp3": "mp4a.40.34", "opus": "Opus", "flac": "fLaC"}.get(codec, "")


def codec_words(codec: str) -> str:
    return _CODEC_WORDS.get(codec, codec)


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
            image.draft("RGB", (64, 64))
            image.load()
    except (OSError, UnidentifiedImageError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        return MediaIndex("photo", "jpeg", "none", f"The photo cannot be read: {error}.", 0)
    return MediaIndex("photo", "jpeg", "image", "", 0, container_tags=tags, width=width, height=height)

"""Init segments of a live source: for its file, and for each track alone. Made by FFmpeg's muxer, then cut down to what
virtual fragments of originals have too (`evidence.media.init`), so that track ids are track number + 1 everywhere.
"""

from __future__ import annotations

import io
from fractions import Fraction
from typing import Any

import av

from evidence.errors import MediaUnreadable
from evidence.media.init import init_segment
from evidence.media.live.picture import TIMESCALE, PictureTrack
from evidence.media.live.sound import SoundTrack

_OPTIONS = {
    "movflags": "empty_moov+default_base_moof+skip_trailer",
    "use_editlist": "0",
    "video_track_timescale": str(TIMESCALE),
    "fflags": "+bitexact",
}


def init_segments(
    picture: PictureTrack, stream: Any, size: tuple[int, int], sound: SoundTrack | None
) -> tuple[bytes, ...]:
    """The file's, then one per track. `size`: width and height in pixels. MediaUnreadable if MP4 cannot hold it."""
    buffer = io.BytesIO()
    try:
        with av.open(buffer, "w", format="mp4", options=_OPTIONS) as muxer:
            _add_picture(muxer, picture, stream, size)
            if sound is not None:
                sound.add_to(muxer)
            muxer.start_encoding()
    except (av.FFmpegError, ValueError) as error:
        raise MediaUnreadable(f"MP4 cannot hold this source ({picture.codec}).") from error
    data = buffer.getvalue()
    tracks = (0,) if sound is None else (0, 1)
    return init_segment(data, len(data), tracks), *(init_segment(data, len(data), (track,)) for track in tracks)


def _add_picture(muxer: Any, picture: PictureTrack, stream: Any, size: tuple[int, int]) -> None:
    track = muxer.add_stream_from_template(stream, opaque=True)
    track.codec_context.extradata = picture.extradata or None
    track.codec_context.width, track.codec_context.height = size
    track.time_base = Fraction(1, TIMESCALE)
    if picture.codec == "hevc":
        # Safari refuses FFmpeg's default, hev1.
        track.codec_context.codec_tag = "hvc1"

"""The recorder's process: GStreamer's RTSP server. Runs under Debian's Python, imports nothing of the project.

`/usr/bin/python3 rtsp_server.py '[{"path": "/front", …}, …]'` prints `{"port": n, "guarded": m}` when it listens on
loopback (m: for the mounts with a password), then obeys one JSON line at a time from standard input, such as
`{"path": "/front", "do": "black", "on": true}`, and answers `ok`.

A third argument is the port to listen on, so that a recorder that is started again has the address it had.

A mount: path, video (h264 | h265), audio (aac | alaw | mulaw | none), width, height, fps, gop (pictures), kbit,
file (an MP4 to be replayed in real time instead of a made picture), user, password, clock_s (what its RTCP reports say
it is when it is switched on, seconds since 1970; the server's own time if it is left out).

Faults: black, frozen, silent (on / off); drop and stall (no pictures, neither pictures nor sound, while on); reset
(connections are cut); size (width, height: another format from now on); skew (ms: the picture's clock is wrong).

The picture carries the time in milliseconds as 32 black and white blocks, most significant bit first, in its top
row; and stripes that move.
"""

from __future__ import annotations

import json
import sys
import threading
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
gi.require_version("GstRtsp", "1.0")
from gi.repository import GLib, GObject, Gst, GstRtsp, GstRtspServer  # noqa: E402

BITS = 32
NTP_S = 2_208_988_800  # from 1900 to 1970
BLACK, WHITE, GREY = 16, 235, 128


class Picture:
    """I420 pictures of one size."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._block = width // BITS
        self._stripes = bytes(60 + (x * 130 // width) for x in range(width)) * 2
        # A fixed grain, so that no two places of the picture are alike and black is told from dark.
        self._grain = bytes((x * 7919 % 23) for x in range(width))
        self._chroma = bytes([GREY - 12]) * (width * height // 4) + bytes([GREY + 9]) * (width * height // 4)
        self._tail = bytes(width - self._block * BITS)

    def at(self, milliseconds: int, number: int) -> bytes:
        bits = milliseconds & 0xFFFFFFFF
        clock = b"".join(bytes([WHITE if bits >> (BITS - 1 - n) & 1 else BLACK]) * self._block for n in range(BITS))
        row = (clock + self._tail) * self._block
        shift = number * 8 % self.width
        scene = self._stripes[shift : shift + self.width] * (self.height - self._block)
        return row + scene + self._chroma

    def black(self) -> bytes:
        return bytes([BLACK]) * (self.width * self.height) + bytes([GREY]) * (self.width * self.height // 2)


class Camera:
    """One mount: its settings, its faults, and the thread that makes its pictures."""

    def __init__(self, mount: dict) -> None:
        self.mount = mount
        self.faults: dict[str, object] = {}
        self.size = (mount.get("width", 640), mount.get("height", 360))
        self.fps = mount.get("fps", 25)
        self.volume = None
        self.clock = _clock(mount["clock_s"]) if "clock_s" in mount else None
        self._source = None
        self._running = threading.Event()

    def launch(self) -> str:
        kbit, gop = self.mount.get("kbit", 1000), self.mount.get("gop", 2 * self.fps)
        if self.mount.get("file"):
            return self._replay(self.mount["file"])
        encoder = {
            "h264": f"x264enc tune=zerolatency speed-preset=ultrafast bitrate={kbit} key-int-max={gop}"
            " ! video/x-h264,profile=constrained-baseline,alignment=au ! rtph264pay name=pay0 pt=96",
            "h265": f"x265enc tune=zerolatency speed-preset=ultrafast bitrate={kbit} key-int-max={gop}"
            " ! rtph265pay name=pay0 pt=96",
        }[self.mount.get("video", "h264")]
        source = "appsrc name=pictures is-live=true format=time stream-type=seekable do-timestamp=true"
        picture = f"{source} max-bytes=20000000 ! {encoder}"
        return f"( {picture} {self._sound()} )"

    def _sound(self) -> str:
        codec = self.mount.get("audio", "none")
        if codec == "none":
            return ""
        rate = self.mount.get("rate", 48000 if codec == "aac" else 8000)
        encoder = {
            "aac": "avenc_aac bitrate=64000 ! rtpmp4gpay name=pay1 pt=97",
            "alaw": "alawenc ! rtppcmapay name=pay1 pt=8",
            "mulaw": "mulawenc ! rtppcmupay name=pay1 pt=0",
        }[codec]
        return (
            "audiotestsrc is-live=true wave=pink-noise volume=0.2 ! volume name=volume"
            f" ! audioconvert ! audio/x-raw,rate={rate},channels=1 ! {encoder}"
        )

    def _replay(self, path: str) -> str:
        chain = (
            f'( filesrc location="{path}" ! qtdemux name=d d.video_0 ! queue ! h264parse ! video/x-h264,alignment=au'
        )
        return chain + " ! rtph264pay name=pay0 pt=96 )"

    def configured(self, element) -> None:
        """A viewer is there: begin to make pictures."""
        self.volume = element.get_by_name("volume")
        if self.clock is not None:
            element.get_parent().connect("element-added", _tell_clock)
        source = element.get_by_name("pictures")
        if source is not None:
            self._source = source
            source.set_property("caps", self._caps())
            # Players ask to play "from 0", which the sound's source takes for a seek: it must be refused by none.
            source.connect("seek-data", lambda _source, _place: True)
            self._running = threading.Event()
            self._running.set()
            threading.Thread(target=self._make, args=(source, self._running), daemon=True).start()
        self._apply_sound()

    def stopped(self) -> None:
        self._running.clear()

    def set(self, fault: str, value: object) -> None:
        self.faults[fault] = value
        if fault == "size":
            self.size = tuple(value)
        self._apply_sound()

    def _apply_sound(self) -> None:
        if self.volume is not None:
            self.volume.set_property("mute", bool(self.faults.get("silent") or self.faults.get("stall")))

    def _caps(self):
        width, height = self.size
        return Gst.Caps.from_string(f"video/x-raw,format=I420,width={width},height={height},framerate={self.fps}/1")

    def _make(self, source, running: threading.Event) -> None:
        picture, number, data = Picture(*self.size), 0, b""
        due = time.monotonic()
        while running.is_set():
            due += 1 / self.fps
            time.sleep(max(0.0, due - time.monotonic()))
            if (picture.width, picture.height) != self.size:
                picture, data = Picture(*self.size), b""
                source.set_property("caps", self._caps())
            if self.faults.get("stall") or self.faults.get("drop"):
                continue
            if self.faults.get("black"):
                data = picture.black()
            elif not (self.faults.get("frozen") and data):
                data = picture.at(int(time.time() * 1000) + int(self.faults.get("skew", 0)), number)
            number += 1
            if source.emit("push-buffer", Gst.Buffer.new_wrapped(data)) != Gst.FlowReturn.OK:
                return


class Recorder:
    """Two servers: one for everybody, and one that asks for a password (digest)."""

    def __init__(self, mounts: list[dict]) -> None:
        self.cameras = {mount["path"]: Camera(mount) for mount in mounts}
        self.free = self._serve([mount for mount in mounts if not mount.get("user")])
        guarded = [mount for mount in mounts if mount.get("user")]
        self.guarded = self._serve(guarded, _digest(guarded)) if guarded else None

    def _serve(self, mounts: list[dict], auth=None):
        server = GstRtspServer.RTSPServer()
        server.set_address(sys.argv[2] if len(sys.argv) > 2 else "127.0.0.1")
        server.set_service(sys.argv[3] if len(sys.argv) > 3 else "0")
        if auth is not None:
            server.set_auth(auth)
        for mount in mounts:
            server.get_mount_points().add_factory(mount["path"], self._factory(self.cameras[mount["path"]]))
        server.attach(None)
        return server

    def _factory(self, camera: Camera):
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(camera.launch())
        factory.set_shared(not camera.mount.get("file"))
        if camera.clock is not None:
            factory.set_clock(camera.clock)
        factory.connect("media-configure", self._configure, camera)
        if camera.mount.get("user"):
            role = Gst.Structure.new_empty("viewer")
            for right in ("media.factory.access", "media.factory.construct"):
                role.set_value(right, True)
            factory.add_role_from_structure(role)
        return factory

    def ports(self) -> dict:
        return {"port": self.free.get_bound_port(), "guarded": self.guarded and self.guarded.get_bound_port()}

    def _configure(self, _factory, media, camera: Camera) -> None:
        media.connect("unprepared", lambda _media: camera.stopped())
        camera.configured(media.get_element())

    def obey(self, command: dict) -> None:
        if command["do"] == "reset":
            for server in filter(None, (self.free, self.guarded)):
                server.client_filter(lambda _server, _client: GstRtspServer.RTSPFilterResult.REMOVE)
        else:
            self.cameras[command["path"]].set(command["do"], command.get("on", True))


def _clock(begins_s: int):
    """A clock that says it is `begins_s` now. Its zero is NTP's, 1900, since RTCP reports tell it as it is."""
    clock = GObject.new(Gst.SystemClock, name=f"clock-{begins_s}")
    clock.set_calibration(clock.get_internal_time(), (begins_s + NTP_S) * Gst.SECOND, 1, 1)
    return clock


def _tell_clock(_pipeline, element) -> None:
    if element.get_factory() is not None and element.get_factory().get_name() == "rtpbin":
        Gst.util_set_object_arg(element, "ntp-time-source", "clock-time")


def _digest(mounts: list[dict]):
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    for mount in mounts:
        token = GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", "viewer")
        auth.add_digest(mount["user"], mount["password"], token)
    return auth


def main() -> None:
    Gst.init(None)
    loop = GLib.MainLoop()
    recorder = Recorder(json.loads(sys.argv[1]))

    def listen() -> None:
        for line in sys.stdin:
            GLib.idle_add(_obey, recorder, json.loads(line))
        loop.quit()

    print(json.dumps(recorder.ports()), flush=True)
    threading.Thread(target=listen, daemon=True).start()
    loop.run()


def _obey(recorder: Recorder, command: dict) -> bool:
    recorder.obey(command)
    print("ok", flush=True)
    return False


if __name__ == "__main__":
    main()

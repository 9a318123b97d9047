// Video or sound under a viewing: picture, overlay, controls, timeline.

import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { RecordingNote } from "../api/room-types";
import type { RecordingDetail, Segment, SpanPair, Viewing } from "../api/types";
import { Icon } from "../parts/icon";
import { may, purposeName, useApp } from "../state/app";
import { clockLength, pictureTime, position, timeOnly, zoneLabel } from "../time/format";
import { merge } from "../time/spans";
import { Controls } from "./controls";
import { Delivery, type Trouble } from "./delivery";
import { commandOf, nextRate, type Command } from "./keys";
import { MarkClip } from "./mark-clip";
import { MediaClock } from "./media-clock";
import { Overlay } from "./overlay";
import { Timeline } from "./timeline";
import { useReports } from "./viewing";

interface PlayerProps {
  viewing: Viewing;
  detail: RecordingDetail;
  segments: readonly Segment[];
  brokenSeqs: ReadonlySet<number>;
  handed: readonly SpanPair[];
  notes: readonly RecordingNote[];
  startMs: number;
  caseNumber: string;
  onTrouble: (trouble: Trouble, atMs: number) => void;
}

/** The length of a picture, from the video track; 40 ms where it does not tell. */
function frameMs(detail: RecordingDetail): number {
  const track = detail.tracks.find(({ kind }) => kind === "video");
  if (!track || track.n_au === 0 || track.timescale === 0) return 40;
  return Math.max(5, Math.min(1000, ((track.duration_ticks / track.timescale) * 1000) / track.n_au));
}

/** Element time of the picture that stands on the screen, in milliseconds. */
function usePictureMs(media: HTMLVideoElement | null): { current: number | null } {
  const at = useRef<number | null>(null);
  useEffect(() => {
    if (!media || !("requestVideoFrameCallback" in media)) return;
    let handle = 0;
    const ask = () => {
      handle = media.requestVideoFrameCallback((_now, frame) => {
        at.current = frame.mediaTime * 1000;
        ask();
      });
    };
    ask();
    return () => media.cancelVideoFrameCallback(handle);
  }, [media]);
  return at;
}

function usePosition(media: HTMLMediaElement | null, clock: MediaClock | null): { ms: number; paused: boolean; rate: number; volume: number; muted: boolean; waiting: boolean } {
  const [state, setState] = useState({ ms: 0, paused: true, rate: 1, volume: 1, muted: false, waiting: true });
  useEffect(() => {
    if (!media || !clock) return;
    let frame = 0;
    const read = () =>
      setState((old) => {
        const now = {
          ms: clock.nowMs,
          paused: media.paused,
          rate: media.playbackRate,
          volume: media.volume,
          muted: media.muted,
          waiting: media.seeking || (!media.ended && media.readyState < HTMLMediaElement.HAVE_FUTURE_DATA),
        };
        return (Object.keys(now) as (keyof typeof now)[]).every((key) => now[key] === old[key]) ? old : now;
      });
    const tick = () => {
      read();
      frame = requestAnimationFrame(tick);
    };
    tick();
    return () => cancelAnimationFrame(frame);
  }, [media, clock]);
  return state;
}

export function Player(props: PlayerProps) {
  const { viewing, detail, segments, startMs, onTrouble } = props;
  const { t, site, session, language, away } = useApp();
  const [media, setMedia] = useState<HTMLVideoElement | null>(null);
  const [delivered, setDelivered] = useState<SpanPair[]>([]);
  const [held, setHeld] = useState(false);
  const [full, setFull] = useState(false);
  const stage = useRef<HTMLDivElement>(null);
  const clock = useMemo(() => (media ? new MediaClock(media) : null), [media]);
  const now = usePosition(media, clock);
  const audio = detail.kind === "audio";
  const durationMs = Math.max(detail.duration_ms, segments[segments.length - 1]?.end_ms ?? 0);
  // Where only the log failed, the same viewing goes on once it can be written again.
  const staysOpen = useRef(false);
  const fail = useCallback(
    (trouble: Trouble) => {
      staysOpen.current = trouble.kind === "ledger-down" || trouble.kind === "unreachable";
      onTrouble(trouble, clock?.nowMs ?? 0);
    },
    [clock, onTrouble],
  );
  // Before the reports: the first picture must set the clock before it is counted.
  // A viewing copy is cut elsewhere than its original: only its beginning is known to be a picture's.
  const known = startMs === 0 || detail.playback !== "copy";
  useEffect(() => (known ? clock?.learn(startMs) : undefined), [clock]);
  const watched = useReports(viewing, media, clock, durationMs, fail, staysOpen);
  const latestFail = useRef(fail);
  latestFail.current = fail;
  useEffect(() => {
    if (away) latestFail.current({ kind: "ended" });
  }, [away]);

  useEffect(() => {
    if (!media || !clock || !viewing.media) return;
    const delivery = new Delivery(media, clock, viewing.media.url, {
      delivered: ({ startMs: from, endMs: to }) => setDelivered((old) => merge([...old, [from, to]])),
      trouble: (trouble) => latestFail.current(trouble),
      held: setHeld,
    });
    delivery.start(startMs);
    // The purpose dialog's button was the user's gesture; where the browser still refuses, play is one press away.
    void media.play().catch(() => undefined);
    return () => delivery.stop();
  }, [media, clock, viewing.media?.url]);

  useEffect(() => {
    const change = () => setFull(document.fullscreenElement === stage.current);
    document.addEventListener("fullscreenchange", change);
    return () => document.removeEventListener("fullscreenchange", change);
  }, []);

  const seek = useCallback(
    (ms: number) => {
      clock?.seek(Math.max(0, Math.min(durationMs - 1, ms)));
    },
    [clock, durationMs],
  );
  const step = frameMs(detail);
  const picture = usePictureMs(media);
  const stepPictures = (by: 1 | -1) => {
    if (!media || !clock) return;
    media.pause();
    const at = media.currentTime * 1000;
    const shown = clock.toMedia(picture.current !== null && Math.abs(picture.current - at) < 1000 ? picture.current : at);
    // A quarter into the wanted picture: safe from rounding at its edges, and nothing adds up over many steps.
    seek(shown + (by + 0.25) * step);
  };
  const act = (command: Command) => {
    if (!media || !clock) return;
    switch (command.do) {
      case "toggle":
        if (media.paused) void media.play().catch(() => undefined);
        else media.pause();
        break;
      case "skip":
        seek(clock.nowMs + command.ms);
        break;
      case "frame":
        stepPictures(command.step);
        break;
      case "rate":
        media.playbackRate = nextRate(media.playbackRate, command.step);
        break;
      case "mute":
        media.muted = !media.muted;
        break;
      case "full":
        if (document.fullscreenElement) void document.exitFullscreen();
        else void stage.current?.requestFullscreen().catch(() => undefined);
        break;
      case "edge":
        seek(command.end ? durationMs : 0);
        break;
    }
  };
  const latestAct = useRef(act);
  latestAct.current = act;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (target.closest("input, textarea, select, dialog, [role=tablist]")) return;
      // A focused button or link keeps its own keys.
      if ((event.key === " " || event.key === "Enter") && target.closest("button, a, summary")) return;
      const command = commandOf(event);
      if (!command) return;
      event.preventDefault();
      latestAct.current(command);
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);

  const zone = zoneLabel(site.timezone, Date.parse(detail.started_at));
  return (
    <section class="player" aria-label={t.player.label}>
      <div ref={stage} class={`stage${audio ? " stage-audio" : ""}${full ? " stage-full" : ""}`} onContextMenu={(event) => event.preventDefault()}>
        <video ref={setMedia} playsInline disablePictureInPicture disableRemotePlayback onClick={() => act({ do: "toggle" })} />
        {audio && (
          <div class="stage-sound">
            <Icon name="audio" size={72} />
            <span>{t.player.soundOnly}</span>
          </div>
        )}
        <Overlay />
        {now.waiting && !now.paused && (
          <div class="stage-wait" role="status">
            <i class="spinner" />
            {held ? t.recording.waitingReadAhead : t.recording.buffering}
          </div>
        )}
        {now.paused && !now.waiting && (
          <button type="button" class="stage-play" aria-label={t.player.play} onClick={() => act({ do: "toggle" })}>
            <Icon name="play" size={44} filled />
          </button>
        )}
        <div class="stage-bar">
          <output class="picture-time" title={t.player.pictureTime}>
            {pictureTime(detail.started_at, now.ms, site.timezone)} <small>{zone}</small>
          </output>
          {full && <span class="num">{t.player.of(position(now.ms), clockLength(durationMs))}</span>}
        </div>
      </div>
      <Timeline
        durationMs={durationMs}
        startedAt={detail.started_at}
        segments={segments}
        brokenSeqs={props.brokenSeqs}
        delivered={delivered}
        rendered={watched.rendered}
        handed={props.handed}
        notes={props.notes}
        playheadMs={now.ms}
        keyMark={detail.key_mark}
        onSeek={seek}
      />
      {may(session, "case.change") && <MarkClip recording={detail.id} nowMs={now.ms} durationMs={durationMs} caseNumber={props.caseNumber} />}
      <Controls now={now} durationMs={durationMs} full={full} sound={detail.audio_codec !== ""} act={act} media={media} />
      <p class="viewing-line">
        <Icon name="log" size={15} />
        <span>
          {t.recording.purposeLine}: {purposeName(site, viewing.purpose, language)} · {t.recording.until}{" "}
          {timeOnly(watched.expiresAt, site.timezone)}
          {detail.playback === "copy" && ` · ${t.recording.derived}`}
        </span>
      </p>
      {watched.undeliveredMs > 0 && (
        <p class="form-problem" role="alert">
          <Icon name="alert" />
          <span>{t.player.alarm(t.log.seconds((watched.undeliveredMs / 1000).toFixed(1)))}</span>
        </p>
      )}
    </section>
  );
}

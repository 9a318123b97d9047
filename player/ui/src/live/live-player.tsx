// Live pictures of one channel. Compact: a tile of the wall, without controls. Full: sound, full screen, looking back.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { StatedPurpose, Viewing } from "../api/types";
import { Icon } from "../parts/icon";
import { Overlay } from "../player/overlay";
import { useApp } from "../state/app";
import { pictureTime, zoneLabel } from "../time/format";
import { LiveBoard } from "./live-board";
import { LiveControls } from "./live-controls";
import { liveCommand, type LiveCommand } from "./live-keys";
import { LiveTimeline } from "./live-timeline";
import { useLookBack } from "./look-back";
import type { SegmentTrouble } from "./segmented";
import { openLive, type LiveSource } from "./source";
import type { LiveState } from "./session";
import type { Moment } from "./stretches";

export interface LivePlayerProps {
  channel: string; // "room/channel"
  label: string;
  /** Why; every tile of a wall has its own viewing under the same purpose. */
  purpose: StatedPurpose;
  compact?: boolean;
  /** "hls": as a browser without MSE would be served. */
  transport?: "socket" | "hls";
  onState?: (state: LiveState) => void;
}

const NOTICE_MS = 6000;
const BACK_TROUBLES: Record<SegmentTrouble, LiveState> = {
  log: { is: "log" },
  nothing: { is: "stopped" },
  ended: { is: "ended" },
  media: { is: "failed", why: "" },
  line: { is: "line" },
};

export function LivePlayer(props: LivePlayerProps) {
  const { channel, label, purpose, compact = false, transport, onState } = props;
  const { t, site } = useApp();
  const [media, setMedia] = useState<HTMLVideoElement | null>(null);
  const [state, setState] = useState<LiveState>({ is: "connecting" });
  const [round, setRound] = useState(0);
  const [moment, setMoment] = useState<Moment | null>(null);
  const [viewing, setViewing] = useState<Viewing | null>(null);
  const [notice, setNotice] = useState("");
  const [silent, setSilent] = useState("");
  const [sound, setSound] = useState(false);
  const [fallback, setFallback] = useState(transport === "hls");
  const [muted, setMuted] = useState(true);
  const [full, setFull] = useState(false);
  const [backMedia, setBackMedia] = useState<HTMLVideoElement | null>(null);
  const source = useRef<LiveSource | null>(null);
  const frame = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!media) return;
    setState({ is: "connecting" });
    const live = openLive(media, channel, purpose, transport, {
      state: (now) => {
        setState(now);
        onState?.(now);
      },
      viewing: setViewing,
      moment: setMoment,
      skipped: (ms) => setNotice(t.live.skipped((ms / 1000).toFixed(1))),
      silent: setSilent,
      opening: ({ tracks }) => setSound(tracks.some(({ kind }) => kind === "audio")),
      sealed: () => undefined,
      alarm: () => undefined,
      fallback: () => setFallback(true),
    });
    source.current = live;
    return () => {
      live.stop();
      source.current = null;
    };
  }, [media, channel, round, purpose, transport]);

  useEffect(() => {
    if (!notice) return;
    const timer = window.setTimeout(() => setNotice(""), NOTICE_MS);
    return () => window.clearTimeout(timer);
  }, [notice]);
  useEffect(() => {
    const change = () => setFull(document.fullscreenElement !== null && document.fullscreenElement === frame.current);
    document.addEventListener("fullscreenchange", change);
    return () => document.removeEventListener("fullscreenchange", change);
  }, []);

  const back = useLookBack(backMedia, viewing, source, setMoment);
  useEffect(() => {
    for (const each of [media, backMedia]) if (each) each.muted = muted;
  }, [media, backMedia, muted]);
  const act = (command: LiveCommand) => {
    switch (command.do) {
      case "mute":
        setMuted(!muted);
        break;
      case "full":
        if (document.fullscreenElement) void document.exitFullscreen();
        else void frame.current?.requestFullscreen().catch(() => undefined);
        break;
      case "skip":
        if (back.on) back.by(command.seconds);
        else if (command.seconds < 0 && viewing) back.begin(-command.seconds * 1000);
        break;
      case "toggle":
        if (back.on) back.toggle();
        break;
      case "live":
        back.toLive();
        break;
    }
  };
  const latestAct = useRef(act);
  latestAct.current = act;
  useEffect(() => {
    if (compact) return;
    const press = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (target.closest("input, textarea, select, dialog, [role=tablist]")) return;
      // A focused button or link keeps its own keys.
      if ((event.key === " " || event.key === "Enter") && target.closest("button, a, summary")) return;
      const command = liveCommand(event);
      if (!command) return;
      event.preventDefault();
      latestAct.current(command);
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [compact]);

  const zone = useMemo(() => (moment ? zoneLabel(site.timezone, Date.parse(moment.zeroAt)) : ""), [moment?.zeroAt, site.timezone]);
  return (
    <section class={`live-player${compact ? " live-compact" : ""}`} aria-label={t.live.label(label)} data-channel={channel} data-state={back.on ? "back" : state.is} data-viewing={viewing?.id}>
      <div ref={frame} class={`stage live-stage${full ? " stage-full" : ""}`} onContextMenu={(event) => event.preventDefault()}>
        <video ref={setMedia} hidden={back.on} playsInline muted disablePictureInPicture disableRemotePlayback />
        {!compact && <video ref={setBackMedia} class="live-back" hidden={!back.on} playsInline muted disablePictureInPicture disableRemotePlayback />}
        <Overlay />
        {back.on && back.trouble && <LiveBoard state={BACK_TROUBLES[back.trouble]} compact={false} again={back.toLive} />}
        {!back.on && state.is !== "live" && <LiveBoard state={state} compact={compact} again={() => setRound((n) => n + 1)} />}
        {(notice || silent) && (
          <p class="live-notice" role="status">
            <Icon name="alert" size={15} />
            {notice || t.live.silent(silent)}
          </p>
        )}
        <div class="stage-bar live-bar">
          <span class={`live-chip live-chip-${back.on ? "back" : state.is === "live" ? "on" : "off"}`}>
            <i />
            {back.on ? t.live.rewind : t.live.live}
          </span>
          {compact && <span class="live-label clip">{label}</span>}
          <output class="picture-time" title={t.player.pictureTime}>
            {moment && pictureTime(moment.zeroAt, moment.ms, site.timezone)} <small>{zone}</small>
          </output>
        </div>
      </div>
      {!compact && back.on && <LiveTimeline back={back} />}
      {!compact && <LiveControls back={back.on} paused={back.paused} muted={muted} full={full} sound={sound && !silent} fallback={fallback} act={act} />}
    </section>
  );
}

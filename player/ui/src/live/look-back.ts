// Looking back within a live viewing: the live pictures rest meanwhile, what was recorded is played in a second element.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Viewing } from "../api/types";
import { Segmented, type Extent, type SegmentTrouble } from "./segmented";
import type { LiveSource } from "./source";
import type { Moment } from "./stretches";

export interface LookingBack {
  on: boolean;
  extent: Extent | null;
  positionS: number;
  paused: boolean;
  trouble: SegmentTrouble | null;
  begin: (backMs: number) => void;
  by: (seconds: number) => void;
  to: (elementS: number) => void;
  toggle: () => void;
  toLive: () => void;
}

const POSITION_MS = 200;
// So near the end of what is recorded, one is as good as live.
const LIVE_WITHIN_S = 1;

export function useLookBack(
  media: HTMLVideoElement | null,
  viewing: Viewing | null,
  source: { readonly current: LiveSource | null },
  onMoment: (moment: Moment) => void,
): LookingBack {
  const [backMs, setBackMs] = useState<number | null>(null);
  const [extent, setExtent] = useState<Extent | null>(null);
  const [positionS, setPosition] = useState(0);
  const [paused, setPaused] = useState(false);
  const [trouble, setTrouble] = useState<SegmentTrouble | null>(null);
  const heard = useRef(onMoment);
  heard.current = onMoment;
  const on = backMs !== null;
  const url = viewing?.media?.url.replace(/\/live$/, "/rewind.m3u8") ?? null;

  useEffect(() => {
    if (!media || backMs === null || !url) return;
    source.current?.pause();
    setTrouble(null);
    const playback = new Segmented(media, url, {
      moment: (moment) => {
        source.current?.shown(moment);
        heard.current(moment);
      },
      extent: setExtent,
      trouble: setTrouble,
      playing: () => setTrouble(null),
    });
    playback.start(backMs);
    const timer = window.setInterval(() => {
      setPosition(media.currentTime);
      setPaused(media.paused);
    }, POSITION_MS);
    return () => {
      window.clearInterval(timer);
      playback.stop();
      setExtent(null);
      source.current?.resume();
    };
  }, [media, backMs, url]);

  const to = useCallback(
    (elementS: number) => {
      if (!media || !extent) return;
      media.currentTime = Math.max(extent.startS + 0.01, Math.min(extent.endS - 0.1, elementS));
      setPosition(media.currentTime);
    },
    [media, extent],
  );
  const toLive = useCallback(() => setBackMs(null), []);
  return {
    on,
    extent,
    positionS,
    paused,
    trouble,
    begin: (ms) => setBackMs(Math.max(1, ms)),
    by: (seconds) => {
      if (extent && seconds > 0 && media && media.currentTime + seconds > extent.endS - LIVE_WITHIN_S) toLive();
      else to((media?.currentTime ?? 0) + seconds);
    },
    to,
    toggle: () => {
      if (!media) return;
      if (media.paused) void media.play().catch(() => undefined);
      else media.pause();
      setPaused(media.paused);
    },
    toLive,
  };
}

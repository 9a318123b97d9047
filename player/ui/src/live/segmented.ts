// Live pictures in segments through hls.js: low-latency HLS for browsers without MSE over a WebSocket, and looking back
// at what was recorded. The playlist's date ranges name each recording's zero, so that claims are in its own time.

import Hls, { type ErrorData, type HlsConfig, type LevelDetails } from "hls.js/light";
import type { Moment } from "./stretches";

export interface Extent {
  startS: number; // element time
  endS: number;
  startedAtMs: number | null; // wall clock at startS
  joints: number[]; // element times where one recording ends and another begins
  ended: boolean;
}

export type SegmentTrouble = "log" | "nothing" | "ended" | "media" | "line";

export interface SegmentedListener {
  moment: (moment: Moment) => void;
  extent: (extent: Extent) => void;
  trouble: (trouble: SegmentTrouble, detail: string) => void;
  playing: () => void;
}

const RECORDING = /live\/(r[a-z2-7]{20})\//;

// The date ranges are read here; as text tracks they would be data: addresses, which the page's policy forbids.
const QUIET: Partial<HlsConfig> = { enableWorker: false, autoStartLoad: false, enableDateRangeMetadataCues: false, enableID3MetadataCues: false, enableEmsgMetadataCues: false };
const LOW_LATENCY: Partial<HlsConfig> = {
  lowLatencyMode: true,
  backBufferLength: 5,
  maxLiveSyncPlaybackRate: 1.1,
  liveSyncOnStallIncrease: 0.1, // a stall is made up for, not lived with
};
const EDGE_CHECK_MS = 1000;
const JUMP_BEHIND_S = 1.5; // more than the wanted delay
const HOLD_RETRY_MS = 700;
const HOLD_TRIES = 100;
const LOOKING_BACK: Partial<HlsConfig> = {
  lowLatencyMode: false,
  // Two fragments: within the server's read-ahead of three, however long they are.
  maxBufferLength: 4,
  maxMaxBufferLength: 4,
  fragLoadPolicy: {
    default: {
      maxTimeToFirstByteMs: 20000,
      maxLoadTimeMs: 60000,
      timeoutRetry: { maxNumRetry: 3, retryDelayMs: 500, maxRetryDelayMs: 4000 },
      errorRetry: {
        maxNumRetry: HOLD_TRIES,
        retryDelayMs: HOLD_RETRY_MS,
        maxRetryDelayMs: HOLD_RETRY_MS,
        // Too far ahead of the picture: it comes later.
        shouldRetry: (_policy, count, _timeout, response) => response?.code === 429 && count < HOLD_TRIES,
      },
    },
  },
  backBufferLength: 30,
  liveSyncDurationCount: 1,
};

function troubleOf(status: number): SegmentTrouble {
  if (status === 503 || status === 507) return "log";
  if (status === 404) return "nothing";
  if (status === 401 || status === 403 || status === 410) return "ended";
  return status === 0 ? "line" : "media";
}

export class Segmented {
  #hls: Hls | null = null;
  #details: LevelDetails | null = null;
  #recording: string | null = null;
  #frame = 0;
  #edge = 0;
  #recovered = 0;
  #began = false; // a picture was shown

  constructor(
    private readonly media: HTMLVideoElement,
    private readonly url: string,
    private readonly listener: SegmentedListener,
  ) {}

  /** `backMs` 0: at the live edge, in low latency; otherwise so far before the end of what is recorded. */
  start(backMs: number): void {
    if (!Hls.isSupported()) {
      this.#native();
      return;
    }
    const looking = { ...LOOKING_BACK, xhrSetup: (xhr: XMLHttpRequest, url: string) => this.#tellPlayhead(xhr, url) };
    const hls = new Hls({ ...QUIET, ...(backMs > 0 ? looking : LOW_LATENCY) });
    this.#hls = hls;
    hls.on(Hls.Events.MANIFEST_PARSED, () => hls.startLoad(-1));
    hls.on(Hls.Events.LEVEL_UPDATED, (_event, { details }) => {
      this.#details = details;
      const extent = extentOf(details);
      if (extent) this.listener.extent(extent);
    });
    hls.on(Hls.Events.FRAG_CHANGED, (_event, { frag }) => {
      this.#recording = RECORDING.exec(frag.relurl ?? frag.url)?.[1] ?? null;
    });
    hls.on(Hls.Events.ERROR, (_event, data) => this.#onError(hls, data));
    // The playlist itself says where to begin: nothing else is fetched first.
    hls.loadSource(backMs > 0 ? `${this.url}?back_ms=${Math.round(backMs)}` : this.url);
    hls.attachMedia(this.media);
    this.media.addEventListener("playing", () => this.listener.playing(), { once: true });
    this.#watchFrames();
    if (backMs === 0) this.#edge = window.setInterval(() => this.#toEdge(hls), EDGE_CHECK_MS);
    void this.media.play().catch(() => undefined);
  }

  /** Where the picture is: the server hands out so much beyond it and no more. Before the first picture nobody knows. */
  #tellPlayhead(xhr: XMLHttpRequest, url: string): void {
    const moment = url.endsWith(".m4s") && this.#began ? this.#moment(this.media.currentTime) : null;
    if (moment) xhr.setRequestHeader("CMCD-Request", `com.mediad-pt=${Math.max(0, moment.ms)},com.mediad-rid="${moment.recording}"`);
  }

  /** Far behind after a stall: jump, as over the socket. */
  #toEdge(hls: Hls): void {
    const wanted = hls.liveSyncPosition;
    if (wanted === null || this.media.paused || this.media.seeking || hls.targetLatency === null) return;
    if (hls.latency - hls.targetLatency > JUMP_BEHIND_S) this.media.currentTime = wanted;
  }

  stop(): void {
    window.clearInterval(this.#edge);
    if ("cancelVideoFrameCallback" in this.media) this.media.cancelVideoFrameCallback(this.#frame);
    this.#hls?.destroy();
    this.#hls = null;
    if (this.media.getAttribute("src")) {
      this.media.removeAttribute("src");
      this.media.load();
    }
  }

  #native(): void {
    this.media.src = this.url;
    this.media.addEventListener("playing", () => this.listener.playing(), { once: true });
    this.media.addEventListener("error", () => {
      if (this.media.getAttribute("src")) this.listener.trouble("media", this.media.error?.message ?? "");
    });
    void this.media.play().catch(() => undefined);
  }

  #watchFrames(): void {
    if (!("requestVideoFrameCallback" in this.media)) return;
    this.#frame = this.media.requestVideoFrameCallback((_now, frame) => {
      const moment = this.#moment(frame.mediaTime);
      this.#began = true;
      if (moment) this.listener.moment(moment);
      if (this.#hls) this.#watchFrames();
    });
  }

  #moment(elementS: number): Moment | null {
    const details = this.#details;
    if (!details) return null;
    const within = details.fragments.find(({ start, duration }) => elementS >= start - 0.02 && elementS < start + duration);
    const frag = within ?? details.fragmentHint ?? details.fragments[details.fragments.length - 1];
    const recording = (frag && RECORDING.exec(frag.relurl ?? frag.url)?.[1]) ?? this.#recording;
    if (!frag || !recording || frag.programDateTime === null) return null;
    const zero = details.dateRanges[recording]?.startDate.getTime();
    if (zero === undefined) return null;
    return { recording, zeroAt: new Date(zero).toISOString(), ms: Math.round(frag.programDateTime + (elementS - frag.start) * 1000 - zero) };
  }

  #onError(hls: Hls, data: ErrorData): void {
    const status = data.response?.code ?? 0;
    const refused = data.type === Hls.ErrorTypes.NETWORK_ERROR && [401, 403, 410, 503, 507].includes(status);
    if (!data.fatal && !refused) return;
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR && this.#recovered < 3) {
      this.#recovered += 1;
      hls.recoverMediaError();
      return;
    }
    this.listener.trouble(data.type === Hls.ErrorTypes.NETWORK_ERROR ? troubleOf(status) : "media", data.details);
  }
}

function extentOf(details: LevelDetails): Extent | null {
  const first = details.fragments[0];
  const last = details.fragments[details.fragments.length - 1];
  if (!first || !last) return null;
  const joints = details.fragments.filter((frag, n) => n > 0 && frag.cc !== details.fragments[n - 1]?.cc).map(({ start }) => start);
  return { startS: first.start, endS: last.start + last.duration, startedAtMs: first.programDateTime, joints, ended: !details.live };
}

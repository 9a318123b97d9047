// Fetches the segments through hls.js, or the browser's own HLS where there is no MSE, and says in words of
// the page what went wrong. Each segment request carries the playhead, so that the server's read-ahead cap
// follows the watching.

import type { MediaClock } from "./media-clock";
import Hls, { type ErrorData, type HlsConfig } from "hls.js/light";

export type Trouble =
  | { kind: "ledger-down" } // 503: not logged, so not shown
  | { kind: "ended" } // 410, 401: the grant is over
  | { kind: "forbidden" }
  | { kind: "unreachable" } // the server does not answer; goes on by itself
  | { kind: "media"; detail: string };

export interface Delivered {
  startMs: number;
  endMs: number;
}

export interface DeliveryListener {
  delivered: (piece: Delivered) => void;
  trouble: (trouble: Trouble) => void;
  held: (held: boolean) => void; // the server asks to wait (429)
}

const AHEAD_S = 10; // with 4 s segments: two to three, the site's read-ahead
const BEHIND_S = 30;
const HOLD_RETRY_MS = 700;
const HOLD_TRIES = 400;
const BROKEN_TRIES = 3;

export function troubleOf(status: number, detail: string): Trouble {
  if (status === 503 || status === 507) return { kind: "ledger-down" };
  if (status === 410 || status === 401 || status === 404) return { kind: "ended" };
  if (status === 403) return { kind: "forbidden" };
  if (status === 0) return { kind: "unreachable" };
  return { kind: "media", detail };
}

function settings(playheadMs: () => number, listener: DeliveryListener): Partial<HlsConfig> {
  const patience = {
    maxTimeToFirstByteMs: 20000,
    maxLoadTimeMs: 60000,
    timeoutRetry: { maxNumRetry: BROKEN_TRIES, retryDelayMs: 500, maxRetryDelayMs: 4000 },
    errorRetry: {
      maxNumRetry: HOLD_TRIES,
      retryDelayMs: HOLD_RETRY_MS,
      maxRetryDelayMs: HOLD_RETRY_MS,
      shouldRetry: (
        _policy: unknown,
        count: number,
        _timeout: boolean,
        response: { code?: number } | undefined,
      ): boolean => {
        const status = response?.code ?? 0;
        listener.held(status === 429);
        if (status === 429) return count < HOLD_TRIES;
        return status === 0 && count < BROKEN_TRIES;
      },
    },
  };
  return {
    enableWorker: false, // fragments need no remuxing: a worker would only delay the first picture
    startFragPrefetch: true,
    maxBufferLength: AHEAD_S,
    maxMaxBufferLength: AHEAD_S,
    maxBufferSize: 0,
    backBufferLength: BEHIND_S,
    // A gap in the footage is shown as a gap; only the joints of frames may be bridged.
    maxBufferHole: 0.3,
    fragLoadPolicy: { default: patience },
    xhrSetup: (xhr: XMLHttpRequest, url: string) => {
      if (url.endsWith(".m4s")) xhr.setRequestHeader("CMCD-Request", `com.mediad-pt=${Math.max(0, Math.round(playheadMs()))}`);
    },
  };
}

export class Delivery {
  #hls: Hls | null = null;
  #pieces: Delivered[] = [];
  #recovered = 0;

  constructor(
    private readonly media: HTMLMediaElement,
    private readonly clock: MediaClock,
    private readonly url: string,
    private readonly listener: DeliveryListener,
  ) {}

  start(startMs: number): void {
    if (!Hls.isSupported()) {
      this.#native(startMs);
      return;
    }
    const hls = new Hls({ ...settings(this.#playhead(startMs), this.listener), startPosition: startMs / 1000 });
    this.#hls = hls;
    // The playlist's own times: hls.js moves `frag.start` to what it finds in the media, by parts of a picture.
    hls.on(Hls.Events.LEVEL_LOADED, (_event, { details }) => {
      this.#pieces = details.fragments.map(({ start, duration }) => ({
        startMs: Math.round(start * 1000),
        endMs: Math.round((start + duration) * 1000),
      }));
    });
    hls.on(Hls.Events.FRAG_LOADED, (_event, { frag }) => {
      this.listener.held(false);
      const piece = frag.sn === "initSegment" ? undefined : this.#pieces[frag.sn];
      if (piece) this.listener.delivered(piece);
    });
    hls.on(Hls.Events.ERROR, (_event, data) => this.#onError(hls, data));
    hls.loadSource(this.url);
    hls.attachMedia(this.media);
  }

  /** Until the media stands at its start position, that position is where the viewer is. */
  #playhead(startMs: number): () => number {
    let arrived = startMs === 0;
    this.media.addEventListener("seeking", () => (arrived = true), { once: true });
    return () => (arrived ? this.clock.nowMs : startMs);
  }

  /** Safari on older devices: it fetches by itself, so the server sees no playhead. */
  #native(startMs: number): void {
    this.media.src = this.url;
    this.media.addEventListener("loadedmetadata", () => (this.media.currentTime = startMs / 1000), { once: true });
    this.media.addEventListener("error", () => {
      if (this.media.src) this.listener.trouble({ kind: "media", detail: this.media.error?.message ?? "" });
    });
  }

  #onError(hls: Hls, data: ErrorData): void {
    const status = data.response?.code ?? 0;
    const refused = [401, 403, 404, 410, 503, 507].includes(status);
    if (!data.fatal && !(refused && data.type === Hls.ErrorTypes.NETWORK_ERROR)) return;
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR && this.#recovered < 2) {
      this.#recovered += 1;
      hls.recoverMediaError();
      return;
    }
    // Told first: stopping takes the media, and with it the position, away.
    const detail = `${data.details}${data.error ? `: ${data.error.message}` : ""}`;
    this.listener.trouble(data.type === Hls.ErrorTypes.NETWORK_ERROR ? troubleOf(status, detail) : { kind: "media", detail });
    this.stop();
  }

  stop(): void {
    this.#hls?.destroy();
    this.#hls = null;
    if (this.media.getAttribute("src")) {
      this.media.removeAttribute("src");
      this.media.load();
    }
  }
}

// Live pictures without a WebSocket: a viewing, low-latency HLS, claims and renewal over HTTP.

import { api } from "../api/client";
import type { StatedPurpose, Viewing } from "../api/types";
import { Segmented, type SegmentTrouble } from "./segmented";
import type { LiveState, SessionListener } from "./session";
import { Shown } from "./shown";
import type { Moment } from "./stretches";

const REPORT_MS = 5000;
const AGAIN_MS = 2000;
const FINAL = new Set([400, 401, 403, 404, 409]);

const STATES: Record<SegmentTrouble, LiveState> = {
  log: { is: "log" },
  nothing: { is: "stopped" },
  ended: { is: "line" },
  line: { is: "line" },
  media: { is: "failed", why: "" },
};

export class LiveFallback {
  #viewing: Viewing | null = null;
  #playback: Segmented | null = null;
  #shown = new Shown();
  #over = false;
  #paused = false;
  #again = 0;
  #timer: number;
  readonly #leave = () => {
    if (this.#viewing && !this.#over) api.closeByBeacon(this.#viewing.id, []);
    this.#over = true;
  };

  constructor(
    private readonly media: HTMLVideoElement,
    private readonly channel: string,
    private readonly purpose: StatedPurpose,
    private readonly listener: SessionListener,
  ) {
    this.#timer = window.setInterval(() => this.#report(), REPORT_MS);
    window.addEventListener("pagehide", this.#leave);
    void this.#open();
  }

  shown(moment: Moment): void {
    this.#shown.picture(moment);
  }

  pause(): void {
    this.#paused = true;
    this.#playback?.stop();
    this.#playback = null;
  }

  resume(): void {
    this.#paused = false;
    this.#play();
  }

  stop(): void {
    if (this.#over) return;
    this.#over = true;
    window.clearInterval(this.#timer);
    window.clearTimeout(this.#again);
    window.removeEventListener("pagehide", this.#leave);
    this.#playback?.stop();
    const viewing = this.#viewing;
    if (viewing) void this.#report()?.finally(() => void api.closeViewing(viewing.id, []));
  }

  async #open(): Promise<void> {
    const answer = await api.openViewing({ scope: "live", channel: this.channel, ...this.purpose });
    if (this.#over) {
      if (answer.ok) void api.closeViewing(answer.value.id, []);
    } else if (answer.ok) {
      this.#viewing = answer.value;
      this.listener.viewing(answer.value);
      this.#play();
    } else if (FINAL.has(answer.error.status)) this.listener.state({ is: "refused", error: answer.error });
    else this.#later({ is: answer.error.status === 503 ? "log" : "line" }, () => void this.#open());
  }

  #play(): void {
    const url = this.#viewing?.media?.url;
    if (!url || this.#paused || this.#over) return;
    this.#playback?.stop();
    this.#playback = new Segmented(this.media, `${url}.m3u8`, {
      moment: (moment) => {
        this.#shown.picture(moment);
        this.listener.moment(moment);
      },
      extent: () => undefined,
      trouble: (trouble) => {
        this.#playback?.stop();
        this.#playback = null;
        // An ended viewing is opened anew under the same purpose; everything else is tried again in it.
        this.#later(STATES[trouble], () => (trouble === "ended" ? void this.#open() : this.#play()));
      },
      playing: () => this.listener.state({ is: "live" }),
    });
    this.#playback.start(0);
  }

  #later(state: LiveState, act: () => void): void {
    this.listener.state(state);
    this.#again = window.setTimeout(act, AGAIN_MS);
  }

  #report(): Promise<unknown> | null {
    const viewing = this.#viewing;
    if (!viewing) return null;
    const all = this.#shown.take().map(([recording, spans]) => {
      const end = spans[spans.length - 1]?.end_ms ?? 0;
      return api.reportRendered(viewing.id, spans, end, recording).then((answer) => {
        if (answer.ok && answer.value.undelivered_ms > 0) this.listener.alarm(answer.value.undelivered_ms);
      });
    });
    return Promise.all(all);
  }
}

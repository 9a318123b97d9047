// One live viewing from its opening to its end: opens it, feeds the buffer from the socket, opens it anew under the
// same purpose when the line breaks, and says in one state how things stand.

import { api, type ApiError } from "../api/client";
import type { StatedPurpose, Viewing } from "../api/types";
import { LiveBuffer } from "./buffer";
import { Shown } from "./shown";
import { LiveSocket } from "./socket";
import type { Moment } from "./stretches";
import type { Opening, Says, SealedSegment } from "./wire";

export type LiveState =
  | { is: "connecting" }
  | { is: "live" }
  | { is: "stopped" } // nothing is being recorded
  | { is: "lost" } // the source is gone
  | { is: "log" } // deliveries cannot be logged
  | { is: "unsupported"; codec: string }
  | { is: "line" } // the server cannot be reached; tried again
  | { is: "ended" } // the viewing is over
  | { is: "refused"; error: ApiError }
  | { is: "failed"; why: string };

export interface SessionListener {
  state: (state: LiveState) => void;
  viewing: (viewing: Viewing) => void;
  moment: (moment: Moment) => void;
  skipped: (ms: number, reason: "slow" | "log") => void;
  silent: (codec: string) => void; // pictures without their sound
  opening: (opening: Opening) => void;
  sealed: (segment: SealedSegment) => void;
  alarm: (undeliveredMs: number) => void;
}

const REPORT_MS = 5000;
const RENEW_CHECK_MS = 30000;
const RENEW_BEFORE_MS = 120000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8000;
// So many viewings in a row were opened, and no socket to them: something in between lets none through.
const BLOCKED_AFTER = 3;
// Errors of opening that another try does not mend.
const FINAL = new Set([400, 401, 403, 404, 409]);

export class LiveSession {
  #socket: LiveSocket | null = null;
  #buffer: LiveBuffer;
  #shown = new Shown();
  #viewing: Viewing | null = null;
  #over = false;
  #pauseMs = FIRST_PAUSE_MS;
  #timers: number[] = [];
  #retry = 0;
  #frame = 0;
  #logDown = false;
  #blockedTimes = 0;
  #paused = false;
  readonly #leave = () => this.stop();
  readonly #returned = (event: PageTransitionEvent) => {
    if (event.persisted) this.listener.state({ is: "ended" });
  };

  constructor(
    private readonly media: HTMLVideoElement,
    private readonly channel: string,
    private readonly purpose: StatedPurpose,
    private readonly listener: SessionListener,
    /** No socket gets through, though the server answers. */
    private readonly blocked: () => void,
  ) {
    this.#buffer = this.#newBuffer();
    this.#timers = [window.setInterval(() => this.#report(), REPORT_MS), window.setInterval(() => this.#renew(), RENEW_CHECK_MS)];
    window.addEventListener("pagehide", this.#leave);
    window.addEventListener("pageshow", this.#returned);
    this.#watchFrames();
    void this.#open();
  }

  shown(moment: Moment): void {
    this.#shown.picture(moment);
  }

  /** Look back: no pictures come and nothing is logged until `resume`. */
  pause(): void {
    this.#paused = true;
    this.#report();
    this.#socket?.ask({ do: "pause" });
    this.media.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#socket?.ask({ do: "resume" });
    void this.media.play().catch(() => undefined);
  }

  stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#report();
    this.#socket?.close();
    for (const timer of this.#timers) window.clearInterval(timer);
    window.clearTimeout(this.#retry);
    window.removeEventListener("pagehide", this.#leave);
    window.removeEventListener("pageshow", this.#returned);
    if ("cancelVideoFrameCallback" in this.media) this.media.cancelVideoFrameCallback(this.#frame);
    this.#buffer.stop();
  }

  #newBuffer(): LiveBuffer {
    return new LiveBuffer(this.media, {
      unsupported: (mime, kind) => {
        const codec = /codecs="([^"]*)"/.exec(mime)?.[1] ?? mime;
        if (kind === "video") this.listener.state({ is: "unsupported", codec });
        else this.listener.silent(codec);
      },
      failed: (why) => this.#fail(why),
      playing: () => {
        if (!this.#logDown) this.listener.state({ is: "live" });
      },
    });
  }

  async #open(): Promise<void> {
    const answer = await api.openViewing({ scope: "live", channel: this.channel, ...this.purpose });
    if (this.#over) {
      if (answer.ok) void api.closeViewing(answer.value.id, []);
      return;
    }
    if (!answer.ok) {
      if (FINAL.has(answer.error.status)) this.listener.state({ is: "refused", error: answer.error });
      else this.#again(answer.error.status === 503 ? { is: "log" } : { is: "line" });
      return;
    }
    this.#viewing = answer.value;
    this.listener.viewing(answer.value);
    this.#connect(answer.value);
  }

  #connect(viewing: Viewing): void {
    this.#socket = new LiveSocket(viewing.media?.url ?? "", {
      said: (message) => this.#said(message),
      piece: (piece) => this.#buffer.put(piece),
      closed: (opened) => {
        this.#socket = null;
        // With a socket its viewing ends; without one this viewing would stay open.
        if (!opened) void api.closeViewing(viewing.id, []);
        if (opened) {
          this.#pauseMs = FIRST_PAUSE_MS;
          this.#blockedTimes = 0;
        } else if ((this.#blockedTimes += 1) >= BLOCKED_AFTER) return this.blocked();
        this.#again({ is: "line" });
      },
    });
    if (this.#paused) this.#socket.ask({ do: "pause" });
  }

  #again(state: LiveState): void {
    this.listener.state(state);
    this.#logDown = state.is === "log";
    this.#retry = window.setTimeout(() => void this.#open(), this.#pauseMs);
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2);
  }

  /** The browser's decoder gave up: begin anew, with a new viewing, from the next keyframe. */
  #fail(why: string): void {
    if (this.#over) return;
    this.#buffer.stop();
    this.#buffer = this.#newBuffer();
    this.#socket?.close();
    this.#socket = null;
    this.#again({ is: "failed", why });
  }

  #said(message: Says): void {
    switch (message.say) {
      case "opening":
        this.#logDown = false;
        this.#buffer.open(message);
        this.listener.opening(message);
        if (this.media.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) this.listener.state({ is: "live" });
        break;
      case "interrupted":
        this.listener.state({ is: message.reason });
        break;
      case "sealed":
        this.listener.sealed(message);
        break;
      case "skipped":
        this.listener.skipped(message.end_ms - message.start_ms, message.reason);
        break;
      case "log":
        this.#logDown = !message.ok;
        this.listener.state(message.ok ? { is: "live" } : { is: "log" });
        break;
      case "alarm":
        this.listener.alarm(message.undelivered_ms);
        break;
      case "ended":
        if (message.reason === "restart") return; // the socket closes; then it is tried again
        this.listener.state({ is: "ended" });
        this.stop();
        break;
    }
  }

  #watchFrames(): void {
    if (!("requestVideoFrameCallback" in this.media)) return;
    this.#frame = this.media.requestVideoFrameCallback((_now, frame) => {
      const moment = this.#buffer.moment(frame.mediaTime);
      if (moment) {
        this.#shown.picture(moment);
        this.listener.moment(moment);
      }
      if (!this.#over) this.#watchFrames();
    });
  }

  #report(): void {
    for (const [recording, spans] of this.#shown.take()) this.#socket?.rendered(recording, spans);
  }

  #renew(): void {
    const viewing = this.#viewing;
    if (!viewing || !this.#socket || Date.parse(viewing.expires_at) - api.serverNow() > RENEW_BEFORE_MS) return;
    void api.renewViewing(viewing.id).then((answer) => {
      if (answer.ok) this.#viewing = answer.value;
    });
  }
}

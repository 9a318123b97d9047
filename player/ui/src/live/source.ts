// Chooses how live pictures come: over a WebSocket into MSE, or in segments where that does not work.

import type { StatedPurpose } from "../api/types";
import { mediaSourceClass } from "./buffer";
import { LiveFallback } from "./fallback";
import { LiveSession, type SessionListener } from "./session";
import type { Moment } from "./stretches";

export interface LiveSource {
  /** Nothing is sent, and nothing logged, until `resume`: the viewer looks back. */
  pause(): void;
  resume(): void;
  /** A picture of the same viewing that was shown elsewhere on the page. */
  shown(moment: Moment): void;
  stop(): void;
}

export interface SourceListener extends SessionListener {
  fallback: () => void;
}

export function openLive(
  media: HTMLVideoElement,
  channel: string,
  purpose: StatedPurpose,
  transport: "socket" | "hls" | undefined,
  listener: SourceListener,
): LiveSource {
  const able = mediaSourceClass() !== null && "WebSocket" in globalThis;
  if (transport === "hls" || (!able && transport !== "socket")) {
    listener.fallback();
    return new LiveFallback(media, channel, purpose, listener);
  }
  return new Switching(media, channel, purpose, listener);
}

/** The WebSocket, until it turns out that none gets through (an old proxy): then segments. */
class Switching implements LiveSource {
  #source: LiveSource;

  constructor(media: HTMLVideoElement, channel: string, purpose: StatedPurpose, listener: SourceListener) {
    this.#source = new LiveSession(media, channel, purpose, listener, () => {
      this.#source.stop();
      listener.fallback();
      this.#source = new LiveFallback(media, channel, purpose, listener);
    });
  }

  pause = () => this.#source.pause();
  resume = () => this.#source.resume();
  shown = (moment: Moment) => this.#source.shown(moment);
  stop = () => this.#source.stop();
}

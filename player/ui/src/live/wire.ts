// The frames of the live socket (docs/reference/api.md). Pure: bytes and texts in, values out.

import type { RenderedSpan } from "../api/types";

export interface LiveTrack {
  track: number;
  kind: "video" | "audio" | "data";
  mime: string;
  timescale: number;
  width: number;
  height: number;
}

export interface Opening {
  say: "opening";
  opening: number;
  recording: string;
  zero_at: string;
  tracks: LiveTrack[];
}

export interface SealedSegment {
  say: "sealed";
  recording: string;
  seq: number;
  start_ms: number;
  end_ms: number;
}

export type Says =
  | Opening
  | SealedSegment
  | { say: "interrupted"; reason: "lost" | "stopped" }
  | { say: "skipped"; reason: "slow" | "log"; recording: string; start_ms: number; end_ms: number }
  | { say: "log"; ok: boolean }
  | { say: "alarm"; undelivered_ms: number }
  | { say: "ended"; reason: "ended" | "restart" | "invalid" };

export type Asks = { do: "pause" } | { do: "resume" } | { do: "rendered"; recording: string; spans: RenderedSpan[] };

export interface Piece {
  init: boolean;
  track: number;
  opening: number;
  key: boolean;
  startMs: number;
  endMs: number;
  data: Uint8Array<ArrayBuffer>;
}

const HEAD_BYTES = 16;

/** A binary frame; null for a kind that this page does not know. */
export function readPiece(frame: ArrayBuffer): Piece | null {
  const view = new DataView(frame);
  const kind = view.getUint8(0);
  if (kind !== 1 && kind !== 2) return null;
  return {
    init: kind === 1,
    track: view.getUint8(1),
    opening: view.getUint8(2),
    key: (view.getUint8(3) & 1) === 1,
    startMs: view.getInt32(8),
    endMs: view.getInt32(12),
    data: new Uint8Array(frame, HEAD_BYTES),
  };
}

/** When the first unit of a fragment is shown, in ticks: `tfdt` and the first `cts` (ISO/IEC 14496-12 §8.8). */
export function presentationTicks(fragment: Uint8Array): number | null {
  const view = new DataView(fragment.buffer, fragment.byteOffset, fragment.byteLength);
  const traf = child(view, child(view, { body: 0, end: view.byteLength }, "moof"), "traf");
  const tfdt = child(view, traf, "tfdt");
  const trun = child(view, traf, "trun");
  if (!tfdt || !trun) return null;
  const decode = view.getUint8(tfdt.body) === 1 ? Number(view.getBigUint64(tfdt.body + 4)) : view.getUint32(tfdt.body + 4);
  const flags = view.getUint32(trun.body) & 0xffffff;
  if (!(flags & 0x800)) return decode;
  let at = trun.body + 8;
  for (const bit of [0x1, 0x4, 0x100, 0x200, 0x400]) if (flags & bit) at += 4;
  return decode + view.getInt32(at);
}

interface Box {
  body: number;
  end: number;
}

function child(view: DataView, parent: Box | null, name: string): Box | null {
  if (!parent) return null;
  for (let at = parent.body; at + 8 <= parent.end; ) {
    const size = view.getUint32(at);
    if (size < 8 || at + size > parent.end) return null;
    const kind = String.fromCharCode(view.getUint8(at + 4), view.getUint8(at + 5), view.getUint8(at + 6), view.getUint8(at + 7));
    if (kind === name) return { body: at + 8, end: at + size };
    at += size;
  }
  return null;
}

// A small bar that shows stretches of one recording: what was handed out, and what a player claimed.

import type { SpanPair } from "../api/types";
import { bars } from "../player/timeline";

interface MiniTimelineProps {
  durationMs: number;
  delivered: readonly SpanPair[];
  rendered?: readonly SpanPair[];
  alarm?: readonly SpanPair[];
  label: string;
}

export function MiniTimeline({ durationMs, delivered, rendered = [], alarm = [], label }: MiniTimelineProps) {
  const end = Math.max(1, durationMs, ...[...delivered, ...rendered, ...alarm].map((span) => span[1]));
  return (
    <svg class="mini" viewBox={`0 0 ${end} 100`} preserveAspectRatio="none" role="img" aria-label={label}>
      <path class="mini-ground" d={bars([[0, end]], 20, 80)} />
      <path class="mini-delivered" d={bars(delivered, 20, 80)} />
      <path class="mini-rendered" d={bars(rendered, 56, 80)} />
      <path class="mini-alarm" d={bars(alarm, 0, 100)} />
    </svg>
  );
}

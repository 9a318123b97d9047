// What was recorded since the start, as a bar: where one looks, where recordings join, and the way back to live.

import { useRef, useState } from "preact/hooks";
import { useApp } from "../state/app";
import { clockLength, dateTime } from "../time/format";
import type { LookingBack } from "./look-back";

export function LiveTimeline({ back }: { back: LookingBack }) {
  const { t, site } = useApp();
  const box = useRef<HTMLDivElement>(null);
  const [hover, setHover] = useState<number | null>(null); // element time
  const { extent, positionS } = back;
  if (!extent) return <div class="live-timeline live-timeline-empty" aria-hidden="true" />;
  const length = Math.max(0.1, extent.endS - extent.startS);
  const share = (elementS: number) => `${(Math.max(0, Math.min(length, elementS - extent.startS)) / length) * 100}%`;
  const wall = (elementS: number) => (extent.startedAtMs === null ? "" : dateTime(extent.startedAtMs + (elementS - extent.startS) * 1000, site.timezone).slice(11));
  const at = (event: PointerEvent): number => {
    const area = box.current?.getBoundingClientRect();
    return area ? extent.startS + ((event.clientX - area.left) / area.width) * length : extent.startS;
  };
  const behind = clockLength((extent.endS - positionS) * 1000);
  return (
    <div class="live-timeline">
      <div
        ref={box}
        class="live-timeline-box"
        role="slider"
        tabIndex={0}
        aria-label={t.live.rewindTimeline}
        aria-valuemin={0}
        aria-valuemax={Math.round(length)}
        aria-valuenow={Math.round(positionS - extent.startS)}
        aria-valuetext={`${wall(positionS)}, ${t.live.behind(behind)}`}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          back.to(at(event));
        }}
        onPointerMove={(event) => {
          setHover(at(event));
          if (event.buttons & 1) back.to(at(event));
        }}
        onPointerLeave={() => setHover(null)}
      >
        <i class="live-timeline-done" style={{ width: share(positionS) }} />
        {extent.joints.map((joint) => (
          <i key={joint} class="live-timeline-joint" style={{ left: share(joint) }} />
        ))}
        <i class="live-timeline-head" style={{ left: share(positionS) }} />
      </div>
      <div class="live-timeline-times num">
        <span>{wall(extent.startS)}</span>
        <output>{hover === null ? `${wall(positionS)} · ${t.live.behind(behind)}` : wall(hover)}</output>
        <span>{wall(extent.endS)}</span>
      </div>
    </div>
  );
}

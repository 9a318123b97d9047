// The timeline: segments with their seal state, gaps, what was delivered and rendered, other viewings, and
// the playhead. Stretches of one sort are one SVG path, so four hours cost no more than four minutes.

import { useMemo, useRef, useState } from "preact/hooks";
import type { RecordingNote } from "../api/room-types";
import type { Segment, SpanPair } from "../api/types";
import { Icon } from "../parts/icon";
import { lanes } from "../parts/note-lanes";
import { useApp } from "../state/app";
import { clockLength, pictureTime, position } from "../time/format";
import { gaps } from "../time/spans";

const HEIGHT = 100; // of the view box; stretched to the element
const MOST_JOINTS = 400; // beyond that, lines between segments would be one grey band

interface TimelineProps {
  durationMs: number;
  startedAt: string;
  segments: readonly Segment[];
  brokenSeqs: ReadonlySet<number>;
  delivered: readonly SpanPair[];
  rendered: readonly SpanPair[];
  handed: readonly SpanPair[];
  notes: readonly RecordingNote[]; // of the sittings it belongs to
  playheadMs: number;
  keyMark: boolean;
  onSeek: (ms: number) => void;
}

export function bars(spans: readonly SpanPair[], top: number, bottom: number): string {
  return spans.map(([start, end]) => `M${start} ${top}H${end}V${bottom}H${start}Z`).join("");
}

interface Layout {
  whole: string;
  broken: SpanPair[];
  missing: SpanPair[];
  joints: string;
}

const SHORTEST_GAP_MS = 40; // joints up to this count as continuous

function layOut(segments: readonly Segment[], brokenSeqs: ReadonlySet<number>, totalMs: number): Layout {
  const pair = ({ start_ms, end_ms }: Segment): SpanPair => [start_ms, end_ms];
  const whole = segments.filter(({ seq }) => !brokenSeqs.has(seq)).map(pair);
  const missing = segments.length > 0 ? gaps(segments, totalMs) : [];
  return {
    whole: bars(whole, 30, 70),
    broken: segments.filter(({ seq }) => brokenSeqs.has(seq)).map(pair),
    missing: missing.filter(([start, end]) => end - start > SHORTEST_GAP_MS),
    joints: segments.length <= MOST_JOINTS ? segments.slice(1).map(({ start_ms }) => `M${start_ms} 30V70`).join("") : "",
  };
}

export function Timeline(props: TimelineProps) {
  const { t, site } = useApp();
  const { durationMs, startedAt, segments, brokenSeqs, playheadMs, onSeek } = props;
  const [hoverMs, setHover] = useState<number | null>(null);
  const [dragging, setDragging] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const total = Math.max(1, durationMs);
  // The playhead moves with every picture; the stretches do not.
  const paths = useMemo(() => layOut(segments, brokenSeqs, total), [segments, brokenSeqs, total]);
  const delivered = useMemo(() => bars(props.delivered, 30, 70), [props.delivered]);
  const rendered = useMemo(() => bars(props.rendered, 54, 70), [props.rendered]);
  const handed = useMemo(() => bars(props.handed, 80, 92), [props.handed]);

  const at = (event: PointerEvent): number => {
    const area = box.current?.getBoundingClientRect();
    if (!area) return 0;
    return Math.max(0, Math.min(total, ((event.clientX - area.left) / area.width) * total));
  };
  const hoverSegment = hoverMs === null ? null : segments.find(({ start_ms, end_ms }) => hoverMs >= start_ms && hoverMs < end_ms);
  const { whole, broken, missing, joints } = paths;
  const inGap = hoverMs !== null && segments.length > 0 && !hoverSegment && hoverMs < total;
  const share = (ms: number) => `${(ms / total) * 100}%`;
  const noteLanes = lanes(props.notes.map((each) => each.recording_ms), total);

  return (
    <div class="timeline">
      <div
        ref={box}
        class="timeline-box"
        role="slider"
        tabIndex={0}
        aria-label={t.player.timeline}
        aria-valuemin={0}
        aria-valuemax={Math.round(total / 1000)}
        aria-valuenow={Math.round(playheadMs / 1000)}
        aria-valuetext={`${clockLength(playheadMs)}, ${pictureTime(startedAt, playheadMs, site.timezone)}`}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setDragging(true);
          onSeek(at(event));
        }}
        onPointerMove={(event) => {
          setHover(at(event));
          if (dragging) onSeek(at(event));
        }}
        onPointerUp={() => setDragging(false)}
        onPointerCancel={() => setDragging(false)}
        onPointerLeave={() => setHover(null)}
      >
        <svg viewBox={`0 0 ${total} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          <path class="tl-sealed" d={whole} />
          <path class="tl-gap" d={bars(missing, 30, 70)} />
          <path class="tl-delivered" d={delivered} />
          <path class="tl-broken" d={bars(broken, 30, 70)} />
          <path class="tl-rendered" d={rendered} />
          <path class="tl-joints" d={joints} />
          <path class="tl-handed" d={handed} />
        </svg>
        {props.keyMark && <span class="tl-mark" title={t.player.legend.mark} />}
        {broken.map(([start]) => (
          <span key={start} class="tl-finding" style={{ left: share(start) }} title={t.player.legend.warning} />
        ))}
        {props.notes.map((each, n) => (
          <button
            key={each.entry}
            type="button"
            class={`tl-note tl-note-${each.kind}`}
            data-ms={each.recording_ms}
            style={{ left: share(Math.min(total, each.recording_ms)), "--lane": noteLanes[n] }}
            title={`${t.rooms.sitting[each.kind]} ${each.text}`}
            aria-label={`${t.rooms.sitting.playAt(position(each.recording_ms))} ${each.text}`}
            onPointerDown={(event) => event.stopPropagation()}
            onClick={() => onSeek(each.recording_ms)}
          >
            <Icon name={each.kind === "mark" ? "flag" : "note"} size={15} filled={each.kind === "mark"} />
          </button>
        ))}
        {hoverMs !== null && <span class="tl-hover" style={{ left: share(hoverMs) }} />}
        <span class="tl-playhead" style={{ left: share(Math.min(total, playheadMs)) }} />
      </div>
      {hoverMs !== null && (
        <output class={hoverMs / total > 0.8 ? "tl-tip tl-tip-left" : "tl-tip"} style={{ left: share(hoverMs) }}>
          <b>{position(hoverMs)}</b>
          <span>{pictureTime(startedAt, hoverMs, site.timezone)}</span>
          {hoverSegment && <span class={brokenSeqs.has(hoverSegment.seq) ? "bad" : ""}>{t.player.segment(hoverSegment.seq)}</span>}
          {inGap && <span class="bad">{t.player.inGap}</span>}
        </output>
      )}
      <Legend hasGap={missing.length > 0} hasBroken={broken.length > 0} hasHanded={props.handed.length > 0} keyMark={props.keyMark} />
    </div>
  );
}

function Legend({ hasGap, hasBroken, hasHanded, keyMark }: { hasGap: boolean; hasBroken: boolean; hasHanded: boolean; keyMark: boolean }) {
  const { legend } = useApp().t.player;
  const shown: [string, string, boolean][] = [
    ["sealed", legend.sealed, true],
    ["delivered", legend.delivered, true],
    ["rendered", legend.rendered, true],
    ["handed", legend.handed, hasHanded],
    ["gap", legend.gap, hasGap],
    ["broken", legend.broken, hasBroken],
    ["mark", legend.mark, keyMark],
  ];
  return (
    <ul class="legend">
      {shown
        .filter(([, , on]) => on)
        .map(([name, label]) => (
          <li key={name}>
            <i class={`key key-${name}`} />
            {label}
          </li>
        ))}
    </ul>
  );
}

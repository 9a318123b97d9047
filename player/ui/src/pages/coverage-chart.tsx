// The coverage chart of one activity: what is asked, each camera, sound, key moments and findings on one time axis.
// A bar of footage is a link: it plays that recording at the place that was clicked.

import { useRef, useState } from "preact/hooks";
import type { Activity, CaseDetail, Counted, Coverage, Items, Span } from "../api/case-types";
import { Icon } from "../parts/icon";
import { useApp } from "../state/app";
import { go, routeText } from "../state/route";
import { timeOnly } from "../time/format";
import { Stills } from "./chart-stills";
import { axisOf, stepOf, ticksOf, type Axis } from "./coverage-axis";

interface ChartProps {
  activity: Activity;
  detail: CaseDetail;
  items: Items;
  name: string;
}

export function CoverageChart({ activity, detail, items, name }: ChartProps) {
  const { t, site, pictures } = useApp();
  const [hoverMs, setHover] = useState<number | null>(null);
  const axis = axisOf(activity);
  if (!axis) return null;
  const c = t.cases;
  const views = [...new Set(activity.footage.map((each) => each.view))];
  const at = (event: PointerEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return axis.start + ((event.clientX - box.left) / box.width) * axis.length;
  };
  const required = activity.asked?.views ?? 1;
  return (
    <figure class="coverage" aria-label={c.chart(name)}>
      <div class="cv-labels" aria-hidden="true">
        <span class="cv-axis" />
        {activity.picture && <span>{c.lanes.whole}</span>}
        {activity.views && <span>{c.lanes.views(required)}</span>}
        {views.map((view) => (
          <span key={view} class="num-left" title={view}>
            {view}
          </span>
        ))}
        {activity.sound && <span>{c.lanes.sound}</span>}
        <span>{c.lanes.marks}</span>
      </div>
      <div class="cv-lanes" onPointerMove={(event) => setHover(at(event))} onPointerLeave={() => setHover(null)}>
        <TimeAxis axis={axis} />
        {activity.picture && <CoverageLane axis={axis} coverage={activity.picture} />}
        {activity.views && <CoverageLane axis={axis} coverage={activity.views} />}
        {views.map((view) => (
          <div key={view} class="cv-lane">
            {activity.footage
              .filter((each) => each.view === view)
              .map((each) => (
                <Take key={each.recording} axis={axis} each={each} number={detail.number} point={setHover} />
              ))}
            {activity.joints
              .filter((joint) => joint.view === view && joint.assumed)
              .map((joint) => (
                <span key={joint.start_at} class="cv-assumed" title={c.legend.assumed} style={{ left: axis.at(joint.start_at) }} />
              ))}
          </div>
        ))}
        {activity.sound && <CoverageLane axis={axis} coverage={activity.sound} />}
        <Marks axis={axis} activity={activity} detail={detail} items={items} />
        {activity.started_at && <span class="cv-edge" style={{ left: axis.at(activity.started_at) }} />}
        {activity.ended_at && <span class="cv-edge" style={{ left: axis.at(activity.ended_at) }} />}
        {hoverMs !== null && (
          <span class="cv-hover" style={{ left: `${((hoverMs - axis.start) / axis.length) * 100}%` }}>
            <output>{timeOnly(hoverMs, site.timezone)}</output>
          </span>
        )}
      </div>
      {pictures && <Stills activity={activity} atMs={hoverMs} viewing={pictures} />}
      <Legend />
    </figure>
  );
}

// A tick behind it has no label: it would be cut off.
const LAST_LABEL = 0.88;

function TimeAxis({ axis }: { axis: Axis }) {
  const { site } = useApp();
  return (
    <div class="cv-axis">
      {ticksOf(axis).map((ms) => {
        const share = (ms - axis.start) / axis.length;
        return (
          <span key={ms} style={{ left: `${share * 100}%` }}>
            {share < LAST_LABEL && timeOnly(ms, site.timezone)}
          </span>
        );
      })}
    </div>
  );
}

function CoverageLane({ axis, coverage }: { axis: Axis; coverage: Coverage }) {
  const { t } = useApp();
  const parts: [string, Span[], string][] = [
    ["cv-shown", coverage.shown, t.cases.legend.shown],
    ["cv-missing", coverage.missing, t.cases.legend.missing],
    ["cv-doubtful", coverage.doubtful, t.cases.legend.doubtful],
  ];
  return (
    <div class="cv-lane cv-thin">
      {parts.flatMap(([look, spans, label]) =>
        spans.map((span) => <span key={`${look}${span[0]}`} class={look} title={label} style={axis.box(span)} />),
      )}
    </div>
  );
}

/** One recording: its picture as a bar, and where it is silent a line below. */
function Take({ axis, each, number, point }: { axis: Axis; each: Counted; number: string; point: (ms: number | null) => void }) {
  const { t, site } = useApp();
  const cursor = useRef<number | null>(null); // moved with the arrow keys
  const start = Date.parse(each.start_at);
  const target = (ms: number) =>
    routeText(["recordings", each.recording], { at: String(Math.max(0, Math.round(ms - start))), case: number });
  const play = (event: MouseEvent) => {
    event.preventDefault();
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const part = (event.clientX - box.left) / box.width;
    // The Enter key is a click without a place: it plays where the arrow keys have gone.
    go(target(event.detail === 0 ? (cursor.current ?? shown[0]) : shown[0] + part * (shown[1] - shown[0])));
  };
  const pointAt = (ms: number | null) => {
    cursor.current = ms;
    point(ms);
  };
  const move = (event: KeyboardEvent) => {
    const direction = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (direction === 0) return;
    event.preventDefault();
    const from = cursor.current ?? shown[0];
    pointAt(Math.max(shown[0], Math.min(shown[1] - 1, from + direction * stepOf(axis))));
  };
  const shown = axis.clip([each.start_at, new Date(start + each.duration_ms).toISOString()]);
  if (shown[1] <= shown[0]) return null;
  return (
    <a
      class={each.verdict === "confirmed" ? "cv-take" : "cv-take cv-proposed"}
      href={target(shown[0])}
      aria-label={t.cases.playAt(each.name, timeOnly(shown[0], site.timezone))}
      title={`${each.name}${each.verdict === "proposed" ? ` · ${t.cases.legend.proposed}` : ""}`}
      style={axis.box([new Date(shown[0]).toISOString(), new Date(shown[1]).toISOString()])}
      onClick={play}
      onKeyDown={move}
      onFocus={(event) => event.currentTarget.matches(":focus-visible") && pointAt(shown[0])}
      onBlur={() => pointAt(null)}
    >
      <Icon name="play" size={12} filled />
      <span>{each.name}</span>
    </a>
  );
}

function Marks({ axis, activity, detail, items }: { axis: Axis; activity: Activity; detail: CaseDetail; items: Items }) {
  const { language } = useApp();
  const clips = detail.clips.filter((clip) => clip.activity === activity.id && clip.start_at);
  const findings = detail.findings.filter((each) => each.activity === activity.id && each.kind !== "unconfirmed" && each.start_at && each.end_at);
  const name = (code: string) => items.moments.find((each) => each.code === code)?.[language] ?? code;
  return (
    <div class="cv-lane">
      {findings.map((each) => (
        <span
          key={each.key}
          class={each.state === "answered" ? "cv-finding cv-answered" : "cv-finding"}
          title={each[language]}
          style={axis.box([each.start_at ?? "", each.end_at ?? ""])}
        />
      ))}
      {clips.map((clip) => (
        <a
          key={clip.id}
          class="cv-moment"
          href={routeText(["recordings", clip.recording], { at: String(clip.start_ms), case: detail.number })}
          title={clip.moment ? name(clip.moment) : clip.note}
          aria-label={clip.moment ? name(clip.moment) : clip.note}
          style={{ left: axis.at(clip.start_at ?? "") }}
        >
          <Icon name="flag" size={13} filled={clip.moment !== null} />
        </a>
      ))}
    </div>
  );
}

function Legend() {
  const { legend } = useApp().t.cases;
  const signs: [string, string][] = [
    ["cv-shown", legend.shown],
    ["cv-missing", legend.missing],
    ["cv-doubtful", legend.doubtful],
    ["cv-take", legend.recording],
    ["cv-take cv-proposed", legend.proposed],
    ["cv-finding", legend.finding],
  ];
  return (
    <figcaption class="cv-legend">
      {signs.map(([look, name]) => (
        <span key={look}>
          <i class={look} />
          {name}
        </span>
      ))}
      <span>
        <Icon name="flag" size={13} filled />
        {legend.moment}
      </span>
    </figcaption>
  );
}

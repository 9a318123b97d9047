// The time slate: the server's signed time as a large code, for a body camera to film. Readable from a metre away.

import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../parts/icon";
import { ErrorNotice } from "../parts/notice";
import { SlateSteps } from "../slate/steps";
import { pathOf, type Showing } from "../slate/showing";
import { useSlate, useWakeLock } from "../slate/use-slate";
import { useApp } from "../state/app";
import { go, routeText } from "../state/route";
import { useSettled } from "../state/use";
import { pictureTime } from "../time/format";

// A code needs four light squares around it.
const BORDER = 4;

export function SlatePage({ caseNumber }: { caseNumber: string }) {
  const { t, site } = useApp();
  const [typed, setTyped] = useState(caseNumber);
  const named = useSettled(typed.trim(), 400);
  const { showing, error } = useSlate(named);
  const awake = useWakeLock();
  const stage = useRef<HTMLDivElement>(null);
  const s = t.clocks.slate;
  useEffect(() => go(routeText(["slate"], { case: named || undefined }), true), [named]);
  const { code } = showing;
  const refused = error !== null && error.status >= 400 && error.status < 500;
  return (
    <div class="page slate-page">
      <header class="page-head">
        <h1>{s.title}</h1>
        <FullScreen stage={stage} />
      </header>
      <div class="slate" ref={stage}>
        <div class={code ? "slate-code" : "slate-code slate-none"} data-state={code ? "fresh" : "none"}>
          {code ? <Code squares={code.squares} label={s.label} /> : <Down trouble={showing.trouble} />}
        </div>
        <aside class="slate-side">
          <output class="slate-time num" aria-live="off">
            {code ? pictureTime(code.at, 0, site.timezone) : "—"}
          </output>
          <p class={code ? "chip chip-safe" : "chip chip-bad"} role="status">
            <Icon name={code ? "check" : "alert"} size={14} />
            {code ? s.fresh : s.down}
          </p>
          <SlateSteps />
          <label class="field">
            <span>
              {s.case} <small>{s.caseHint}</small>
            </span>
            <input type="text" maxLength={20} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
          </label>
          <p class="quiet slate-fine">
            {code && <span class="num">{s.promised(code.round_trip_ms)}</span>} {!awake && s.mayDim}
          </p>
          {refused && <ErrorNotice error={error} />}
        </aside>
      </div>
    </div>
  );
}

function FullScreen({ stage }: { stage: { current: HTMLDivElement | null } }) {
  const { t } = useApp();
  // Some telephones have none for anything but films.
  if (!document.fullscreenEnabled) return null;
  return (
    <button type="button" class="button" onClick={() => void stage.current?.requestFullscreen().catch(() => undefined)}>
      <Icon name="full" />
      {t.clocks.slate.full}
    </button>
  );
}

function Code({ squares, label }: { squares: readonly string[]; label: string }) {
  const side = squares.length + 2 * BORDER;
  return (
    <svg viewBox={`0 0 ${side} ${side}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <rect width={side} height={side} class="slate-light" />
      <path d={pathOf(squares, BORDER)} class="slate-dark" />
    </svg>
  );
}

function Down({ trouble }: { trouble: Showing["trouble"] }) {
  const { t } = useApp();
  const s = t.clocks.slate;
  return (
    <div class="slate-down">
      <Icon name={trouble === "none" ? "clock" : "alert"} size={60} />
      <strong>{trouble === "none" ? s.waiting : s.down}</strong>
      {trouble !== "none" && <span>{trouble === "slow" ? s.slow : s.failed}</span>}
    </div>
  );
}

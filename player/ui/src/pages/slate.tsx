// The time slate: the server's signed time as a large code, for a body camera to film. Readable from a metre away.

import { useEffect, useState } from "preact/hooks";
import { api, type ApiError } from "../api/client";
import { Icon } from "../parts/icon";
import { ErrorNotice } from "../parts/notice";
import { answered, current, failed, NOTHING, pathOf, type Showing } from "../slate/showing";
import { useApp } from "../state/app";
import { go, routeText } from "../state/route";
import { useSettled } from "../state/use";
import { pictureTime } from "../time/format";

// A code needs four light squares around it.
const BORDER = 4;
const AFTER_FAILURE_MS = 500;

/** Asks for code after code while the page is shown. */
function useSlate(caseNumber: string): { showing: Showing; error: ApiError | null } {
  const [showing, setShowing] = useState<Showing>(NOTHING);
  const [error, setError] = useState<ApiError | null>(null);
  useEffect(() => {
    let left = false;
    let timer = 0;
    setShowing(NOTHING);
    const ask = async () => {
      const askedMs = performance.now();
      const answer = await api.slate(caseNumber);
      if (left) return;
      const nowMs = performance.now();
      setError(answer.ok ? null : answer.error);
      setShowing((old) => (answer.ok ? answered(old, answer.value, askedMs, nowMs) : failed(old, nowMs)));
      const period = answer.ok ? answer.value.refresh_ms : AFTER_FAILURE_MS;
      timer = window.setTimeout(() => void ask(), Math.max(0, askedMs + period - nowMs));
    };
    void ask();
    // Also between answers: a code that grows old is taken down by the next frame.
    let frame = requestAnimationFrame(function look() {
      setShowing((old) => current(old, performance.now()));
      frame = requestAnimationFrame(look);
    });
    return () => {
      left = true;
      window.clearTimeout(timer);
      cancelAnimationFrame(frame);
    };
  }, [caseNumber]);
  return { showing, error };
}

export function SlatePage({ caseNumber }: { caseNumber: string }) {
  const { t, site } = useApp();
  const [typed, setTyped] = useState(caseNumber);
  const named = useSettled(typed.trim(), 400);
  const { showing, error } = useSlate(named);
  const s = t.clocks.slate;
  useEffect(() => go(routeText(["slate"], { case: named || undefined }), true), [named]);
  const { code } = showing;
  const refused = error !== null && error.status >= 400 && error.status < 500;
  return (
    <div class="page slate-page">
      <header class="page-head">
        <h1>{s.title}</h1>
      </header>
      <div class="slate">
        <div class={code ? "slate-code" : "slate-code slate-none"} data-state={code ? "fresh" : "none"}>
          {code ? <Code squares={code.squares} label={s.label} /> : <Down trouble={showing.trouble} />}
        </div>
        <aside class="slate-side">
          <output class="slate-time" aria-live="off">
            {code ? pictureTime(code.at, 0, site.timezone) : "—"}
          </output>
          <p class={code ? "chip chip-safe" : "chip chip-bad"} role="status">
            <Icon name={code ? "check" : "alert"} size={14} />
            {code ? s.fresh : s.down}
          </p>
          <p class="quiet num">{showing.tripMs === null ? " " : s.trip(Math.round(showing.tripMs))}</p>
          <label class="field">
            <span>
              {s.case} <small>{s.caseHint}</small>
            </span>
            <input type="text" maxLength={20} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
          </label>
          <ol class="slate-how">
            {s.how.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ol>
          {refused && <ErrorNotice error={error} />}
        </aside>
      </div>
    </div>
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

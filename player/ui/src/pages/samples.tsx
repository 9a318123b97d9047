// Random samples and their fate: all of them, also those that nobody carried through.

import { useEffect, useState } from "preact/hooks";
import { api, type ApiError } from "../api/client";
import type { Sample } from "../api/sample-types";
import { Icon } from "../parts/icon";
import { ErrorNotice, Notice } from "../parts/notice";
import { opensOnPress } from "../parts/row-link";
import { may, useApp } from "../state/app";
import { go, routeText } from "../state/route";
import { useAnswer } from "../state/use";
import { dateOnly, dateTime } from "../time/format";
import { SampleDialog } from "./sample-dialog";

export function SamplesPage() {
  const { t, session } = useApp();
  const [rows, setRows] = useState<Sample[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [making, setMaking] = useState(false);
  const load = async (cursor: string | null) => {
    setError(null);
    const answer = await api.samples({ cursor });
    if (!answer.ok) return setError(answer.error);
    setRows((old) => (cursor && old ? [...old, ...answer.value.samples] : answer.value.samples));
    setNext(answer.value.next);
  };
  useEffect(() => void load(null), []);
  const s = t.samples;
  return (
    <div class="page samples">
      <header class="page-head">
        <h1>{s.title}</h1>
        <p class="summary" role="status" />
        {may(session, "sample.commit") && (
          <button type="button" class="button primary" onClick={() => setMaking(true)}>
            <Icon name="plus" size={16} />
            {s.new}
          </button>
        )}
      </header>
      <p class="callout">
        <Icon name="dice" />
        <span>{s.note}</span>
      </p>
      {error && <ErrorNotice error={error} retry={() => void load(null)} />}
      {!error && !rows && <div class="recording-skeleton skeleton" aria-hidden="true" />}
      {!error && rows?.length === 0 && (
        <Notice icon="dice" title={s.empty}>
          <p>{may(session, "sample.commit") ? s.emptyWhy : s.emptyReader}</p>
        </Notice>
      )}
      {!error && rows && rows.length > 0 && <SampleTable rows={rows} />}
      {next && (
        <div class="table-end">
          <button type="button" class="button" onClick={() => void load(next)}>
            {t.common.more}
          </button>
        </div>
      )}
      {making && <SampleDialog onClose={() => setMaking(false)} onMade={(id) => go(routeText(["samples", id]))} />}
    </div>
  );
}

function SampleTable({ rows }: { rows: Sample[] }) {
  const { t, site } = useApp();
  const s = t.samples;
  const c = s.columns;
  return (
    <div class="table-box">
      <table class="table many-columns" aria-label={s.table}>
        <thead>
          <tr>
            {[c.title, c.range, c.size, c.state, c.done, c.flaws, c.by].map((head) => (
              <th key={head} class={head === c.done || head === c.flaws ? "num" : ""}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} data-sample={row.id} data-state={row.state} {...opensOnPress(routeText(["samples", row.id]))}>
              <td>
                <a href={routeText(["samples", row.id])}>{row.title}</a>
                {row.earlier > 0 && <span class="note-line quiet">{s.earlier(row.earlier)}</span>}
              </td>
              <td>
                <Population sample={row} />
              </td>
              <td class="nowrap">{s.nOf(row.size, row.n_population)}</td>
              <td>
                <SampleState sample={row} />
              </td>
              <td class="num nowrap">{row.state === "drawn" ? s.done(row.n_reviewed, row.size) : "–"}</td>
              <td class="num">{row.n_reviewed > 0 ? row.n_flaws : "–"}</td>
              <td>{s.by(row.display_name, dateTime(row.at, site.timezone))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What is drawn from, in words. */
export function Population({ sample }: { sample: Sample }) {
  const { t, site, language } = useApp();
  const { value: items } = useAnswer("items", api.items);
  const s = t.samples;
  const name = (code: string) => items?.items.find((item) => item.code === code)?.[language] ?? code;
  const last = new Date(Date.parse(sample.to_at) - 1).toISOString();
  return (
    <span>
      {s.of[sample.of]} · {sample.unit ?? s.allUnits} · {sample.items.length > 0 ? sample.items.map(name).join("、") : s.allItems} ·{" "}
      <span class="num nowrap">
        {dateOnly(sample.from_at, site.timezone)} – {dateOnly(last, site.timezone)}
      </span>
    </span>
  );
}

export function SampleState({ sample }: { sample: Sample }) {
  const s = useApp().t.samples;
  const whole = sample.state === "drawn" && sample.n_reviewed === sample.size;
  const look = sample.state === "abandoned" ? "chip-waiting" : sample.state === "committed" ? "chip-sealing" : whole ? "chip-safe" : "chip-sealing";
  return (
    <>
      <span class={`chip ${look}`}>
        <Icon name={sample.state === "abandoned" ? "close" : sample.state === "committed" ? "lock" : whole ? "checkCircle" : "dice"} size={14} />
        {s.states[sample.state]}
      </span>
      {sample.reason && <span class="note-line quiet">{sample.reason}</span>}
    </>
  );
}

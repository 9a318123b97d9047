// What one figure of the statistics counts: activities, findings or recordings, each with the case it belongs to.

import { useEffect, useRef, useState } from "preact/hooks";
import { api, type ApiError, type Query } from "../api/client";
import type { Chosen } from "../api/oversight-types";
import { Icon } from "../parts/icon";
import { ErrorNotice, Notice } from "../parts/notice";
import { useApp } from "../state/app";
import { routeText } from "../state/route";
import { useAnswer } from "../state/use";
import { dateTime, waiting } from "../time/format";
import { asked, periodOf, type Wanted } from "./statistics-query";

const NARROWING = ["by", "key", "kind", "cause", "figure"] as const;

function useChosen(question: Query) {
  const [rows, setRows] = useState<Chosen[] | null>(null);
  const [total, setTotal] = useState(0);
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const latest = useRef(0);
  const key = JSON.stringify(question);
  const load = async (cursor: string | null) => {
    const mine = ++latest.current;
    setError(null);
    const answer = await api.complianceList({ ...question, cursor });
    if (mine !== latest.current) return;
    if (!answer.ok) return setError(answer.error);
    setRows((old) => (cursor && old ? [...old, ...answer.value.rows] : answer.value.rows));
    setTotal(answer.value.total);
    setNext(answer.value.next);
  };
  useEffect(() => void load(null), [key]);
  return { rows, total, next, error, more: () => void load(next), reload: () => void load(null) };
}

/** What the address narrows it to; "-" stands for the empty name. */
function narrowed(query: Wanted): Query {
  const given = NARROWING.filter((key) => query[key] !== undefined);
  return Object.fromEntries(given.map((key) => [key, query[key] === "-" ? "" : query[key]]));
}

export function StatisticsListPage({ query }: { query: Wanted }) {
  const { t, site } = useApp();
  const s = t.statistics;
  const question: Query = { ...asked(query, api.serverNow(), site.timezone), ...narrowed(query) };
  const { rows, total, next, error, more, reload } = useChosen(question);
  const { figure = "", by, key, kind, cause, ...rest } = query;
  const period = periodOf(query, api.serverNow(), site.timezone);
  const names = [
    by && key !== undefined && (key === "-" ? s.noKey[by] : key),
    kind && (s.kindNames[kind] ?? kind),
    cause !== undefined && (cause === "-" ? s.noCause : (t.cases.causes[cause] ?? cause)),
    query.unit,
  ].filter(Boolean);
  return (
    <div class="page statistics">
      <a class="back" href={routeText(["statistics"], { ...rest, by })}>
        <Icon name="chevronLeft" size={16} />
        {s.list.back}
      </a>
      <header class="page-head">
        <h1>{s.list.figures[figure] ?? figure}</h1>
        <p class="summary" role="status">
          {names.map((name) => (
            <span key={String(name)} class="chip chip-sealing">
              {name}
            </span>
          ))}
          <span class="num">
            {period.from} – {period.to}
          </span>
          {rows && <strong>{s.list.found(total)}</strong>}
        </p>
        <a class="button" href={api.complianceCsvUrl("list", question)} download>
          <Icon name="download" size={16} />
          {s.csv}
        </a>
      </header>
      {error && <ErrorNotice error={error} retry={reload} />}
      {!error && !rows && <div class="recording-skeleton skeleton" aria-hidden="true" />}
      {!error && rows?.length === 0 && <Notice icon="chart" title={s.list.empty} />}
      {!error && rows && rows.length > 0 && <ChosenTable rows={rows} />}
      {next && (
        <div class="table-end">
          <button type="button" class="button" onClick={more}>
            {t.common.more}
          </button>
        </div>
      )}
    </div>
  );
}

function ChosenTable({ rows }: { rows: Chosen[] }) {
  const { t, site, language } = useApp();
  const { value: items } = useAnswer("items", api.items);
  const s = t.statistics;
  const c = t.cases;
  const item = (code: string | null) => (code === null ? s.list.ofCase : (items?.items.find((each) => each.code === code)?.[language] ?? code));
  return (
    <div class="table-box">
      <table class="table many-columns" aria-label={s.list.what}>
        <thead>
          <tr>
            {[c.columns.number, c.columns.title, s.unit, s.item, c.officers, s.list.when, s.list.what].map((head) => (
              <th key={head}>{head}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index} class="plain" data-row={row.case}>
              <td class="nowrap">
                <a href={routeText(["cases", row.case])}>{row.case_number}</a>
              </td>
              <td>{row.case_title}</td>
              <td>{row.unit ?? t.common.unknown}</td>
              <td>{item(row.item)}</td>
              <td>{row.officers.join("、") || t.common.none}</td>
              <td class="nowrap">{row.started_at ? dateTime(row.started_at, site.timezone) : c.noTimes}</td>
              <td>
                <What row={row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function What({ row }: { row: Chosen }) {
  const { t, language } = useApp();
  const s = t.statistics;
  if (row.recording)
    return (
      <>
        <a href={routeText(["recordings", row.recording])}>{row.device ?? s.list.recording}</a>{" "}
        {row.late && <span class="chip chip-bad">{s.list.isLate}</span>}
      </>
    );
  if (row.kind)
    return (
      <>
        {row[language]} {row.standing && <span class="quiet">{t.cases.findingStates[row.standing]}</span>}
      </>
    );
  if (row.required_ms === 0) return <span class="quiet">–</span>;
  return <span class="num">{s.list.coverage(waiting(row.shown_ms / 1000, language), waiting(row.required_ms / 1000, language))}</span>;
}

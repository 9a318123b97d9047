// The compliance dashboard: coverage, losses by cause, late hand-ins and open findings, by unit, officer, device, week.
// Every number is a link to what it counts.

import { api } from "../api/client";
import type { Compliance, Figure, Figures, Part } from "../api/oversight-types";
import { ColumnsChart, CellBar, type Column } from "../parts/columns-chart";
import { Icon } from "../parts/icon";
import { ErrorNotice, Notice } from "../parts/notice";
import { useApp } from "../state/app";
import { go, routeText } from "../state/route";
import { useAnswer, useEvery } from "../state/use";
import { waiting } from "../time/format";
import { asked, groupingOf, lastWeeks, percent, periodOf, thisYear, type Wanted } from "./statistics-query";

const AGAIN_MS = 2000;

export function StatisticsPage({ query }: { query: Wanted }) {
  const { t, site } = useApp();
  const by = groupingOf(query);
  const question = { ...asked(query, api.serverNow(), site.timezone), by };
  const { value: found, error, reload } = useAnswer(JSON.stringify(question), () => api.compliance(question));
  const weekly = useAnswer(`week ${JSON.stringify(question)}`, () => api.compliance({ ...question, by: "week" }));
  useEvery(AGAIN_MS, () => {
    if (!found?.pending) return;
    reload();
    weekly.reload();
  });
  return (
    <div class="page statistics">
      <header class="page-head">
        <h1>{t.statistics.title}</h1>
        <a class="button" href={api.complianceCsvUrl("figures", question)} download>
          <Icon name="download" size={16} />
          {t.statistics.csv}
        </a>
      </header>
      <Filters query={query} found={found} />
      {error && <ErrorNotice error={error} retry={reload} />}
      {!error && !found && <div class="recording-skeleton skeleton" aria-hidden="true" />}
      {!error && found && <Found found={found} weekly={weekly.value} query={query} />}
    </div>
  );
}

function Filters({ query, found }: { query: Wanted; found: Compliance | null }) {
  const { t, site, language } = useApp();
  const { value: items } = useAnswer("items", api.items);
  const s = t.statistics;
  const period = periodOf(query, api.serverNow(), site.timezone);
  const set = (changes: Record<string, string>) => go(routeText(["statistics"], { ...query, ...changes }), true);
  const presets = [
    [s.presets.week4, lastWeeks(api.serverNow(), site.timezone, 4)],
    [s.presets.week12, lastWeeks(api.serverNow(), site.timezone, 12)],
    [s.presets.year, thisYear(api.serverNow(), site.timezone)],
  ] as const;
  return (
    <form class="filters" aria-label={s.period} onSubmit={(event) => event.preventDefault()}>
      <div class="segmented" role="group" aria-label={s.period}>
        {presets.map(([name, days]) => (
          <button key={name} type="button" aria-pressed={days.from === period.from && days.to === period.to} onClick={() => set({ ...days })}>
            {name}
          </button>
        ))}
      </div>
      {(["from", "to"] as const).map((key) => (
        <label key={key} class="field compact">
          <span>{t.common[key]}</span>
          <input type="date" value={period[key]} required onChange={(event) => event.currentTarget.value && set({ [key]: event.currentTarget.value })} />
        </label>
      ))}
      <label class="field compact">
        <span>{s.unit}</span>
        <select value={query.unit ?? ""} class={query.unit ? "active" : ""} onChange={(event) => set({ unit: event.currentTarget.value })}>
          <option value="">{t.common.all}</option>
          {(found?.units ?? (query.unit ? [query.unit] : [])).map((unit) => (
            <option key={unit} value={unit}>
              {unit}
            </option>
          ))}
        </select>
      </label>
      <label class="field compact">
        <span>{s.item}</span>
        <select value={query.item ?? ""} class={query.item ? "active" : ""} onChange={(event) => set({ item: event.currentTarget.value })}>
          <option value="">{t.common.all}</option>
          {items?.items
            .filter((item) => item.mode === "full" || item.mode === "key")
            .map((item) => (
              <option key={item.code} value={item.code}>
                {item[language]}
              </option>
            ))}
        </select>
      </label>
    </form>
  );
}

interface FoundProps {
  found: Compliance;
  weekly: Compliance | null;
  query: Wanted;
}

function Found({ found, weekly, query }: FoundProps) {
  const { t } = useApp();
  const s = t.statistics;
  return (
    <>
      <Cards total={found.total} query={query} />
      <LeftOut found={found} query={query} />
      {found.total.activities === 0 && found.total.findings === 0 ? (
        <Notice icon="chart" title={s.empty}>
          <p>{s.emptyWhy}</p>
        </Notice>
      ) : (
        <>
          {weekly && <Weekly weekly={weekly} query={query} />}
          <div class="case-columns">
            <PartsTable title={s.causes} why={s.causesWhy} parts={found.causes} empty={s.noLosses} name={(each) => (each ? (t.cases.causes[each] ?? each) : s.noCause)} link={(cause) => ({ figure: "losses", cause })} query={query} />
            <PartsTable title={s.kinds} parts={found.kinds} empty={s.noFindings} name={(each) => s.kindNames[each] ?? each} link={(kind) => ({ figure: "findings", kind })} query={query} />
            {found.contents.length > 0 && <PartsTable title={s.contents} why={s.contentsWhy} parts={found.contents} empty={s.noLosses} name={(each) => s.contentNames[each] ?? each} link={null} query={query} />}
          </div>
          <Groups found={found} query={query} />
        </>
      )}
      <details class="definitions">
        <summary>{s.definitions}</summary>
        <ul>
          {s.definitionList.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      </details>
    </>
  );
}

/** A number as a link to what it counts; nothing to see behind a zero. */
function Count({ n, figure, query, more = {} }: { n: number; figure: Figure; query: Wanted; more?: Record<string, string> }) {
  if (n === 0) return <span class="quiet">0</span>;
  return (
    <a href={listOf(query, { figure, ...more })} data-figure={figure}>
      {n}
    </a>
  );
}

function listOf(query: Wanted, more: Record<string, string>): string {
  const { by: _by, ...rest } = query;
  // An empty cause or key is one too: "nobody said why", "no unit".
  const named = Object.fromEntries(Object.entries(more).map(([key, value]) => [key, value === "" ? "-" : value]));
  return routeText(["statistics", "list"], { ...rest, ...named });
}

function Cards({ total, query }: { total: Figures; query: Wanted }) {
  const { t, language } = useApp();
  const s = t.statistics;
  const length = (ms: number) => waiting(ms / 1000, language);
  const lost = total.missing_ms + total.doubtful_ms;
  return (
    <div class="figure-cards">
      <Card name={s.coverage} value={total.coverage === null ? null : percent(total.coverage)} tone={total.coverage === 1 ? "good" : ""}>
        {total.coverage === null ? s.noRateWhy : s.coverageWhy(length(total.shown_ms), length(total.required_ms))}
      </Card>
      <Card name={s.whole} value={total.in_full === 0 ? null : s.wholeOf(total.whole, total.in_full)} href={listOf(query, { figure: "not-whole" })}>
        {total.in_full === 0 ? s.noRateWhy : `${s.columns.notWhole} ${total.in_full - total.whole}`}
      </Card>
      <Card name={s.lost} value={total.in_full === 0 ? null : length(lost)} tone={lost > total.explained_ms ? "bad" : ""} href={listOf(query, { figure: "losses" })}>
        {total.in_full === 0 ? s.noRateWhy : s.lostWhy(length(total.missing_ms), length(total.doubtful_ms), length(total.explained_ms))}
      </Card>
      <Card name={s.late} value={total.late_share === null ? null : String(total.late)} tone={total.late ? "warn" : ""} href={listOf(query, { figure: "late" })}>
        {total.late_share === null ? s.noLateWhy : s.lateWhy(percent(total.late_share), total.recordings)}
      </Card>
      <Card name={s.open} value={String(total.unexplained)} tone={total.unexplained ? "bad" : "good"} href={listOf(query, { figure: "unexplained" })}>
        {s.openWhy(total.waiting)}
      </Card>
    </div>
  );
}

interface CardProps {
  name: string;
  value: string | null; // null: it cannot be computed
  tone?: "" | "good" | "warn" | "bad";
  href?: string;
  children: preact.ComponentChildren;
}

function Card({ name, value, tone = "", href, children }: CardProps) {
  const s = useApp().t.statistics;
  const shown = value ?? s.noRate;
  return (
    <section class={`figure-card ${tone && `figure-${tone}`}${value === null ? " figure-none" : ""}`} aria-label={name}>
      <h2>{name}</h2>
      <p class="figure-value">{href && value !== null ? <a href={href}>{shown}</a> : shown}</p>
      <p class="quiet">{children}</p>
    </section>
  );
}

function LeftOut({ found, query }: { found: Compliance; query: Wanted }) {
  const s = useApp().t.statistics;
  const { running } = found.total;
  const said = [
    running > 0 && <a href={listOf(query, { figure: "running" })}>{s.running(running)}</a>,
    found.unplaced > 0 && <a href={listOf(query, { figure: "unplaced" })}>{s.unplaced(found.unplaced)}</a>,
    found.pending > 0 && <strong>{s.pending(found.pending)}</strong>,
    found.failed.length > 0 && (
      <strong>
        {s.failed(found.failed.length)}
        {found.failed.map(({ case: id }) => (
          <a key={id} href={routeText(["cases", id])}>
            {" "}
            {id}
          </a>
        ))}
      </strong>
    ),
  ].filter(Boolean);
  return (
    <p class="left-out quiet" role="status">
      <span>
        {s.leftOut}: {said.length === 0 && s.nothingLeftOut}
      </span>
      {said.map((each, index) => (
        <span key={index}>{each}</span>
      ))}
      <span class="as-of">{s.asOf(found.entries, found.items)}</span>
    </p>
  );
}

function Weekly({ weekly, query }: { weekly: Compliance; query: Wanted }) {
  const s = useApp().t.statistics;
  const judged = weekly.groups.filter((week) => week.coverage !== null);
  const lowest = judged.reduce<(typeof judged)[number] | null>((low, week) => (low && (low.coverage ?? 1) <= (week.coverage ?? 1) ? low : week), null);
  const columns: Column[] = weekly.groups.map((week) => ({
    label: week.key.slice(5),
    title: `${week.key}: ${week.coverage === null ? s.noRate : percent(week.coverage)}`,
    parts:
      week.required_ms === 0
        ? []
        : [
            { look: "shown", part: week.shown_ms / week.required_ms },
            { look: "doubtful", part: week.doubtful_ms / week.required_ms },
            { look: "missing", part: week.missing_ms / week.required_ms },
          ],
  }));
  return (
    <section class="case-part">
      <h2>{s.weekly}</h2>
      <figure class="weekly">
        <ColumnsChart columns={columns} label={lowest ? s.weeklyChart(columns.length, percent(lowest.coverage ?? 0), lowest.key) : s.weeklyNone} />
        <figcaption class="cv-legend">
          {(["shown", "doubtful", "missing"] as const).map((look) => (
            <span key={look}>
              <i class={`cv-${look}`} />
              {s[look]}
            </span>
          ))}
        </figcaption>
      </figure>
      <details>
        <summary>{s.asTable}</summary>
        <FiguresTable rows={weekly.groups} by="week" query={query} label={s.weekly} />
      </details>
    </section>
  );
}

interface PartsTableProps {
  title: string;
  why?: string;
  parts: Part[];
  empty: string;
  name: (code: string) => string;
  link: ((code: string) => Record<string, string>) | null;
  query: Wanted;
}

/** Bars and numbers in one table: who cannot see the bars reads the same numbers. */
function PartsTable({ title, why, parts, empty, name, link, query }: PartsTableProps) {
  const { t, language } = useApp();
  const s = t.statistics;
  const most = Math.max(1, ...parts.map((part) => part.n));
  return (
    <section class="case-part parts">
      <h2>
        {title} <small>{why}</small>
      </h2>
      {parts.length === 0 ? (
        <p class="quiet">{empty}</p>
      ) : (
        <table class="table small" aria-label={title}>
          <thead>
            <tr>
              <th>{title}</th>
              <td class="bar-cell" />
              <th class="num">{s.count}</th>
              <th class="num">{s.unexplained}</th>
              <th class="num">{s.length}</th>
            </tr>
          </thead>
          <tbody>
            {parts.map((part) => (
              <tr key={part.name} class="plain" data-part={part.name || "none"}>
                <th scope="row">{name(part.name)}</th>
                <td class="bar-cell">
                  <CellBar part={part.n / most} />
                </td>
                <td class="num">{link ? <a href={listOf(query, link(part.name))}>{part.n}</a> : part.n}</td>
                <td class="num">{part.unexplained}</td>
                <td class="num">{part.length_ms ? waiting(part.length_ms / 1000, language) : "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Groups({ found, query }: { found: Compliance; query: Wanted }) {
  const s = useApp().t.statistics;
  const by = groupingOf(query);
  return (
    <section class="case-part">
      <header class="part-head">
        <h2>{s.groups}</h2>
        <div class="segmented" role="group" aria-label={s.by}>
          {(["unit", "officer", "device", "week"] as const).map((each) => (
            <button key={each} type="button" aria-pressed={by === each} onClick={() => go(routeText(["statistics"], { ...query, by: each }), true)}>
              {s.groupings[each]}
            </button>
          ))}
        </div>
      </header>
      <FiguresTable rows={found.groups} by={found.by} query={query} label={s.groupings[found.by] ?? ""} />
    </section>
  );
}

interface FiguresTableProps {
  rows: Compliance["groups"];
  by: Compliance["by"];
  query: Wanted;
  label: string;
}

function FiguresTable({ rows, by, query, label }: FiguresTableProps) {
  const { t, language } = useApp();
  const s = t.statistics;
  const c = s.columns;
  const heads = [c.activities, c.inFull, c.whole, c.notWhole, c.bare, c.running];
  return (
    <div class="table-box">
      <table class="table small figures" aria-label={label}>
        <thead>
          <tr>
            <th>{by === "week" ? s.weekOf : label}</th>
            <th class="bar-cell">{s.coverage}</th>
            {heads.map((head) => (
              <th key={head} class="num">
                {head}
              </th>
            ))}
            <th class="num">{s.missing}</th>
            <th class="num">{s.doubtful}</th>
            <th class="num">{s.explained}</th>
            <th class="num">{c.recordings}</th>
            <th class="num">{s.late}</th>
            <th class="num">{s.open}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const more = { by, key: row.key };
            const count = (figure: Figure, n: number) => (
              <td class="num">
                <Count n={n} figure={figure} query={query} more={more} />
              </td>
            );
            return (
              <tr key={row.key} class="plain" data-group={row.key}>
                <th scope="row">{row.key || s.noKey[by]}</th>
                <td class="bar-cell">
                  {row.coverage === null ? (
                    <span class="quiet" title={s.noRateWhy}>
                      {s.noRate}
                    </span>
                  ) : (
                    <>
                      <CellBar part={row.coverage} look="good" /> <span class="num">{percent(row.coverage)}</span>
                    </>
                  )}
                </td>
                {count("activities", row.activities)}
                {count("in-full", row.in_full)}
                {count("whole", row.whole)}
                {count("not-whole", row.in_full - row.whole)}
                {count("bare", row.bare)}
                {count("running", row.running)}
                <td class="num nowrap">{waiting(row.missing_ms / 1000, language)}</td>
                <td class="num nowrap">{waiting(row.doubtful_ms / 1000, language)}</td>
                <td class="num nowrap">{waiting(row.explained_ms / 1000, language)}</td>
                {count("recordings", row.recordings)}
                {count("late", row.late)}
                {count("unexplained", row.unexplained)}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

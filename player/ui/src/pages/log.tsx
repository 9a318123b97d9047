// The viewing log for oversight: who, what, which seconds, why, when, from where; and what was refused.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { api, type ApiError, type Query } from "../api/client";
import type { Refusal, ViewingSummary } from "../api/types";
import { serverText } from "../i18n/server-texts";
import { FileName } from "../parts/file-name";
import { Icon } from "../parts/icon";
import { MiniTimeline } from "../parts/mini-timeline";
import { ErrorLine, ErrorNotice, Notice } from "../parts/notice";
import { opensOnPress } from "../parts/row-link";
import { purposeName, useApp } from "../state/app";
import { go, routeText } from "../state/route";
import { useOnceReachable, useSettled } from "../state/use";
import { clockLength, dateOnly, dayStart, timeOnly } from "../time/format";
import { ViewingDrawer } from "./viewing-drawer";

const PAGE = 50;
const FILTERS = ["account", "recording", "purpose", "from", "to"] as const;
type Filter = (typeof FILTERS)[number];
type Filters = Partial<Record<Filter, string>>;

interface LogState {
  viewings: ViewingSummary[];
  refusals: Refusal[];
  next: string | null;
}

function useLog(filters: Filters, zone: string) {
  const [log, setLog] = useState<LogState | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(true);
  const [stale, setStale] = useState(false); // what is shown answers the question before
  const question = useRef(0);
  const load = async (cursor: string | null) => {
    const mine = ++question.current;
    setBusy(true);
    setStale(!cursor);
    setError(null);
    const query: Query = {
      ...filters,
      from: filters.from ? dayStart(filters.from, zone) : undefined,
      to: filters.to ? dayStart(filters.to, zone, 1) : undefined,
      limit: PAGE,
      cursor,
    };
    const answer = await api.viewingLog(query);
    if (mine !== question.current) return;
    setBusy(false);
    setStale(false);
    if (!answer.ok) {
      if (!cursor) setLog(null);
      return setError(answer.error);
    }
    const { viewings, refusals, next } = answer.value;
    setLog((old) =>
      cursor && old
        ? { viewings: [...old.viewings, ...viewings], refusals: [...old.refusals, ...refusals], next }
        : { viewings, refusals, next },
    );
  };
  useEffect(() => {
    void load(null);
    return () => {
      question.current += 1;
    };
  }, [JSON.stringify(filters), zone]);
  const again = () => void load(log?.next ?? null);
  useOnceReachable(error, again);
  return { log, error, busy, stale, more: () => log?.next && void load(log.next), again };
}

export function LogPage({ query, viewing }: { query: Readonly<Record<string, string>>; viewing: string | null }) {
  const { t, site } = useApp();
  const filters = useMemo<Filters>(
    () => Object.fromEntries(FILTERS.flatMap((key) => (query[key] ? [[key, query[key]]] : []))),
    [query],
  );
  const refused = query.show === "refusals";
  const { log, error, busy, stale, more, again } = useLog(filters, site.timezone);
  const here = (changes: Record<string, string | undefined>, path: string[] = ["log"]) =>
    routeText(path, { ...filters, show: query.show, ...changes });
  return (
    <div class="page log">
      <header class="page-head">
        <h1>{t.log.title}</h1>
        <div class="segmented" role="group" aria-label={t.log.tabs}>
          <button type="button" aria-pressed={!refused} onClick={() => go(here({ show: undefined }))}>
            {t.log.viewings}
          </button>
          <button type="button" aria-pressed={refused} onClick={() => go(here({ show: "refusals" }))}>
            {t.log.refusals}
            {log && log.refusals.length > 0 && <span class="count">{log.refusals.length}</span>}
          </button>
        </div>
        <p class="summary" role="status">
          {log && !error && t.log.listed((refused ? log.refusals : log.viewings).length, log.next !== null)}
        </p>
        {log && (
          <button type="button" class="button" onClick={() => window.print()}>
            <Icon name="print" size={16} /> {t.log.print}
          </button>
        )}
      </header>
      <p class="callout">
        <Icon name="log" />
        <span>{t.log.note}</span>
      </p>
      <LogFilters filters={filters} set={(changes) => go(here(changes), true)} />
      {error && !log && <ErrorNotice error={error} logged retry={again} />}
      {(log || !error) && !refused && <ViewingTable viewings={log?.viewings ?? null} stale={stale} filtered={Object.keys(filters).length > 0} open={(id) => here({}, ["log", id])} />}
      {(log || !error) && refused && <RefusalTable refusals={log?.refusals ?? null} stale={stale} />}
      {error && log && <ErrorLine error={error} logged retry={again} />}
      {log?.next && !error && (
        <div class="table-end">
          <button type="button" class="button" disabled={busy} onClick={more}>
            {busy ? t.common.loading : t.common.more}
          </button>
        </div>
      )}
      {viewing && <ViewingDrawer id={viewing} onClose={() => go(here({}))} />}
    </div>
  );
}

function LogFilters({ filters, set }: { filters: Filters; set: (changes: Filters) => void }) {
  const { t, site, language } = useApp();
  return (
    <form class="filters" role="search" aria-label={t.library.filters} onSubmit={(event) => event.preventDefault()}>
      <TextFilter label={t.log.account} value={filters.account ?? ""} set={(account) => set({ account })} />
      <TextFilter label={t.log.recording} value={filters.recording ?? ""} set={(recording) => set({ recording })} />
      <label class="field compact">
        <span>{t.log.purpose}</span>
        <select value={filters.purpose ?? ""} onChange={(event) => set({ purpose: event.currentTarget.value })}>
          <option value="">{t.log.anyPurpose}</option>
          {site.purposes.map((purpose) => (
            <option key={purpose.code} value={purpose.code}>
              {purpose[language]}
            </option>
          ))}
        </select>
      </label>
      {(["from", "to"] as const).map((key) => (
        <label key={key} class="field compact">
          <span>{t.common[key]}</span>
          <input type="date" value={filters[key] ?? ""} onChange={(event) => set({ [key]: event.currentTarget.value })} />
        </label>
      ))}
      {Object.keys(filters).length > 0 && (
        <a class="button quiet-button" href={routeText(["log"])}>
          {t.common.clear}
        </a>
      )}
    </form>
  );
}

/** Asks only when typing has stopped: every question about the log is itself an entry. */
function TextFilter({ label, value, set }: { label: string; value: string; set: (value: string) => void }) {
  const [typed, setTyped] = useState(value);
  const settled = useSettled(typed, 700);
  const known = useRef(value);
  useEffect(() => {
    if (value === known.current) return;
    known.current = value;
    setTyped(value);
  }, [value]);
  useEffect(() => {
    if (settled.trim() === known.current) return;
    known.current = settled.trim();
    set(known.current);
  }, [settled]);
  return (
    <label class="field compact">
      <span>{label}</span>
      <input type="text" value={typed} spellcheck={false} onInput={(event) => setTyped(event.currentTarget.value)} />
    </label>
  );
}

function When({ at }: { at: string }) {
  const { site } = useApp();
  return (
    <>
      <span class="day">{dateOnly(at, site.timezone)}</span> <b>{timeOnly(at, site.timezone)}</b>
    </>
  );
}

function ViewingTable({ viewings, stale, filtered, open }: { viewings: ViewingSummary[] | null; stale: boolean; filtered: boolean; open: (id: string) => string }) {
  const { t } = useApp();
  if (viewings?.length === 0) {
    return (
      <Notice icon={filtered ? "search" : "log"} title={filtered ? t.log.empty : t.log.nothing}>
        {filtered ? t.log.emptyWhy : t.log.nothingWhy}
      </Notice>
    );
  }
  return (
    <div class="table-box">
      <table class={stale ? "table viewings stale" : "table viewings"} aria-label={t.log.table} aria-busy={stale || !viewings}>
        <thead>
          <tr>
            <th class="col-started">{t.log.when}</th>
            <th>{t.log.who}</th>
            <th>{t.log.what}</th>
            <th>{t.log.why}</th>
            <th class="col-spans">{t.log.spans}</th>
            <th class="num">{t.log.delivered}</th>
            <th class="num col-rendered">{t.log.rendered}</th>
            <th class="col-where">{t.log.where}</th>
          </tr>
        </thead>
        <tbody>
          {viewings?.map((viewing) => (
            <ViewingRow key={viewing.id} viewing={viewing} href={open(viewing.id)} />
          ))}
        </tbody>
      </table>
      {!viewings && <p class="quiet pad">{t.common.loading}</p>}
    </div>
  );
}

function ViewingRow({ viewing, href }: { viewing: ViewingSummary; href: string }) {
  const { t, site, language } = useApp();
  const alarm = viewing.undelivered_ms > 0;
  return (
    <tr class={alarm ? "alarm" : ""} {...opensOnPress(href)} data-viewing={viewing.id}>
      <td class="col-started num">
        <a href={href}>
          <When at={viewing.opened_at} />
        </a>
      </td>
      <td>
        <strong>{viewing.display_name}</strong> <span class="quiet">{viewing.account}</span>
      </td>
      <td>
        <FileName name={viewing.scope === "library" ? t.log.library : viewing.scope === "live" ? `${t.live.scope} ${viewing.channel}` : (viewing.recording_name ?? viewing.recording ?? "")} />
        {alarm && (
          <span class="chip chip-bad">
            <Icon name="alert" size={14} />
            {t.log.alarm}
          </span>
        )}
      </td>
      <td>
        {purposeName(site, viewing.purpose, language)}
        {viewing.case && <span class="quiet"> · {viewing.case}</span>}
        <span class="note-line quiet">{viewing.note}</span>
      </td>
      <td class="col-spans">
        {viewing.spans.length > 0 ? (
          <MiniTimeline durationMs={0} delivered={viewing.spans} label={viewing.spans.map(([a, b]) => `${clockLength(a)}–${clockLength(b)}`).join(", ")} />
        ) : (
          <span class="quiet">–</span>
        )}
      </td>
      <td class="num">{viewing.delivered_ms > 0 ? clockLength(viewing.delivered_ms) : "–"}</td>
      <td class="num col-rendered">{viewing.rendered_ms > 0 ? clockLength(viewing.rendered_ms) : "–"}</td>
      <td class="num-left col-where">{viewing.address}</td>
    </tr>
  );
}

function RefusalTable({ refusals, stale }: { refusals: Refusal[] | null; stale: boolean }) {
  const { t, site, language } = useApp();
  if (refusals?.length === 0) return <Notice icon="check" title={t.log.noRefusals} tone="good" />;
  return (
    <div class="table-box">
      <table class={stale ? "table stale" : "table"} aria-label={t.log.refusals} aria-busy={stale || !refusals}>
        <thead>
          <tr>
            <th class="col-started">{t.log.when}</th>
            <th>{t.log.who}</th>
            <th>{t.log.what}</th>
            <th>{t.log.why}</th>
            <th>{t.log.reason}</th>
            <th>{t.log.where}</th>
          </tr>
        </thead>
        <tbody>
          {refusals?.map((refusal) => (
            <tr key={refusal.entry} class="plain">
              <td class="col-started num">
                <When at={refusal.at} />
              </td>
              <td>{refusal.account}</td>
              <td>
                {refusal.recording ? (
                  <a href={routeText(["recordings", refusal.recording])} class="num-left">
                    {refusal.recording}
                  </a>
                ) : refusal.channel ? (
                  `${t.live.scope} ${refusal.channel}`
                ) : (
                  t.log.library
                )}
              </td>
              <td>{purposeName(site, refusal.purpose, language)}</td>
              <td>{serverText(refusal.reason, language)}</td>
              <td class="num-left">{refusal.address}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

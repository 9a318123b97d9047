// The library: search, filters in the URL, a table that people can scan and walk through with the keys.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { api, type ApiError, type Query } from "../api/client";
import { listen } from "../api/events";
import type { Kind, Playback, Recording } from "../api/types";
import { Icon } from "../parts/icon";
import { ErrorLine, ErrorNotice, Notice } from "../parts/notice";
import { PurposeDialog } from "../parts/purpose-dialog";
import { may, useApp } from "../state/app";
import { go, routeText } from "../state/route";
import { useAnswer, useOnceReachable, useSettled } from "../state/use";
import { dayStart } from "../time/format";
import { RecordingRow } from "./recording-row";

const PAGE = 60;
const KINDS: readonly Kind[] = ["video", "audio", "photo", "other"];
const PLAYBACKS: readonly Playback[] = ["direct", "packaged", "copy", "image", "none"];
const ORDERS = ["-started_at", "started_at", "-received_at"] as const;
const FILTERS = ["q", "from", "to", "officer", "device", "unit", "kind", "playback", "order"] as const;
type Filter = (typeof FILTERS)[number];
export type Filters = Partial<Record<Filter, string>>;

function filtersOf(query: Readonly<Record<string, string>>): Filters {
  return Object.fromEntries(FILTERS.flatMap((key) => (query[key] ? [[key, query[key]]] : [])));
}

/** The site's days become instants; "to" is meant to include its day. */
function askFor(filters: Filters, zone: string): Query {
  return {
    ...filters,
    from: filters.from ? dayStart(filters.from, zone) : undefined,
    to: filters.to ? dayStart(filters.to, zone, 1) : undefined,
    limit: PAGE,
  };
}

interface Pages {
  rows: Recording[];
  next: string | null;
  total: number | null;
}

function useRecordings(filters: Filters, zone: string) {
  const { places } = useApp();
  const key = JSON.stringify(filters);
  // Who comes back finds the list as long as it was.
  const [pages, setPages] = useState<Pages | null>(() => places.kept<Pages>(key));
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(pages === null);
  const [stale, setStale] = useState(false); // what is shown answers the question before
  const question = useRef(0);
  const restored = useRef(pages !== null);

  const load = async (cursor: string | null) => {
    const mine = ++question.current;
    setBusy(true);
    setStale(!cursor);
    setError(null);
    // Rows stay until the new ones are there; that nothing matched was the answer to another question.
    if (!cursor) setPages((old) => (old && old.rows.length > 0 ? old : null));
    const answer = await api.recordings({ ...askFor(filters, zone), cursor });
    if (mine !== question.current) return;
    setBusy(false);
    setStale(false);
    if (!answer.ok) {
      // What another question was answered with does not stand under this one.
      if (!cursor) setPages(null);
      return setError(answer.error);
    }
    const { recordings, next, total } = answer.value;
    setPages((old) =>
      cursor && old ? { rows: [...old.rows, ...recordings], next, total: old.total } : { rows: recordings, next, total },
    );
  };
  useEffect(() => {
    if (restored.current) restored.current = false;
    else void load(null);
    return () => {
      question.current += 1;
    };
  }, [key, zone]);
  useEffect(() => {
    if (pages && !busy) places.keep(key, pages);
  }, [pages, busy]);
  const again = () => void load(pages?.next ?? null);
  const anew = () => void load(null);
  useOnceReachable(error, again);
  const more = () => {
    if (pages?.next && !busy && !error) void load(pages.next);
  };
  return { pages, error, busy, stale, more, again, anew };
}

/** Whether recordings came in that are not listed: work on one begins that is not there. Rows never move by themselves. */
function useArrivals(rows: readonly Recording[] | undefined): [boolean, () => void] {
  const [arrived, setArrived] = useState(false);
  const listed = useRef(rows);
  listed.current = rows;
  useEffect(() => {
    const told = new Set<string>();
    return listen({
      job: ({ recording }) => {
        if (!recording || told.has(recording) || !listed.current) return;
        told.add(recording);
        if (!listed.current.some((each) => each.id === recording)) setArrived(true);
      },
    });
  }, []);
  return [arrived, () => setArrived(false)];
}

export function LibraryPage({ query }: { query: Readonly<Record<string, string>> }) {
  const { t, site, session, pictures, setPictures } = useApp();
  const filters = useMemo(() => filtersOf(query), [query]);
  const { pages, error, busy, stale, more, again, anew } = useRecordings(filters, site.timezone);
  const [arrived, seen] = useArrivals(pages?.rows);
  const rows = pages?.rows.length ?? 0;
  const [asking, setAsking] = useState(false);
  const set = (changes: Filters, replace = false) => go(routeText(["library"], { ...filters, ...changes }), replace);
  const hide = () => {
    if (pictures) void api.closeViewing(pictures.id, []);
    setPictures(null);
  };
  const filtered = Object.keys(filters).some((key) => key !== "order");

  return (
    <div class="page library">
      <header class="page-head">
        <h1>{t.library.title}</h1>
        <p class="summary" role="status" aria-live="polite">
          {pages && !error && <span>{pages.total === null ? t.library.countMany : t.library.count(pages.total)}</span>}
          {pages && !error && pages.next && <span class="quiet">{t.library.shown(pages.rows.length)}</span>}
        </p>
        {may(session, "viewing.open") && (
          <button
            type="button"
            class={pictures ? "button pressed" : "button"}
            aria-pressed={pictures !== null}
            title={t.library.picturesWhy}
            onClick={() => (pictures ? hide() : setAsking(true))}
          >
            <Icon name={pictures ? "eye" : "lock"} size={16} />
            {pictures ? t.library.hidePictures : t.library.pictures}
          </button>
        )}
      </header>
      <FilterBar filters={filters} set={set} />
      <div role="status">
        {arrived && (
          <button
            type="button"
            class="button arrivals"
            onClick={() => {
              seen();
              anew();
            }}
          >
            <Icon name="back" size={16} />
            {t.library.arrived}
          </button>
        )}
      </div>
      {error && rows === 0 && <ErrorNotice error={error} retry={again} />}
      {!error && pages && rows === 0 && (
        <Notice icon={filtered ? "search" : "library"} title={filtered ? t.library.empty : t.library.nothing}>
          <p>{filtered ? t.library.emptyWhy : t.library.nothingWhy}</p>
          {filtered && (
            <a class="button" href={routeText(["library"])}>
              {t.common.clear}
            </a>
          )}
        </Notice>
      )}
      {(rows > 0 || (!error && !pages)) && (
        <RecordingTable rows={pages?.rows ?? null} busy={busy} stale={stale} hasNext={Boolean(pages?.next)} more={more} error={error} again={again} />
      )}
      {asking && (
        <PurposeDialog
          scope="library"
          onClose={() => setAsking(false)}
          onOpened={(viewing) => {
            setAsking(false);
            setPictures(viewing);
          }}
        />
      )}
    </div>
  );
}

function FilterBar({ filters, set }: { filters: Filters; set: (changes: Filters, replace?: boolean) => void }) {
  const { t } = useApp();
  const facets = useAnswer("facets", api.facets).value;
  const [typed, setTyped] = useState(filters.q ?? "");
  const settled = useSettled(typed, 300);
  const known = useRef(filters.q ?? "");
  useEffect(() => {
    // The URL changed from outside (back button, cleared filters): the box follows.
    if ((filters.q ?? "") !== known.current) {
      known.current = filters.q ?? "";
      setTyped(known.current);
    }
  }, [filters.q]);
  useEffect(() => {
    if (settled.trim() === known.current) return;
    known.current = settled.trim();
    set({ q: known.current }, true);
  }, [settled]);

  const select = (key: Filter, label: string, options: readonly (readonly [string, string])[], all = t.common.all) => (
    <label class="field compact">
      <span>{label}</span>
      <select value={filters[key] ?? ""} class={filters[key] ? "active" : ""} onChange={(event) => set({ [key]: event.currentTarget.value })}>
        {all && <option value="">{all}</option>}
        {options.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
  const day = (key: "from" | "to", label: string) => (
    <label class="field compact">
      <span>{label}</span>
      <input type="date" value={filters[key] ?? ""} class={filters[key] ? "active" : ""} onChange={(event) => set({ [key]: event.currentTarget.value })} />
    </label>
  );
  const same = (values: readonly string[] | undefined, chosen: string | undefined) => {
    const all = new Set(values ?? []);
    if (chosen) all.add(chosen);
    return [...all].map((value) => [value, value] as const);
  };

  return (
    <form class="filters" role="search" aria-label={t.library.filters} onSubmit={(event) => event.preventDefault()}>
      <label class="search">
        <Icon name="search" />
        <input
          type="search"
          value={typed}
          placeholder={t.library.search}
          aria-label={t.library.searchLabel}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </label>
      {day("from", t.common.from)}
      {day("to", t.common.to)}
      {select("officer", t.library.officer, same(facets?.officers, filters.officer))}
      {select("device", t.library.device, same(facets?.devices, filters.device))}
      {select("unit", t.library.unit, same(facets?.units, filters.unit))}
      {select("kind", t.library.kind, KINDS.map((kind) => [kind, t.kinds[kind]]))}
      {select("playback", t.library.playback, PLAYBACKS.map((each) => [each, t.playbacks[each]]))}
      {select("order", t.library.order, ORDERS.map((each) => [each === "-started_at" ? "" : each, t.library.orders[each]]), "")}
      {Object.keys(filters).length > 0 && (
        <a class="button quiet-button" href={routeText(["library"])}>
          {t.common.clear}
        </a>
      )}
    </form>
  );
}

interface TableProps {
  rows: Recording[] | null;
  busy: boolean;
  stale: boolean;
  hasNext: boolean;
  more: () => void;
  error: ApiError | null; // why there are no more, or no newer ones
  again: () => void;
}

function RecordingTable({ rows, busy, stale, hasNext, more, error, again }: TableProps) {
  const { t, pictures } = useApp();
  const [chosen, setChosen] = useState(0);
  const body = useRef<HTMLTableSectionElement>(null);
  const end = useRef<HTMLDivElement>(null);
  const latest = useRef(more);
  latest.current = more;
  useEffect(() => {
    const mark = end.current;
    if (!mark) return;
    const watch = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && latest.current(), {
      rootMargin: "600px",
    });
    watch.observe(mark);
    return () => watch.disconnect();
  }, [rows?.length]);

  const keys = (event: KeyboardEvent) => {
    const last = (rows?.length ?? 0) - 1;
    const steps: Record<string, number> = {
      ArrowDown: chosen + 1,
      ArrowUp: chosen - 1,
      PageDown: chosen + 10,
      PageUp: chosen - 10,
      Home: 0,
      End: last,
    };
    const target = steps[event.key];
    if (target === undefined || last < 0) return;
    event.preventDefault();
    const to = Math.max(0, Math.min(last, target));
    setChosen(to);
    (body.current?.children[to]?.querySelector("a") as HTMLElement | null)?.focus();
  };

  const { columns } = t.library;
  return (
    <div class="table-box">
      <table class={`table recordings${pictures ? " with-pictures" : ""}${stale ? " stale" : ""}`} aria-label={t.library.table} aria-busy={busy}>
        <thead>
          <tr>
            {pictures && <th class="col-picture">{columns.picture}</th>}
            <th class="col-started">{columns.started}</th>
            <th class="col-duration num">{columns.duration}</th>
            <th class="col-name">{columns.name}</th>
            <th>{columns.officer}</th>
            <th>{columns.device}</th>
            <th class="col-unit">{columns.unit}</th>
            <th class="col-state">{columns.state}</th>
            <th class="col-size num">{columns.size}</th>
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={keys}>
          {rows
            ? rows.map((recording, index) => (
                <RecordingRow key={recording.id} recording={recording} chosen={index === chosen} onChoose={() => setChosen(index)} />
              ))
            : Array.from({ length: 12 }, (_, n) => <SkeletonRow key={n} columns={pictures ? 9 : 8} />)}
        </tbody>
      </table>
      <div ref={end} class="table-end">
        {error ? (
          <ErrorLine error={error} retry={again} />
        ) : hasNext ? (
          <button type="button" class="button" disabled={busy} onClick={more}>
            {busy ? t.common.loading : t.common.more}
          </button>
        ) : (
          rows && <span class="quiet">{t.common.listEnd} · {t.library.keys}</span>
        )}
      </div>
    </div>
  );
}

function SkeletonRow({ columns }: { columns: number }) {
  return (
    <tr class="skeleton-row" aria-hidden="true">
      {Array.from({ length: columns }, (_, n) => (
        <td key={n}>
          <i />
        </td>
      ))}
    </tr>
  );
}

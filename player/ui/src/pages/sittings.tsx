// All sittings that the account may read, newest first.

import { useEffect, useRef, useState } from "preact/hooks";
import { api, type ApiError } from "../api/client";
import type { Sitting } from "../api/room-types";
import { Icon } from "../parts/icon";
import { opensOnPress } from "../parts/row-link";
import { ErrorNotice, Notice } from "../parts/notice";
import { useApp } from "../state/app";
import { go, routeText } from "../state/route";
import { useAnswer } from "../state/use";
import { clockLength, dateTime, dayStart } from "../time/format";

const PAGE = 50;
const FILTERS = ["room", "case", "from", "to"] as const;
type Filters = Partial<Record<(typeof FILTERS)[number], string>>;

export function SittingsPage({ query }: { query: Readonly<Record<string, string>> }) {
  const { t, site } = useApp();
  const filters: Filters = Object.fromEntries(FILTERS.flatMap((key) => (query[key] ? [[key, query[key]]] : [])));
  const key = JSON.stringify(filters);
  const [rows, setRows] = useState<Sitting[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const question = useRef(0);
  const { value: known } = useAnswer("rooms", api.rooms);

  const load = async (cursor: string | null) => {
    const mine = ++question.current;
    const zone = site.timezone;
    const answer = await api.sittings({
      ...filters,
      from: filters.from ? dayStart(filters.from, zone) : undefined,
      to: filters.to ? dayStart(filters.to, zone, 1) : undefined,
      cursor,
      limit: PAGE,
    });
    if (mine !== question.current) return;
    setError(answer.ok ? null : answer.error);
    if (!answer.ok) return;
    setRows((old) => (cursor && old ? [...old, ...answer.value.sittings] : answer.value.sittings));
    setNext(answer.value.next);
  };
  useEffect(() => {
    setRows(null);
    void load(null);
  }, [key]);
  const choose = (part: Filters) => go(routeText(["sittings"], { ...filters, ...part }), true);

  return (
    <div class="page sittings">
      <header class="page-head">
        <h1>{t.rooms.sittings.title}</h1>
      </header>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <label class="field compact">
          <span>{t.rooms.sittings.room}</span>
          <select class={filters.room ? "active" : ""} value={filters.room ?? ""} onChange={(event) => choose({ room: event.currentTarget.value })}>
            <option value="">{t.rooms.sittings.anyRoom}</option>
            {known?.rooms.map((each) => (
              <option key={each.name} value={each.name}>
                {each.title}
              </option>
            ))}
          </select>
        </label>
        <label class="field compact">
          <span>{t.rooms.caseNo}</span>
          <input type="text" class={filters.case ? "active" : ""} value={filters.case ?? ""} onChange={(event) => choose({ case: event.currentTarget.value.trim() })} />
        </label>
        <label class="field compact">
          <span>{t.common.from}</span>
          <input type="date" class={filters.from ? "active" : ""} value={filters.from ?? ""} onChange={(event) => choose({ from: event.currentTarget.value })} />
        </label>
        <label class="field compact">
          <span>{t.common.to}</span>
          <input type="date" class={filters.to ? "active" : ""} value={filters.to ?? ""} onChange={(event) => choose({ to: event.currentTarget.value })} />
        </label>
        {Object.keys(filters).length > 0 && (
          <button type="button" class="button" onClick={() => go(routeText(["sittings"]), true)}>
            {t.common.clear}
          </button>
        )}
      </form>
      {error && <ErrorNotice error={error} retry={() => void load(null)} />}
      {!rows && !error && <div class="table-box skeleton sittings-skeleton" aria-hidden="true" />}
      {rows?.length === 0 && (
        <Notice icon="clock" title={t.rooms.sittings.empty}>
          {t.rooms.sittings.emptyWhy}
        </Notice>
      )}
      {rows && rows.length > 0 && (
        <div class="table-box">
          <table class="table many-columns" aria-label={t.rooms.sittings.label}>
            <thead>
              <tr>
                <th>{t.rooms.sittings.begun}</th>
                <th class="num">{t.rooms.sittings.length}</th>
                <th>{t.rooms.sittings.room}</th>
                <th>{t.rooms.sittings.kind}</th>
                <th>{t.rooms.sittings.what}</th>
                <th>{t.rooms.sittings.people}</th>
                <th>{t.rooms.sittings.state}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((each) => (
                <Row key={each.id} sitting={each} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {next && (
        <button type="button" class="button more" onClick={() => void load(next)}>
          {t.common.more}
        </button>
      )}
    </div>
  );
}

function Row({ sitting }: { sitting: Sitting }) {
  const { t, site } = useApp();
  const href = routeText(["sittings", sitting.id]);
  return (
    <tr data-sitting={sitting.id} {...opensOnPress(href)}>
      <td class="num col-started nowrap">
        <a href={href}>
          {dateTime(sitting.started_at, site.timezone)}
        </a>
      </td>
      <td class="num">{sitting.ended_at ? clockLength(Date.parse(sitting.ended_at) - Date.parse(sitting.started_at)) : "—"}</td>
      <td>{sitting.room_title}</td>
      <td>{t.rooms.kinds[sitting.kind]}</td>
      <td class="breakable">
        {sitting.case && <b>{sitting.case}</b>} {sitting.activity}
      </td>
      <td>{sitting.people.map((each) => each.name).join(t.rooms.listed) || t.rooms.sitting.none}</td>
      <td>
        <SittingState sitting={sitting} />
      </td>
    </tr>
  );
}

export function SittingState({ sitting }: { sitting: Sitting }) {
  const { t } = useApp();
  if (!sitting.ended_at) {
    return (
      <span class="chip room-chip-sitting">
        <Icon name="record" size={14} />
        {t.rooms.sittings.going}
      </span>
    );
  }
  if (sitting.ended_reason === "failed") return <span class="chip chip-attention">{t.rooms.sittings.failed}</span>;
  return <span class="chip">{sitting.ended_reason === "room-removed" ? t.rooms.sittings.removed : t.rooms.sittings.done}</span>;
}

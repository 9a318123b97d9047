// The cases that this account may read: search, state, and entering a new one.

import { useEffect, useRef, useState } from "preact/hooks";
import { api, type ApiError } from "../api/client";
import type { Case, CaseState, Items } from "../api/case-types";
import { Icon, type IconName } from "../parts/icon";
import { ErrorNotice, Notice } from "../parts/notice";
import { opensOnPress } from "../parts/row-link";
import { may, useApp } from "../state/app";
import { go, routeText } from "../state/route";
import { useAnswer, useSettled } from "../state/use";
import { dateTime } from "../time/format";
import { CaseDialog } from "./case-dialog";

const STATES: readonly CaseState[] = ["open", "closed", "archived"];

function useCases(query: Readonly<Record<string, string>>) {
  const [rows, setRows] = useState<Case[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const question = useRef(0);
  const { q, state, subject } = query;
  const load = async (cursor: string | null) => {
    const mine = ++question.current;
    setError(null);
    const answer = await api.cases({ q, state, subject, cursor });
    if (mine !== question.current) return;
    if (!answer.ok) return setError(answer.error);
    setRows((old) => (cursor && old ? [...old, ...answer.value.cases] : answer.value.cases));
    setNext(answer.value.next);
  };
  useEffect(() => void load(null), [q, state, subject]);
  return { rows, next, error, more: () => void load(next), reload: () => void load(null) };
}

export function CasesPage({ query }: { query: Readonly<Record<string, string>> }) {
  const { t, session } = useApp();
  const { rows, next, error, more, reload } = useCases(query);
  const { value: items } = useAnswer("items", api.items);
  const [entering, setEntering] = useState(false);
  return (
    <div class="page cases">
      <header class="page-head">
        <h1>{t.cases.title}</h1>
        <p class="summary" role="status" />
        {may(session, "case.open") && items && (
          <button type="button" class="button primary" onClick={() => setEntering(true)}>
            <Icon name="plus" size={16} />
            {t.cases.new}
          </button>
        )}
      </header>
      <Filters query={query} />
      {error && <ErrorNotice error={error} retry={reload} />}
      {!error && rows?.length === 0 && (
        <Notice icon="folder" title={t.cases.empty}>
          <p>{t.cases.emptyWhy}</p>
        </Notice>
      )}
      {!error && !rows && <div class="recording-skeleton skeleton" aria-hidden="true" />}
      {!error && rows && rows.length > 0 && <CaseTable rows={rows} items={items} />}
      {next && (
        <div class="table-end">
          <button type="button" class="button" onClick={more}>
            {t.common.more}
          </button>
        </div>
      )}
      {entering && items && (
        <CaseDialog
          items={items}
          before={null}
          onClose={() => setEntering(false)}
          onSaved={(saved) => {
            setEntering(false);
            go(routeText(["cases", saved.id]));
          }}
        />
      )}
    </div>
  );
}

function Filters({ query }: { query: Readonly<Record<string, string>> }) {
  const { t } = useApp();
  const [typed, setTyped] = useState(query.q ?? "");
  const settled = useSettled(typed.trim(), 300);
  const set = (changes: Record<string, string>) => go(routeText(["cases"], { ...query, ...changes }), true);
  useEffect(() => {
    if (settled !== (query.q ?? "")) set({ q: settled });
  }, [settled]);
  return (
    <form class="filters" role="search" aria-label={t.cases.searchLabel} onSubmit={(event) => event.preventDefault()}>
      <label class="search">
        <Icon name="search" />
        <input
          type="search"
          value={typed}
          placeholder={t.cases.search}
          aria-label={t.cases.searchLabel}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </label>
      <label class="field compact">
        <span>{t.cases.state}</span>
        <select value={query.state ?? ""} class={query.state ? "active" : ""} onChange={(event) => set({ state: event.currentTarget.value })}>
          <option value="">{t.common.all}</option>
          {STATES.map((state) => (
            <option key={state} value={state}>
              {t.cases.states[state]}
            </option>
          ))}
        </select>
      </label>
      {query.subject && (
        <p class="chip chip-sealing">
          {t.cases.subject}: {query.subject}
        </p>
      )}
      {(query.q || query.state || query.subject) && (
        <a class="button quiet-button" href={routeText(["cases"])} onClick={() => setTyped("")}>
          {t.common.clear}
        </a>
      )}
    </form>
  );
}

function CaseTable({ rows, items }: { rows: Case[]; items: Items | null }) {
  const { t, site, language } = useApp();
  const { columns } = t.cases;
  const kind = (code: string) => items?.kinds.find((each) => each.code === code)?.[language] ?? code;
  return (
    <div class="table-box">
      <table class="table many-columns" aria-label={t.cases.table}>
        <thead>
          <tr>
            {[columns.number, columns.title, columns.kind, columns.subject, columns.officers, columns.opened, columns.state].map((each) => (
              <th key={each}>{each}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((each) => (
            <tr key={each.id} data-case={each.id} {...opensOnPress(routeText(["cases", each.id]))}>
              <td class="nowrap">
                <a href={routeText(["cases", each.id])}>{each.number}</a>
              </td>
              <td>{each.title}</td>
              <td>{kind(each.kind)}</td>
              <td>{each.subject.name}</td>
              <td>{each.officers.join("、")}</td>
              <td class="nowrap">{dateTime(each.opened_at, site.timezone)}</td>
              <td>
                <StateChip state={each.state} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const LOOKS: Record<CaseState, [string, IconName]> = {
  open: ["chip-sealing", "folder"],
  closed: ["chip-safe", "checkCircle"],
  "handed-over": ["chip-busy", "out"],
  archived: ["chip-waiting", "lock"],
};

export function StateChip({ state }: { state: CaseState }) {
  const { t } = useApp();
  return (
    <span class={`chip ${LOOKS[state][0]}`} data-state={state}>
      <Icon name={LOOKS[state][1]} size={14} />
      {t.cases.states[state]}
    </span>
  );
}

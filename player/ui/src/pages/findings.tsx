// The findings inbox, in two tabs: what is open in every case that this account may read, case by case; and what is
// missing of devices, whatever the case.

import { useEffect, useState } from "preact/hooks";
import { api, type ApiError } from "../api/client";
import type { InboxFinding } from "../api/case-types";
import { ErrorNotice, Notice } from "../parts/notice";
import { may, useApp } from "../state/app";
import { routeText } from "../state/route";
import { AbsencesPanel } from "./absences";
import { FindingRow } from "./case-findings";
import { UnrecordedAlarms } from "./unrecorded";

export function FindingsPage({ query }: { query: Readonly<Record<string, string>> }) {
  const { t, session } = useApp();
  const tabs = [
    ...(may(session, "case.read") ? ([["cases", t.absences.tabCases]] as const) : []),
    ...(may(session, "absence.read") ? ([["missing", t.absences.tabMissing]] as const) : []),
  ];
  const shown = tabs.find(([tab]) => tab === query.tab)?.[0] ?? tabs[0]?.[0];
  return (
    <div class="page inbox">
      <header class="page-head">
        <h1>{t.cases.inbox}</h1>
        <nav class="segmented" aria-label={t.absences.tabs}>
          {tabs.map(([tab, name]) => (
            <a key={tab} class="segment" href={routeText(["findings"], { tab })} aria-current={tab === shown ? "page" : undefined}>
              {name}
            </a>
          ))}
        </nav>
      </header>
      <UnrecordedAlarms />
      {shown === "cases" && <CaseFindings />}
      {shown === "missing" && <AbsencesPanel key={query.absence ?? ""} query={query} />}
    </div>
  );
}

function CaseFindings() {
  const { t } = useApp();
  const [found, setFound] = useState<InboxFinding[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [onlyWaiting, setOnlyWaiting] = useState(false);
  const load = async (cursor: string | null) => {
    setError(null);
    const answer = await api.findings({ cursor });
    if (!answer.ok) return setError(answer.error);
    setFound((old) => (cursor && old ? [...old, ...answer.value.findings] : answer.value.findings));
    setNext(answer.value.next);
  };
  useEffect(() => void load(null), []);
  const c = t.cases;
  const shown = (found ?? []).filter((each) => !onlyWaiting || each.state === "waiting");
  const byCase = new Map<string, InboxFinding[]>();
  for (const each of shown) byCase.set(each.case, [...(byCase.get(each.case) ?? []), each]);
  return (
    <>
      <div class="panel-head">
        <p class="summary" role="status">
          {found && c.whyNotCount(shown.length)}
        </p>
        <label class="check">
          <input type="checkbox" checked={onlyWaiting} onChange={(event) => setOnlyWaiting(event.currentTarget.checked)} /> {c.onlyWaiting}
        </label>
      </div>
      {error && <ErrorNotice error={error} retry={() => void load(null)} />}
      {!error && !found && <div class="recording-skeleton skeleton" aria-hidden="true" />}
      {found && shown.length === 0 && !next && (
        <Notice icon="checkCircle" title={c.inboxEmpty} tone="good">
          <p>{c.inboxEmptyWhy}</p>
        </Notice>
      )}
      {[...byCase].map(([id, findings]) => (
        <section key={id} class="case-part" data-case={id}>
          <h2>
            <a href={routeText(["cases", id])}>
              {findings[0]?.case_number} · {findings[0]?.case_title}
            </a>
            <small>{findings[0]?.unit}</small>
          </h2>
          <ul class="finding-list">
            {findings.map((each) => (
              <FindingRow key={each.key} finding={each} />
            ))}
          </ul>
        </section>
      ))}
      {next && (
        <button type="button" class="button" onClick={() => void load(next)}>
          {c.inboxMore}
        </button>
      )}
    </>
  );
}

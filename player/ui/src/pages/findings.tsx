// The findings inbox: what is open in every case that this account may read, case by case.

import { useEffect, useState } from "preact/hooks";
import { api, type ApiError } from "../api/client";
import type { InboxFinding } from "../api/case-types";
import { ErrorNotice, Notice } from "../parts/notice";
import { useApp } from "../state/app";
import { routeText } from "../state/route";
import { FindingRow } from "./case-findings";

export function FindingsPage() {
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
    <div class="page inbox">
      <header class="page-head">
        <h1>{c.inbox}</h1>
        <p class="summary" role="status">
          {found && c.whyNotCount(shown.length)}
        </p>
        <label class="check">
          <input type="checkbox" checked={onlyWaiting} onChange={(event) => setOnlyWaiting(event.currentTarget.checked)} /> {c.onlyWaiting}
        </label>
      </header>
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
    </div>
  );
}

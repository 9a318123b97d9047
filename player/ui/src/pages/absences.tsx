// Missing footage of devices: what is known about each, what people said, and the buttons to say and decide.

import { useEffect, useState } from "preact/hooks";
import type { Absence, AbsenceExplanation } from "../api/absence-types";
import { api } from "../api/client";
import { serverText } from "../i18n/server-texts";
import { Documents } from "../parts/documents";
import { ErrorNotice, Notice } from "../parts/notice";
import { may, useApp } from "../state/app";
import { go, routeText } from "../state/route";
import { useAnswer } from "../state/use";
import { dateOnly, dateTime } from "../time/format";
import { DecideDialog, ExplainDialog, FindingRow } from "./case-findings";

const STATES = ["open", "waiting", "rejected", "answered"] as const;
const PAGE = 50;
const MOST = 500; // that the server hands out at once

type Query = Readonly<Record<string, string>>;

/** What is asked for stands in the address: `state`, `kind`, `unit`, `officer`, or one `absence` alone. */
export function AbsencesPanel({ query }: { query: Query }) {
  const { t } = useApp();
  const a = t.absences;
  const { tab: _tab, ...asked } = query;
  const key = JSON.stringify(asked);
  const [pages, setPages] = useState(1);
  const { value, error, busy, reload } = useAnswer(`${key} ${pages}`, () => api.absences({ ...asked, limit: pages * PAGE }));
  useEffect(() => setPages(1), [key]);
  const set = (changes: Record<string, string>) => go(routeText(["findings"], { ...query, ...changes }), true);
  const narrowed = Object.values(asked).some(Boolean);
  return (
    <>
      {query.absence ? (
        <p class="panel-head">
          <span class="quiet">{a.one}</span>
          <button type="button" class="button" onClick={() => set({ absence: "" })}>
            {a.allOfThem}
          </button>
        </p>
      ) : (
        <Filters query={query} units={value?.units ?? []} set={set} />
      )}
      <p class="summary" role="status">
        {value && (value.total > value.absences.length ? a.some(value.absences.length, value.total) : a.count(value.total))}
      </p>
      {error && <ErrorNotice error={error} retry={reload} />}
      {!error && !value && <div class="recording-skeleton skeleton" role="status" aria-label={t.common.loading} />}
      {value?.absences.length === 0 && (
        <Notice icon={narrowed ? "filter" : "checkCircle"} title={narrowed ? a.nothingFits : a.empty} tone={narrowed ? "calm" : "good"}>
          {narrowed ? (
            <a class="button" href={routeText(["findings"], { tab: "missing" })}>
              {t.common.clear}
            </a>
          ) : (
            <p>{a.emptyWhy}</p>
          )}
        </Notice>
      )}
      {value && value.absences.length > 0 && (
        <section class="case-part" aria-busy={busy}>
          <ul class="finding-list">
            {value.absences.map((each) => (
              <AbsenceRow key={each.key} absence={each} reload={reload} />
            ))}
          </ul>
        </section>
      )}
      {value && value.total > value.absences.length && pages * PAGE < MOST && (
        <div class="table-end">
          <button type="button" class="button" disabled={busy} onClick={() => setPages(pages + 1)}>
            {t.common.more}
          </button>
        </div>
      )}
    </>
  );
}

interface FiltersProps {
  query: Query;
  units: string[];
  set: (changes: Record<string, string>) => void;
}

function Filters({ query, units, set }: FiltersProps) {
  const { t } = useApp();
  const a = t.absences;
  const [officer, setOfficer] = useState(query.officer ?? "");
  const select = (key: "state" | "kind" | "unit", label: string, options: readonly (readonly [string, string])[]) => (
    <label class="field compact">
      <span>{label}</span>
      <select value={query[key] ?? ""} class={query[key] ? "active" : ""} onChange={(event) => set({ [key]: event.currentTarget.value })}>
        <option value="">{t.common.all}</option>
        {options.map(([code, name]) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
  const known = [...new Set([...units, ...(query.unit ? [query.unit] : [])])].sort();
  return (
    <form
      class="filters"
      aria-label={a.tabMissing}
      onSubmit={(event) => {
        event.preventDefault();
        set({ officer: officer.trim() });
      }}
    >
      {select("state", a.state, STATES.map((each) => [each, t.cases.findingStates[each] ?? each]))}
      {select("kind", a.kind, Object.entries(a.kinds))}
      {known.length > 0 && select("unit", t.roster.unit, known.map((each) => [each, each]))}
      <label class="field compact">
        <span>{t.roster.officer}</span>
        <input type="text" maxLength={200} value={officer} class={query.officer ? "active" : ""} onInput={(event) => setOfficer(event.currentTarget.value)} onBlur={() => officer.trim() !== (query.officer ?? "") && set({ officer: officer.trim() })} />
      </label>
    </form>
  );
}

function AbsenceRow({ absence, reload }: { absence: Absence; reload: () => void }) {
  const { t, language, site, session } = useApp();
  const [asking, setAsking] = useState<"explain" | AbsenceExplanation | null>(null);
  const a = t.absences;
  const done = () => {
    setAsking(null);
    reload();
  };
  const words = absence[language];
  return (
    <FindingRow finding={absence}>
      {absence.may_explain && (
        <button type="button" class="button" onClick={() => setAsking("explain")}>
          {t.cases.explain}
        </button>
      )}
      <div class="finding-facts">
        <span class="chip">{a.kinds[absence.kind]}</span>
        {(absence.device || absence.kind !== "duty-unrecorded") && <span>{absence.device ? a.device(absence.device) : a.noDevice}</span>}
        {absence.officer && <span>{a.officer(absence.officer)}</span>}
        {absence.unit && <span>{absence.unit}</span>}
        <span class="quiet">{a.known(dateTime(absence.known_at, site.timezone))}</span>
        {absence.recordings.map((recording) => (
          <a key={recording} href={routeText(["recordings", recording])}>
            {a.see}
          </a>
        ))}
        {absence.kind === "duty-unrecorded" && absence.start_at && may(session, "roster.read") && (
          <a href={routeText(["roster"], { week: dateOnly(absence.start_at, site.timezone), officer: absence.officer ?? undefined })}>{a.seeShift}</a>
        )}
        {absence.trouble && <span class="quiet">{a.trouble(serverText(absence.trouble, language))}</span>}
      </div>
      {absence.explanations.map((each) => (
        <Explanation key={each.id} explanation={each} decide={() => setAsking(each)} reload={reload} />
      ))}
      {asking === "explain" && (
        <ExplainDialog words={words} why={a.explainWhy} send={(cause, statement) => api.explainAbsence(absence.key, cause, statement)} onDone={done} onClose={() => setAsking(null)} />
      )}
      {asking && asking !== "explain" && (
        <DecideDialog words={words} explanation={asking} send={(approved, note) => api.decideAbsence(asking.id, approved, note)} onDone={done} onClose={() => setAsking(null)} />
      )}
    </FindingRow>
  );
}

function Explanation({ explanation, decide, reload }: { explanation: AbsenceExplanation; decide: () => void; reload: () => void }) {
  const { t, site } = useApp();
  const c = t.cases;
  const when = (at: string) => dateTime(at, site.timezone);
  return (
    <p class="finding-said" data-explanation={explanation.state}>
      <strong>{c.causes[explanation.cause] ?? explanation.cause}</strong> {explanation.statement} <span class="quiet">{c.saidBy(explanation.by, when(explanation.at))}</span>{" "}
      {explanation.decided_by && explanation.decided_at && (
        <>
          <span class={`chip ${explanation.state === "approved" ? "chip-safe" : "chip-attention"}`}>{explanation.state === "approved" ? c.approved : c.rejected}</span> {explanation.decision}{" "}
          <span class="quiet">{c.saidBy(explanation.decided_by, when(explanation.decided_at))}</span>
        </>
      )}
      <Documents explanation={explanation} reload={reload} />
      {explanation.may_decide && (
        <button type="button" class="button" onClick={decide}>
          {c.decide}
        </button>
      )}
    </p>
  );
}

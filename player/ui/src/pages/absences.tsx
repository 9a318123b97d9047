// Missing footage of devices: what is known about each, what people said, and the buttons to say and decide.

import { useState } from "preact/hooks";
import type { Absence, AbsenceExplanation } from "../api/absence-types";
import { api } from "../api/client";
import { serverText } from "../i18n/server-texts";
import { Documents } from "../parts/documents";
import { ErrorNotice, Notice } from "../parts/notice";
import { useApp } from "../state/app";
import { routeText } from "../state/route";
import { useAnswer } from "../state/use";
import { dateTime } from "../time/format";
import { DecideDialog, ExplainDialog, FindingRow } from "./case-findings";

const STATES = ["open", "waiting", "rejected", "answered"] as const;

export function AbsencesPanel() {
  const { t } = useApp();
  const [state, setState] = useState<string>("");
  const { value, error, reload } = useAnswer(state, () => api.absences({ state }));
  const a = t.absences;
  return (
    <>
      <div class="panel-head">
        <p class="summary" role="status">
          {value && (value.total > value.absences.length ? a.some(value.absences.length, value.total) : a.count(value.total))}
        </p>
        <label class="select">
          <span>{a.state}</span>
          <select value={state} onChange={(event) => setState(event.currentTarget.value)}>
            <option value="">{a.all}</option>
            {STATES.map((each) => (
              <option key={each} value={each}>
                {a.states[each]}
              </option>
            ))}
          </select>
        </label>
      </div>
      {error && <ErrorNotice error={error} retry={reload} />}
      {!error && !value && <div class="recording-skeleton skeleton" aria-hidden="true" />}
      {value?.absences.length === 0 && (
        <Notice icon="checkCircle" title={a.empty} tone="good">
          <p>{a.emptyWhy}</p>
        </Notice>
      )}
      {value && value.absences.length > 0 && (
        <section class="case-part">
          <ul class="finding-list">
            {value.absences.map((each) => (
              <AbsenceRow key={each.key} absence={each} reload={reload} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function AbsenceRow({ absence, reload }: { absence: Absence; reload: () => void }) {
  const { t, language, site } = useApp();
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
        <span>{absence.device ? a.device(absence.device) : a.noDevice}</span>
        {absence.officer && <span>{a.officer(absence.officer)}</span>}
        {absence.unit && <span>{absence.unit}</span>}
        <span class="quiet">{a.known(dateTime(absence.known_at, site.timezone))}</span>
        {absence.recordings.map((recording) => (
          <a key={recording} href={routeText(["recordings", recording])}>
            {a.see}
          </a>
        ))}
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

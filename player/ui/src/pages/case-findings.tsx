// Why a case cannot be closed, in plain words, and what people have said about it.

import { useState } from "preact/hooks";
import { api, type Answer } from "../api/client";
import type { Deadline } from "../api/attention-types";
import type { CaseDetail, Cause, Explanation, Finding } from "../api/case-types";
import { Dialog } from "../parts/dialog";
import { Documents } from "../parts/documents";
import { FormFoot, Problem, Select, TextField, useSaving } from "../parts/form";
import { Icon, type IconName } from "../parts/icon";
import { useApp } from "../state/app";
import { dateTime } from "../time/format";

const CAUSES: readonly Cause[] = ["battery", "device", "operation", "weather", "emergency", "other"];
const ICONS: Record<Finding["state"], IconName> = { open: "alert", waiting: "clock", rejected: "back", answered: "check" };

export function FindingsPanel({ detail, reload }: { detail: CaseDetail; reload: () => void }) {
  const { t, language } = useApp();
  const [explaining, setExplaining] = useState<Finding | null>(null);
  const c = t.cases;
  const open = detail.findings.filter((each) => each.state !== "answered");
  const answered = detail.findings.filter((each) => each.state === "answered");
  return (
    <section class={`case-part why${open.length + detail.waiting.length === 0 ? " why-good" : ""}`} aria-label={c.findings}>
      <FindingsHead detail={detail} n={open.length} />
      {detail.state === "open" && open.some((each) => each.explainable) && !open.some((each) => each.may_explain) && !open.some((each) => each.state === "waiting") && <p class="quiet">{c.explainedByOthers}</p>}
      <ul class="finding-list">
        {detail.waiting.map((each) => (
          <li key={each.en} class="finding finding-waiting" data-waiting>
            <Icon name="clock" size={16} />
            <span class="finding-words">{each[language]}</span>
          </li>
        ))}
        {[...open, ...answered].map((finding) => (
          <FindingRow key={finding.key} finding={finding}>
            {detail.state === "open" && finding.may_explain && (finding.state === "open" || finding.state === "rejected") && (
              <button type="button" class="button" onClick={() => setExplaining(finding)}>
                {c.explain}
              </button>
            )}
          </FindingRow>
        ))}
      </ul>
      {explaining && (
        <ExplainDialog
          words={explaining[language]}
          why={c.explainWhy}
          send={(cause, statement) => api.explain(detail.id, explaining.key, cause, statement)}
          onDone={() => {
            setExplaining(null);
            reload();
          }}
          onClose={() => setExplaining(null)}
        />
      )}
    </section>
  );
}

/** An open case: why it cannot end, or that it can. One that has ended: what came to light since. */
function FindingsHead({ detail, n }: { detail: CaseDetail; n: number }) {
  const { t } = useApp();
  const c = t.cases;
  const goesOn = detail.state === "open";
  const good = n + detail.waiting.length === 0;
  const title = good ? (goesOn ? c.closable : c.nothingOpen) : goesOn ? c.whyNot : n > 0 ? t.handover.since : t.handover.waiting;
  return (
    <>
      <h2>
        <Icon name={good ? "checkCircle" : "alert"} size={20} />
        {title}
        {n > 0 && <small>{goesOn ? c.whyNotCount(n) : t.handover.sinceCount(n)}</small>}
      </h2>
      {good && <p>{c.closableWhy}</p>}
      {!goesOn && n > 0 && detail.state !== "archived" && <p>{t.handover.sinceWhy}</p>}
    </>
  );
}

type Told = Pick<Finding, "kind" | "state" | "zh" | "en" | keyof Deadline>;

export function FindingRow({ finding, children }: { finding: Told; children?: preact.ComponentChildren }) {
  const { t, language } = useApp();
  return (
    <li class={`finding finding-${finding.state}`} data-finding={finding.kind} data-state={finding.state}>
      <Icon name={ICONS[finding.state]} size={16} />
      <span class="finding-words">{finding[language]}</span>
      <DeadlineNote deadline={finding} />
      <span class="quiet">{t.cases.findingStates[finding.state]}</span>
      {children}
    </li>
  );
}

function DeadlineNote({ deadline }: { deadline: Deadline }) {
  const { t, site } = useApp();
  if (!deadline.due_at || !deadline.urgency) return null;
  const look = { "in-time": "quiet", soon: "chip chip-attention", overdue: "chip chip-bad" }[deadline.urgency];
  const due = t.absences.due[deadline.urgency]?.(dateTime(deadline.due_at, site.timezone));
  return (
    <span class="finding-due" data-urgency={deadline.urgency}>
      <span class={look}>
        {deadline.urgency !== "in-time" && <Icon name="clock" size={14} />}
        {due}
      </span>
      {deadline.step && <small class="quiet">{t.absences.steps[deadline.step]}</small>}
    </span>
  );
}

interface ExplainDialogProps {
  words: string; // what is to be explained
  why: string; // what becomes of the explanation
  send: (cause: Cause, statement: string) => Promise<Answer<unknown>>;
  onDone: () => void;
  onClose: () => void;
}

export function ExplainDialog({ words, why, send, onDone, onClose }: ExplainDialogProps) {
  const { t } = useApp();
  const [cause, setCause] = useState<Cause>("battery");
  const [statement, setStatement] = useState("");
  const { busy, error, save } = useSaving<unknown>(onDone);
  const c = t.cases;
  return (
    <Dialog title={c.explainTitle} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void save(send(cause, statement.trim()));
        }}
      >
        <p class="callout">
          <Icon name="alert" />
          <span>{words}</span>
        </p>
        <Select label={c.cause} value={cause} onChange={(each) => setCause(each as Cause)} options={CAUSES.map((each) => [each, c.causes[each] ?? each])} />
        <TextField label={c.statement} value={statement} required onChange={setStatement} lines={4} focus />
        <p class="quiet">{why}</p>
        <FormFoot busy={busy} error={error} onClose={onClose} submit={c.submitExplanation} />
      </form>
    </Dialog>
  );
}

export function ExplanationsPanel({ detail, reload }: { detail: CaseDetail; reload: () => void }) {
  const { t, site, language } = useApp();
  const [deciding, setDeciding] = useState<Explanation | null>(null);
  const c = t.cases;
  const about = (explanation: Explanation) => detail.findings.find((each) => each.explanations.includes(explanation.id));
  const when = (at: string) => dateTime(at, site.timezone);
  return (
    <section class="case-part" aria-label={c.explanations}>
      <h2>{c.explanations}</h2>
      {detail.explanations.length === 0 && <p class="quiet">{c.noExplanations}</p>}
      <ul class="explanation-list">
        {detail.explanations.map((each) => (
          <li key={each.id} data-explanation={each.state}>
            <Subject finding={about(each)} />
            <p>
              <strong>{c.causes[each.cause] ?? each.cause}</strong>：{each.statement}
            </p>
            <p class="quiet">{c.saidBy(each.by, when(each.at))}</p>
            <Documents explanation={each} reload={reload} />
            {each.decided_by && each.decided_at ? (
              <p>
                <span class={`chip ${each.state === "approved" ? "chip-safe" : "chip-attention"}`}>{each.state === "approved" ? c.approved : c.rejected}</span>{" "}
                {each.decision} <span class="quiet">{c.saidBy(each.decided_by, when(each.decided_at))}</span>
              </p>
            ) : (
              <p class="button-row">
                <span class="chip chip-waiting">{c.waiting}</span>
                {each.may_decide && (
                  <button type="button" class="button" onClick={() => setDeciding(each)}>
                    {c.decide}
                  </button>
                )}
              </p>
            )}
          </li>
        ))}
      </ul>
      {deciding && (
        <DecideDialog
          words={about(deciding)?.[language] ?? ""}
          explanation={deciding}
          send={(approved, note) => api.decide(detail.id, deciding.id, approved, note)}
          onDone={() => {
            setDeciding(null);
            reload();
          }}
          onClose={() => setDeciding(null)}
        />
      )}
    </section>
  );
}

function Subject({ finding }: { finding: Finding | undefined }) {
  const { language } = useApp();
  return finding ? <p class="finding-words">{finding[language]}</p> : null;
}

interface DecideDialogProps {
  words: string; // what was explained; "" if it is not there any more
  explanation: Pick<Explanation, "cause" | "statement" | "by">;
  send: (approved: boolean, note: string) => Promise<Answer<unknown>>;
  onDone: () => void;
  onClose: () => void;
}

export function DecideDialog({ words, explanation, send, onDone, onClose }: DecideDialogProps) {
  const { t } = useApp();
  const [note, setNote] = useState("");
  const { busy, error, save } = useSaving<unknown>(onDone);
  const c = t.cases;
  const decide = (approved: boolean) => void save(send(approved, note.trim()));
  return (
    <Dialog title={c.decide} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          decide(true);
        }}
      >
        {words && <p class="finding-words">{words}</p>}
        <p class="callout">
          {c.causes[explanation.cause]}：{explanation.statement}（{explanation.by}）
        </p>
        <TextField label={c.decisionNote} value={note} onChange={setNote} lines={3} focus />
        {error && <Problem error={error} />}
        <FormFoot busy={busy} error={null} onClose={onClose} submit={c.approve}>
          <button type="button" class="button" disabled={busy} onClick={() => decide(false)}>
            {c.sendBack}
          </button>
        </FormFoot>
      </form>
    </Dialog>
  );
}

// Handing a case over to another authority: the dialog, what became of it, and what was handed over.

import { useState } from "preact/hooks";
import { api } from "../api/client";
import type { CaseDetail } from "../api/case-types";
import type { AuthorityKind, Handover, Outcome } from "../api/handover-types";
import { Dialog } from "../parts/dialog";
import { FormFoot, Select, TextField, useSaving } from "../parts/form";
import { Icon } from "../parts/icon";
import { may, useApp } from "../state/app";
import { dateTime } from "../time/format";

const KINDS: readonly AuthorityKind[] = ["police", "supervision", "procuratorate", "court", "administration"];
const OUTCOMES: readonly Outcome[] = ["returned", "settled"];

interface DialogProps {
  detail: CaseDetail;
  onDone: () => void;
  onClose: () => void;
}

export function HandoverDialog({ detail, onDone, onClose }: DialogProps) {
  const { t } = useApp();
  const h = t.handover;
  const [kind, setKind] = useState<AuthorityKind>("police");
  const [name, setName] = useState("");
  const [number, setNumber] = useState("");
  const [approver, setApprover] = useState("");
  const [note, setNote] = useState("");
  const { busy, error, save } = useSaving<unknown>(onDone);
  const submit = (event: Event) => {
    event.preventDefault();
    void save(api.handOver(detail.id, { to: { kind, name: name.trim() }, number: number.trim(), approver: approver.trim(), note: note.trim() }));
  };
  return (
    <Dialog title={h.title} onClose={onClose} wide>
      <form class="form form-grid" onSubmit={submit}>
        <p class="quiet whole">{h.why}</p>
        <Blockers detail={detail} />
        <Select label={h.kind} value={kind} onChange={(each) => setKind(each as AuthorityKind)} options={KINDS.map((each) => [each, h.kinds[each] ?? each])} />
        <TextField label={h.name} value={name} required onChange={setName} focus />
        <TextField label={h.number} value={number} required onChange={setNumber} />
        <TextField label={h.approver} value={approver} required onChange={setApprover} />
        <TextField label={h.note} value={note} onChange={setNote} lines={2} whole />
        <p class="whole">
          {h.goes(detail.belongings.recordings.length, detail.belongings.clips.length)}{" "}
          {detail.belongings.destroyed.length > 0 && h.goesGone(detail.belongings.destroyed.length)}
        </p>
        <FormFoot busy={busy} error={error} onClose={onClose} submit={h.submit} />
      </form>
    </Dialog>
  );
}

/** Why it cannot be handed over now, said before anybody fills in the form. */
function Blockers({ detail }: { detail: CaseDetail }) {
  const { t, language } = useApp();
  if (detail.closable) return null;
  const said = [...detail.findings.filter((each) => each.state !== "answered"), ...detail.waiting];
  return (
    <div class="form-problem whole" data-blocked>
      <Icon name="alert" />
      <div>
        <span>{t.handover.blocked}</span>
        <ul>
          {said.map((each) => (
            <li key={each.en}>{each[language]}</li>
          ))}
        </ul>
      </div>
    </div>
  );
}

export function EndingDialog({ detail, handover, onDone, onClose }: DialogProps & { handover: Handover }) {
  const { t } = useApp();
  const h = t.handover;
  const [outcome, setOutcome] = useState<Outcome>("returned");
  const [number, setNumber] = useState("");
  const [reason, setReason] = useState("");
  const { busy, error, save } = useSaving<unknown>(onDone);
  return (
    <Dialog title={h.end} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void save(api.endHandover(detail.id, handover.id, outcome, number.trim(), reason.trim()));
        }}
      >
        <p class="callout">
          <Icon name="out" />
          <span>
            {h.to(h.kinds[handover.to.kind] ?? "", handover.to.name)} · {handover.number}
          </span>
        </p>
        <Select label={h.outcome} value={outcome} onChange={(each) => setOutcome(each as Outcome)} options={OUTCOMES.map((each) => [each, h.outcomeChoices[each] ?? each])} />
        <TextField label={h.outcomeNumber} value={number} onChange={setNumber} />
        <TextField label={h.outcomeReason} value={reason} required onChange={setReason} lines={3} focus />
        <p class="quiet">{h.endWhy}</p>
        <FormFoot busy={busy} error={error} onClose={onClose} submit={h.end} />
      </form>
    </Dialog>
  );
}

export function HandoversPanel({ detail, reload }: { detail: CaseDetail; reload: () => void }) {
  const { t, session } = useApp();
  const [ending, setEnding] = useState<Handover | null>(null);
  if (detail.handovers.length === 0) return null;
  return (
    <section class="case-part" aria-label={t.handover.section} data-handovers>
      <h2>
        <Icon name="out" size={20} />
        {t.handover.section}
      </h2>
      <ul class="handover-list">
        {detail.handovers.map((each) => (
          <HandoverItem key={each.id} handover={each}>
            {!each.ending && may(session, "case.hand-over") && (
              <button type="button" class="button" onClick={() => setEnding(each)}>
                {t.handover.end}
              </button>
            )}
          </HandoverItem>
        ))}
      </ul>
      {ending && (
        <EndingDialog
          detail={detail}
          handover={ending}
          onDone={() => {
            setEnding(null);
            reload();
          }}
          onClose={() => setEnding(null)}
        />
      )}
    </section>
  );
}

function HandoverItem({ handover, children }: { handover: Handover; children: preact.ComponentChildren }) {
  const { t, site } = useApp();
  const h = t.handover;
  const { ending } = handover;
  const when = (at: string) => dateTime(at, site.timezone);
  return (
    <li data-handover={handover.id} data-outcome={ending?.outcome ?? "running"}>
      <div>
        <strong>{h.to(h.kinds[handover.to.kind] ?? handover.to.kind, handover.to.name)}</strong>{" "}
        <span class={`chip ${ending ? "chip-safe" : "chip-sealing"}`}>{ending ? h.outcomes[ending.outcome] : h.running}</span>
        <p>
          <span>{h.decided(handover.number, handover.approver)}</span>
          <span>{h.with(handover.recordings.length, handover.clips.length)}</span>
          {handover.destroyed.length > 0 && <span>{h.gone(handover.destroyed.length)}</span>}
          <span class="quiet">{t.cases.saidBy(handover.by, when(handover.at))}</span>
        </p>
        {handover.note && <p>{handover.note}</p>}
        {ending ? (
          <p>
            <span>{[ending.number, ending.reason].filter(Boolean).join(" · ")}</span>
            <span class="quiet">{t.cases.saidBy(ending.by, when(ending.at))}</span>
          </p>
        ) : (
          <p class="quiet">{h.runningWhy}</p>
        )}
      </div>
      {children}
    </li>
  );
}

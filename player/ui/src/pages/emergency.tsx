// An emergency measure of an activity: until when its approval must be made up, and the approval with its document.

import { useState } from "preact/hooks";
import { api } from "../api/client";
import type { Activity } from "../api/case-types";
import { Dialog } from "../parts/dialog";
import { Documents } from "../parts/documents";
import { FormFoot, ReasonDialog, TextField, useSaving } from "../parts/form";
import { Icon } from "../parts/icon";
import { useApp } from "../state/app";
import { dateTime, fromLocalInput, localInput } from "../time/format";

interface EmergencyProps {
  case: string;
  activity: Activity;
  open: boolean; // the case takes changes from this account
  reload: () => void;
}

export function EmergencyPart({ case: id, activity, open, reload }: EmergencyProps) {
  const { t, site } = useApp();
  const [asking, setAsking] = useState<"state" | "approval" | null>(null);
  const e = t.absences.emergency;
  const { emergency } = activity;
  const when = (at: string) => dateTime(at, site.timezone);
  const done = () => {
    setAsking(null);
    reload();
  };
  if (!emergency && !open) return null;
  return (
    <div class="emergency" data-emergency={emergency ? (emergency.approval ? "approved" : "waiting") : "none"}>
      {emergency && (
        <p>
          <Icon name="alert" size={16} /> <strong>{e.title}</strong> {emergency.reason} <span class="quiet">{t.cases.saidBy(emergency.by, when(emergency.at))}</span>
        </p>
      )}
      {emergency?.due_at && !emergency.approval && <p>{e.due(when(emergency.due_at))}</p>}
      {emergency?.approval && (
        <p>
          {e.approved(when(emergency.approval.approved_at), emergency.approval.approver, emergency.approval.number)}{" "}
          <span class="quiet">{t.cases.saidBy(emergency.approval.by, when(emergency.approval.at))}</span> <Documents explanation={emergency.approval} reload={reload} />
        </p>
      )}
      {open && (
        <p class="button-row">
          {!emergency && (
            <button type="button" class="button quiet-button" onClick={() => setAsking("state")}>
              {e.state}
            </button>
          )}
          {emergency && (
            <>
              <button type="button" class="button" onClick={() => setAsking("approval")}>
                {emergency.approval ? e.correct : e.enter}
              </button>
              <button type="button" class="button quiet-button" onClick={() => setAsking("state")}>
                {e.none}
              </button>
            </>
          )}
        </p>
      )}
      {asking === "state" && (
        <ReasonDialog
          title={emergency ? e.none : e.state}
          label={e.reason}
          why={e.why}
          submit={t.cases.save}
          send={(reason) => api.stateEmergency(id, activity.id, !emergency, reason)}
          onDone={done}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === "approval" && <ApprovalDialog id={id} activity={activity} onDone={done} onClose={() => setAsking(null)} />}
    </div>
  );
}

function ApprovalDialog({ id, activity, onDone, onClose }: { id: string; activity: Activity; onDone: () => void; onClose: () => void }) {
  const { t, site } = useApp();
  const known = activity.emergency?.approval;
  const [at, setAt] = useState(localInput(known?.approved_at ?? null, site.timezone));
  const [approver, setApprover] = useState(known?.approver ?? "");
  const [number, setNumber] = useState(known?.number ?? "");
  const { busy, error, save } = useSaving<unknown>(onDone);
  const e = t.absences.emergency;
  return (
    <Dialog title={e.enter} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          const moment = fromLocalInput(at, site.timezone);
          if (moment) void save(api.makeUp(id, activity.id, moment, approver.trim(), number.trim()));
        }}
      >
        <TextField label={e.approvedAt} hint={t.cases.timesHint} type="datetime-local" value={at} required onChange={setAt} focus />
        <TextField label={e.approver} value={approver} required onChange={setApprover} />
        <TextField label={e.number} value={number} onChange={setNumber} />
        <FormFoot busy={busy} error={error} onClose={onClose} submit={t.cases.save} />
      </form>
    </Dialog>
  );
}

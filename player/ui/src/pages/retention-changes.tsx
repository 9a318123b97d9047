// Changes of retention: simulated, proposed, approved by two others, in force after the delay.

import { useState } from "preact/hooks";
import { api, type Answer } from "../api/client";
import type { Change, ChangeOf, Retention, Simulated, WantedChange } from "../api/retention-types";
import { Dialog } from "../parts/dialog";
import { FormFoot, ReasonDialog, Select, TextField, names, useSaving } from "../parts/form";
import { Icon } from "../parts/icon";
import { ErrorNotice, Notice } from "../parts/notice";
import { may, useApp } from "../state/app";
import { useAnswer } from "../state/use";
import { dateOnly, dateTime } from "../time/format";
import { caseOf } from "./retention-holds";

const LOOKS: Record<Change["state"], string> = { proposed: "chip-warn", approved: "chip-busy", cancelled: "chip-waiting", "in-force": "chip-good" };
type Asking = "new" | { what: "approve" | "cancel"; id: string } | null;

export function ChangesPart({ found, changed }: { found: Retention; changed: () => void }) {
  const { t, session } = useApp();
  const r = t.retention;
  const { value, error, reload } = useAnswer("changes", api.changes);
  const [asking, setAsking] = useState<Asking>(null);
  const done = () => {
    setAsking(null);
    reload();
    changed();
  };
  const close = () => setAsking(null);
  return (
    <>
      {may(session, "retention.propose") && (
        <div class="retention-tools">
          <p class="summary" />
          <button type="button" class="button primary" onClick={() => setAsking("new")}>
            {r.newChange}
          </button>
        </div>
      )}
      {error && <ErrorNotice error={error} retry={reload} />}
      {!value && !error && <div class="recording-skeleton skeleton" aria-hidden="true" />}
      {value?.changes.length === 0 && (
        <Notice icon="clock" title={r.noChanges}>
          <p>{r.noChangesWhy}</p>
        </Notice>
      )}
      {value?.changes.map((each) => (
        <Card key={each.id} row={each} found={found} ask={(what) => setAsking({ what, id: each.id })} />
      ))}
      {asking === "new" && <ChangeDialog found={found} onDone={done} onClose={close} />}
      {asking !== null && asking !== "new" && asking.what === "approve" && (
        <ReasonDialog title={r.approve} why={r.changeWhy(found.change_days)} label={r.approveNote} required={false} submit={r.approve} send={(note) => api.approveChange(asking.id, note)} onDone={done} onClose={close} />
      )}
      {asking !== null && asking !== "new" && asking.what === "cancel" && (
        <ReasonDialog title={r.cancel} label={r.cancelReason} submit={r.cancel} send={(reason) => api.cancelChange(asking.id, reason)} onDone={done} onClose={close} />
      )}
    </>
  );
}

function className(found: Retention, code: string | null, language: "zh" | "en"): string {
  return found.classes.find((each) => each.code === code)?.[language] ?? code ?? "";
}

function Card({ row, found, ask }: { row: Change; found: Retention; ask: (what: "approve" | "cancel") => void }) {
  const { t, site, session, language } = useApp();
  const r = t.retention;
  const when = (at: string | null) => (at ? dateTime(at, site.timezone) : "");
  const what = row.items ?? `${className(found, row.code, language)} · ${row.of === "case" ? row.case : r.recordings(row.recordings.length)}`;
  return (
    <section class="case-part" data-change={row.id} data-state={row.state}>
      <header class="part-head">
        <h2>
          <span class={`chip ${LOOKS[row.state]}`}>
            <Icon name={row.state === "in-force" ? "check" : row.state === "cancelled" ? "close" : "clock"} size={14} />
            {r.changeStates[row.state]}
          </span>
          {r.changeOfs[row.of]}
          <small>{what}</small>
        </h2>
        <div class="case-buttons">
          {row.may_cancel && may(session, "retention.cancel") && (
            <button type="button" class="button" onClick={() => ask("cancel")}>
              {r.cancel}
            </button>
          )}
          {row.may_approve && may(session, "retention.approve") && (
            <button type="button" class="button primary" onClick={() => ask("approve")}>
              {r.approve}
            </button>
          )}
        </div>
      </header>
      <p>{row.reason}</p>
      <p class="retention-steps">
        <span>{r.proposedBy(row.by, when(row.at))}</span>
        {row.approvals.map((each) => (
          <span key={each.by}>{r.approvedBy(each.by, when(each.at))}</span>
        ))}
        {row.state === "proposed" && <strong>{r.approvals(row.approvals.length)}</strong>}
        {row.state === "approved" && <strong>{r.dueChange(when(row.due_at))}</strong>}
        {row.state === "in-force" && <span>{r.inForceAt(when(row.ended_at))}</span>}
        {row.state === "cancelled" && row.ended_by && (
          <span>
            {r.cancelledBy(row.ended_by, when(row.ended_at))} · {row.ended_reason}
          </span>
        )}
      </p>
      <p class="quiet">
        {r.simulatedThen(row.n_expired)} · {r.simulatedMore(row.n_sooner, row.n_later)}
      </p>
    </section>
  );
}

function ChangeDialog({ found, onDone, onClose }: { found: Retention; onDone: () => void; onClose: () => void }) {
  const { t, language, session } = useApp();
  const r = t.retention;
  const [of, setOf] = useState<ChangeOf>("recordings");
  const [ids, setIds] = useState("");
  const [code, setCode] = useState(found.classes[0]?.code ?? "");
  const [list, setList] = useState(found.lists[0] ?? "");
  const [reason, setReason] = useState("");
  const [seen, setSeen] = useState<{ key: string; wanted: WantedChange; found: Simulated } | null>(null);
  const key = JSON.stringify([of, ids, code, list]);
  const simulating = useSaving<{ wanted: WantedChange; found: Simulated }>((value) => setSeen({ key, ...value }));
  /** A case is named by its number: the server wants its id. */
  const simulate = async (): Promise<Answer<{ wanted: WantedChange; found: Simulated }>> => {
    let wanted: WantedChange = of === "items" ? { of, items: list } : { of, recordings: names(ids), code };
    if (of === "case") {
      const meant = await caseOf(ids.trim(), r.caseUnknown);
      if (!meant.ok) return meant;
      wanted = { of, case: meant.value, code };
    }
    const answer = await api.simulate(wanted);
    return answer.ok ? { ok: true, value: { wanted, found: answer.value } } : answer;
  };
  const proposing = useSaving<unknown>(onDone);
  const ready = seen !== null && seen.key === key;
  // A case is found by its number, which takes the right to read cases.
  const kinds: ChangeOf[] = ["recordings", ...(may(session, "case.read") ? ["case" as const] : []), ...(found.lists.length > 1 ? ["items" as const] : [])];
  return (
    <Dialog title={r.newChange} onClose={onClose} wide>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && seen) void proposing.save(api.proposeChange(seen.wanted, reason.trim()));
          else void simulating.save(simulate());
        }}
      >
        <p class="callout whole">{r.changeWhy(found.change_days)}</p>
        <Select label={r.changeOf} value={of} onChange={(value) => setOf(value as ChangeOf)} options={kinds.map((each) => [each, r.changeOfs[each] ?? each])} />
        {of === "items" ? (
          <Select label={r.list} value={list} onChange={setList} options={found.lists.map((each) => [each, each])} />
        ) : (
          <>
            <Select label={r.columns.class} value={code} onChange={setCode} options={found.classes.map((each) => [each.code, each[language]])} />
            <TextField label={of === "case" ? (r.holdTargets.case ?? "") : r.recordingIds} hint={of === "case" ? "" : r.recordingIdsHint} value={ids} onChange={setIds} required lines={of === "case" ? 1 : 4} whole />
          </>
        )}
        {ready && seen && <SimulatedBox found={seen.found} />}
        {ready && <TextField label={r.reason} value={reason} onChange={setReason} required lines={2} whole />}
        <FormFoot busy={simulating.busy || proposing.busy} error={simulating.error ?? proposing.error} onClose={onClose} submit={ready ? r.propose : r.simulate} />
      </form>
    </Dialog>
  );
}

function SimulatedBox({ found }: { found: Simulated }) {
  const { t, site } = useApp();
  const r = t.retention;
  return (
    <div class="simulated whole" role="status" data-simulated={found.n_expired}>
      <h3>{found.n_expired > 0 ? r.simulated(found.n_recordings, found.n_expired) : r.simulatedNone}</h3>
      <p>{r.simulatedMore(found.n_sooner, found.n_later)}</p>
      <ul class="rows">
        {found.expired.map((each) => (
          <li key={each.id}>
            <span class="num">{each.until ? dateOnly(each.until, site.timezone) : ""}</span>
            <span class="breakable">{each.name}</span>
            <small class="quiet">{each.officer ?? each.device ?? ""}</small>
          </li>
        ))}
      </ul>
    </div>
  );
}

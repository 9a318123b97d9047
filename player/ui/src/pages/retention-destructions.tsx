// Destructions: who requested, who approved, when the day comes, and what became of each recording.

import { useState } from "preact/hooks";
import { api } from "../api/client";
import type { Destruction, DestructionItem, Retention } from "../api/retention-types";
import { ReasonDialog } from "../parts/form";
import { Icon } from "../parts/icon";
import { ErrorNotice, Notice } from "../parts/notice";
import { may, useApp } from "../state/app";
import { routeText } from "../state/route";
import { useAnswer } from "../state/use";
import { bytes, dateTime } from "../time/format";

const LOOKS: Record<Destruction["state"], string> = { requested: "chip-warn", approved: "chip-busy", cancelled: "chip-waiting", done: "chip-good" };
type Asking = { what: "approve" | "cancel"; id: string } | null;

export function DestructionsPart({ found }: { found: Retention }) {
  const { t } = useApp();
  const r = t.retention;
  const { value, error, reload } = useAnswer("destructions", api.destructions);
  const [asking, setAsking] = useState<Asking>(null);
  const done = () => {
    setAsking(null);
    reload();
  };
  return (
    <>
      {error && <ErrorNotice error={error} retry={reload} />}
      {!value && !error && <div class="recording-skeleton skeleton" aria-hidden="true" />}
      {value?.destructions.length === 0 && (
        <Notice icon="archive" title={r.noDestructions}>
          <p>{r.noDestructionsWhy}</p>
        </Notice>
      )}
      {value?.destructions.map((each) => (
        <Card key={each.id} row={each} ask={(what) => setAsking({ what, id: each.id })} />
      ))}
      {asking?.what === "approve" && (
        <ReasonDialog
          title={r.approve}
          why={r.approveWhy(found.destruction_days)}
          label={r.approveNote}
          required={false}
          submit={r.approve}
          send={(note) => api.approveDestruction(asking.id, note)}
          onDone={done}
          onClose={() => setAsking(null)}
        />
      )}
      {asking?.what === "cancel" && (
        <ReasonDialog
          title={r.cancel}
          label={r.cancelReason}
          submit={r.cancel}
          send={(reason) => api.cancelDestruction(asking.id, reason)}
          onDone={done}
          onClose={() => setAsking(null)}
        />
      )}
    </>
  );
}

function Card({ row, ask }: { row: Destruction; ask: (what: "approve" | "cancel") => void }) {
  const { t, site, session } = useApp();
  const r = t.retention;
  const when = (at: string | null) => (at ? dateTime(at, site.timezone) : "");
  return (
    <section class="case-part" data-destruction={row.id} data-state={row.state}>
      <header class="part-head">
        <h2>
          <span class={`chip ${LOOKS[row.state]}`}>
            <Icon name={row.state === "done" ? "check" : row.state === "cancelled" ? "close" : "clock"} size={14} />
            {r.destructionStates[row.state]}
          </span>
          {row.reason}
          <small>{r.recordings(row.items.length)}</small>
        </h2>
        <div class="case-buttons">
          {row.certificate && (
            <a class="button" href={api.certificateUrl(row.id)} target="_blank" rel="noopener">
              <Icon name="print" size={16} />
              {r.certificate}
            </a>
          )}
          {row.may_cancel && may(session, "destruction.cancel") && (
            <button type="button" class="button" onClick={() => ask("cancel")}>
              {r.cancel}
            </button>
          )}
          {row.may_approve && may(session, "destruction.approve") && (
            <button type="button" class="button primary" onClick={() => ask("approve")}>
              {r.approve}
            </button>
          )}
        </div>
      </header>
      <p class="retention-steps">
        <span>{r.requestedBy(row.by, when(row.at))}</span>
        {row.approved_by && <span>{r.approvedBy(row.approved_by, when(row.approved_at))}</span>}
        {row.state === "approved" && <strong>{row.items.every((each) => each.stays) ? r.nothingDue : r.dueAt(when(row.due_at))}</strong>}
        {row.cancelled_by && (
          <span>
            {r.cancelledBy(row.cancelled_by, when(row.cancelled_at))} · {row.cancelled_reason}
          </span>
        )}
      </p>
      <ul class="rows retention-items">
        {row.items.map((each) => (
          <Item key={each.recording} item={each} />
        ))}
      </ul>
    </section>
  );
}

function Item({ item }: { item: DestructionItem }) {
  const { t, site, language } = useApp();
  const r = t.retention;
  return (
    <li data-item={item.recording} data-state={item.state}>
      <span>{item.stays ? r.staysState : r.itemStates[item.state]}</span>
      <a class="breakable" href={routeText(["recordings", item.recording])}>
        {item.name || item.recording}
      </a>
      <small class="quiet">
        {item.reason && spared(item.reason, language)}
        {item.stays?.[language]}
        {item.done_at && `${dateTime(item.done_at, site.timezone)} · ${bytes(item.size_bytes ?? 0)}`}
        {item.begun_entry !== null && item.done_entry !== null && ` · ${r.entries(item.begun_entry, item.done_entry)}`}
      </small>
    </li>
  );
}

/** The ledger has the reason in Chinese and, on the next line, in English. */
function spared(reason: string, language: "zh" | "en"): string {
  const [zh = "", en = zh] = reason.split("\n");
  return language === "zh" ? zh : en;
}

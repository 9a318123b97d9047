// Holds: what is held, by whom and why; setting one, and lifting one that somebody else set.

import { useState } from "preact/hooks";
import { api, type Answer } from "../api/client";
import type { Hold, HoldOn } from "../api/retention-types";
import { Dialog } from "../parts/dialog";
import { FormFoot, ReasonDialog, Select, TextField, useSaving } from "../parts/form";
import { Icon } from "../parts/icon";
import { ErrorNotice, Notice } from "../parts/notice";
import { may, useApp } from "../state/app";
import { routeText } from "../state/route";
import { useAnswer } from "../state/use";
import { dateTime, fromLocalInput } from "../time/format";

export function HoldsPart() {
  const { t, session } = useApp();
  const r = t.retention;
  const { value, error, reload } = useAnswer("holds", api.holds);
  const [setting, setSetting] = useState(false);
  const [lifting, setLifting] = useState<string | null>(null);
  const done = () => {
    setSetting(false);
    setLifting(null);
    reload();
  };
  return (
    <>
      {may(session, "hold.set") && (
        <div class="retention-tools">
          <p class="summary" />
          <button type="button" class="button primary" onClick={() => setSetting(true)}>
            <Icon name="lock" size={16} />
            {r.setHold}
          </button>
        </div>
      )}
      {error && <ErrorNotice error={error} retry={reload} />}
      {!value && !error && <div class="recording-skeleton skeleton" aria-hidden="true" />}
      {value?.holds.length === 0 && (
        <Notice icon="lock" title={r.noHolds}>
          <p>{r.noHoldsWhy}</p>
        </Notice>
      )}
      {value?.holds.map((each) => (
        <HoldCard key={each.id} hold={each} lift={() => setLifting(each.id)} />
      ))}
      {setting && <HoldDialog onDone={done} onClose={() => setSetting(false)} />}
      {lifting && (
        <ReasonDialog
          title={r.lift}
          label={r.liftReason}
          submit={r.lift}
          send={(reason) => api.liftHold(lifting, reason)}
          onDone={done}
          onClose={() => setLifting(null)}
        />
      )}
    </>
  );
}

function HoldCard({ hold, lift }: { hold: Hold; lift: () => void }) {
  const { t, site, session } = useApp();
  const r = t.retention;
  const when = (at: string | null) => (at ? dateTime(at, site.timezone) : "…");
  const to = hold.on === "recording" ? ["recordings", hold.target] : hold.on === "case" ? ["cases", hold.target] : null;
  return (
    <section class="case-part" data-hold={hold.id} data-on={hold.on}>
      <header class="part-head">
        <h2>
          <span class={`chip ${hold.lifted_at ? "chip-waiting" : "chip-busy"}`}>
            <Icon name="lock" size={14} />
            {hold.lifted_at ? r.lifted : r.active}
          </span>
          {r.holdOns[hold.on]} {to ? <a href={routeText(to)}>{hold.named}</a> : hold.named}
          {hold.on === "device" && (hold.from_at || hold.until_at) && (
            <small class="num">
              {when(hold.from_at)} – {when(hold.until_at)}
            </small>
          )}
        </h2>
        {!hold.lifted_at &&
          may(session, "hold.lift") &&
          (hold.may_lift ? (
            <button type="button" class="button" onClick={lift}>
              {r.lift}
            </button>
          ) : (
            <small class="quiet">{r.liftOther}</small>
          ))}
      </header>
      <p>{hold.reason}</p>
      <p class="retention-steps">
        <span>{r.heldBy(hold.by, when(hold.at))}</span>
        {hold.lifted_by && (
          <span>
            {r.liftedBy(hold.lifted_by, when(hold.lifted_at))} · {hold.lifted_reason}
          </span>
        )}
      </p>
    </section>
  );
}

/** A case is named by its number: the server wants its id. */
export async function caseOf(text: string, unknown: string): Promise<Answer<string>> {
  if (/^c[a-z2-7]{26}$/.test(text)) return { ok: true, value: text };
  const answer = await api.cases({ q: text });
  if (!answer.ok) return answer;
  const found = answer.value.cases.find((each) => each.number === text);
  if (found) return { ok: true, value: found.id };
  return { ok: false, error: { status: 404, code: "not-found", message: unknown, remedy: null, retryAfterS: null, findings: [] } };
}

interface HoldDialogProps {
  recording?: string; // what is to be held, where that is known
  onDone: () => void;
  onClose: () => void;
}

export function HoldDialog({ recording, onDone, onClose }: HoldDialogProps) {
  const { t, site, session } = useApp();
  const r = t.retention;
  const [on, setOn] = useState<HoldOn>(recording ? "recording" : "device");
  const [target, setTarget] = useState(recording ?? "");
  const [from, setFrom] = useState("");
  const [until, setUntil] = useState("");
  const [reason, setReason] = useState("");
  const { busy, error, save } = useSaving<unknown>(onDone);
  const send = async (): Promise<Answer<unknown>> => {
    const meant: Answer<string> = on === "case" ? await caseOf(target.trim(), r.caseUnknown) : { ok: true, value: target.trim() };
    if (!meant.ok) return meant;
    const span = on === "device" ? { from_at: fromLocalInput(from, site.timezone), until_at: fromLocalInput(until, site.timezone) } : {};
    return api.setHold({ on, target: meant.value, reason: reason.trim(), ...span });
  };
  // A case is found by its number, which takes the right to read cases.
  const kinds: HoldOn[] = may(session, "case.read") ? ["device", "recording", "case", "subject"] : ["device", "recording", "subject"];
  return (
    <Dialog title={r.setHold} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void save(send());
        }}
      >
        <p class="callout">{r.holdWhy}</p>
        <Select label={r.holdOn} value={on} onChange={(value) => setOn(value as HoldOn)} options={kinds.map((each) => [each, r.holdOns[each] ?? each])} />
        <TextField label={r.holdTargets[on] ?? ""} value={target} onChange={setTarget} required focus />
        {on === "device" && (
          <>
            <TextField label={r.from} value={from} onChange={setFrom} type="datetime-local" />
            <TextField label={r.to} value={until} onChange={setUntil} type="datetime-local" />
          </>
        )}
        <TextField label={r.reason} value={reason} onChange={setReason} required lines={3} whole />
        <FormFoot busy={busy} error={error} onClose={onClose} submit={r.setHold} />
      </form>
    </Dialog>
  );
}

// Entering shifts by hand, one or the same on several days, and correcting one with a reason.

import { useState } from "preact/hooks";
import { api } from "../api/client";
import type { Shift, ShiftSaid } from "../api/roster-types";
import { Dialog } from "../parts/dialog";
import { FormFoot, TextField, useSaving } from "../parts/form";
import { may, useApp } from "../state/app";
import { useAnswer } from "../state/use";
import { dateTime, fromLocalInput } from "../time/format";
import { addDays } from "./statistics-query";

const LONGEST_MS = 48 * 3600000;
const MOST_DAYS = 31;

interface Typed {
  officer: string;
  device: string;
  unit: string;
  start: string; // as <input type="datetime-local"> has it
  end: string;
}

interface EnterProps {
  day: string;
  onDone: () => void;
  onClose: () => void;
}

export function EnterDialog({ day, onDone, onClose }: EnterProps) {
  const { t, site, session } = useApp();
  const f = t.roster.form;
  const [typed, setTyped] = useState<Typed>({ officer: "", device: "", unit: session.unit ?? "", start: `${day}T08:00`, end: `${day}T18:00` });
  const [until, setUntil] = useState("");
  const { busy, error, save } = useSaving<void>(onDone);
  const first = said(typed, site.timezone);
  const n = until ? daysBetween(typed.start.slice(0, 10), until) + 1 : 1;
  const odd = first === null ? f.backwards : !(n >= 1 && n <= MOST_DAYS) ? f.tooMany : null;
  const submit = (event: Event) => {
    event.preventDefault();
    if (odd) return;
    const shifts = Array.from({ length: n }, (_, day) => said(later(typed, day), site.timezone));
    void save(api.enterShifts(shifts.filter((each): each is ShiftSaid => each !== null)));
  };
  return (
    <Dialog title={t.roster.enter} onClose={onClose} wide>
      <form class="form form-grid" onSubmit={submit}>
        <ShiftFields typed={typed} set={setTyped} />
        <label class="field">
          <span>
            {f.until} <small>{f.untilHint}</small>
          </span>
          <input type="date" value={until} min={typed.start.slice(0, 10)} onInput={(event) => setUntil(event.currentTarget.value)} />
        </label>
        {n > 1 && !odd && <p class="quiet whole">{f.days(n)}</p>}
        {odd && (
          <p class="bad whole" role="alert">
            {odd}
          </p>
        )}
        <FormFoot busy={busy} error={error} onClose={onClose} submit={f.submit} />
      </form>
    </Dialog>
  );
}

export function CorrectDialog({ shift, onDone, onClose }: { shift: Shift; onDone: () => void; onClose: () => void }) {
  const { t, site } = useApp();
  const f = t.roster.form;
  const local = (at: string) => dateTime(at, site.timezone).replace(" ", "T").slice(0, 16);
  const [typed, setTyped] = useState<Typed>({ officer: shift.officer, device: shift.device ?? "", unit: shift.unit ?? "", start: local(shift.start_at), end: local(shift.end_at) });
  const [reason, setReason] = useState("");
  const { busy, error, save } = useSaving<void>(onDone);
  const words = said(typed, site.timezone);
  return (
    <Dialog title={f.correctTitle} onClose={onClose} wide>
      <form
        class="form form-grid"
        onSubmit={(event) => {
          event.preventDefault();
          if (words) void save(api.correctShift(shift.id, words, reason.trim()));
        }}
      >
        <p class="callout whole">{f.correctWhy}</p>
        <ShiftFields typed={typed} set={setTyped} />
        <TextField label={f.reason} value={reason} required onChange={setReason} lines={2} whole />
        {!words && (
          <p class="bad whole" role="alert">
            {f.backwards}
          </p>
        )}
        <FormFoot busy={busy} error={error} onClose={onClose} submit={f.correct} />
      </form>
    </Dialog>
  );
}

function ShiftFields({ typed, set }: { typed: Typed; set: (typed: Typed) => void }) {
  const { t, session } = useApp();
  const { value: facets } = useAnswer(may(session, "recording.list") ? "facets" : null, api.facets);
  const f = t.roster.form;
  const input = (key: keyof Typed, label: string, hint: string, known: readonly string[] | null, required = false) => (
    <label class="field">
      <span>
        {label} {hint && <small>{hint}</small>}
      </span>
      <input
        type={known ? "text" : "datetime-local"}
        value={typed[key]}
        required={required}
        maxLength={known ? 200 : undefined}
        list={known ? `shift-${key}` : undefined}
        autoFocus={key === "officer"}
        onInput={(event) => set({ ...typed, [key]: event.currentTarget.value })}
      />
      {known && (
        <datalist id={`shift-${key}`}>
          {known.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
      )}
    </label>
  );
  return (
    <>
      {input("officer", f.officer, f.officerHint, facets?.officers ?? [], true)}
      {input("unit", f.unit, "", facets?.units ?? [])}
      {input("start", f.start, "", null, true)}
      {input("end", f.end, f.endHint, null, true)}
      {input("device", f.device, f.deviceHint, facets?.devices ?? [])}
    </>
  );
}

/** What was typed, as the API takes it; null while the times make no sense. */
function said(typed: Typed, zone: string): ShiftSaid | null {
  const [start_at, end_at] = [fromLocalInput(typed.start, zone), fromLocalInput(typed.end, zone)];
  if (!start_at || !end_at) return null;
  const length = Date.parse(end_at) - Date.parse(start_at);
  if (!(length > 0 && length <= LONGEST_MS)) return null;
  return { officer: typed.officer.trim(), device: typed.device.trim() || null, unit: typed.unit.trim() || null, start_at, end_at };
}

/** The same hours of the clock so many days later. */
function later(typed: Typed, days: number): Typed {
  const move = (text: string) => `${addDays(text.slice(0, 10), days)}${text.slice(10)}`;
  return { ...typed, start: move(typed.start), end: move(typed.end) };
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86400000);
}

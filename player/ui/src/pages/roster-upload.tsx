// A roster from a file: chosen, looked at line by line, and entered as it was looked at.

import { useState } from "preact/hooks";
import { api, type ApiError } from "../api/client";
import type { PlannedLine, RosterPlan, Verdict } from "../api/roster-types";
import { CopyValue } from "../parts/copy";
import { Dialog } from "../parts/dialog";
import { Problem, TextField, useSaving } from "../parts/form";
import { useApp } from "../state/app";
import { dateOnly } from "../time/format";
import { hoursText, otherBefore } from "./roster-words";
import { mondayOf } from "./statistics-query";

const HEADER = "人员,设备,单位,值班开始,值班结束";
const JSON_FORM = '{"shifts": [{"officer": "P-1", "device": null, "unit": "一中队", "start_at": "2026-11-24 08:00", "end_at": "2026-11-24 18:00"}]}';
const ORDER: readonly Verdict[] = ["refused", "changed", "new", "same"];
const TONES: Record<Verdict, string> = { new: "chip-good", changed: "chip-warn", same: "", refused: "chip-bad" };
const SHOWN = 100;

interface UploadProps {
  /** `week`: the Monday of the first line that was entered. */
  onDone: (words: string, week?: string) => void;
  onClose: () => void;
}

export function RosterUpload({ onDone, onClose }: UploadProps) {
  const { t, site } = useApp();
  const r = t.roster;
  const [file, setFile] = useState<Blob | null>(null);
  const [plan, setPlan] = useState<RosterPlan | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [none, setNone] = useState(false);
  const [reading, setReading] = useState(false);
  const look = async (from: Blob) => {
    setReading(true);
    const answer = await api.previewRoster(from);
    setReading(false);
    setPlan(answer.ok ? answer.value : null);
    setError(answer.ok ? null : answer.error);
  };
  const choose = (chosen: File | undefined) => {
    const type = /\.csv$/i.test(chosen?.name ?? "") ? "text/csv" : /\.json$/i.test(chosen?.name ?? "") ? "application/json" : null;
    setPlan(null);
    setError(null);
    setNone(chosen !== undefined && type === null);
    if (!chosen || !type) return setFile(null);
    const typed = new Blob([chosen], { type });
    setFile(typed);
    void look(typed);
  };
  const adopted = (found: RosterPlan) => {
    const first = found.lines.find((each) => each.shift && (each.verdict === "new" || each.verdict === "changed"))?.shift;
    onDone(r.adopted(found.new, found.changed), first ? mondayOf(dateOnly(first.start_at, site.timezone)) : undefined);
  };
  return (
    <Dialog title={r.file.title} onClose={onClose} wide>
      <p class="callout">{r.file.why}</p>
      <label class="field">
        <span>
          {r.file.choose} <small>{r.file.limits}</small>
        </span>
        <input type="file" accept=".csv,.json,text/csv,application/json" autoFocus onChange={(event) => choose(event.currentTarget.files?.[0])} />
      </label>
      {!plan && (
        <div class="roster-forms">
          <CopyValue label={r.file.columns} value={HEADER} />
          <CopyValue label={r.file.json} value={JSON_FORM} />
        </div>
      )}
      {none && (
        <p class="bad" role="alert">
          {r.file.none}
        </p>
      )}
      {reading && (
        <p class="quiet" role="status">
          {r.file.reading}
        </p>
      )}
      {error && <Problem error={error} />}
      {plan && file && <Preview key={plan.plan} plan={plan} file={file} again={() => void look(file)} onAdopted={() => adopted(plan)} onClose={onClose} />}
    </Dialog>
  );
}

interface PreviewProps {
  plan: RosterPlan;
  file: Blob;
  again: () => void;
  onAdopted: () => void;
  onClose: () => void;
}

function Preview({ plan, file, again, onAdopted, onClose }: PreviewProps) {
  const { t } = useApp();
  const f = t.roster.file;
  const [without, setWithout] = useState(false);
  const [reason, setReason] = useState(f.usual);
  const { busy, error, save } = useSaving<void>(onAdopted);
  const entered = plan.new + plan.changed;
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        void save(api.adoptRoster(file, plan.plan, without, reason.trim()));
      }}
    >
      <p class="button-row" role="status" data-form={plan.form}>
        {ORDER.map((each) => (
          <span key={each} class={`chip ${plan[each] > 0 ? TONES[each] : ""}`} data-count={each}>
            {f.countOf(f.counts[each] ?? each, plan[each])}
          </span>
        ))}
      </p>
      <Lines plan={plan} />
      {entered === 0 && <p class="quiet">{f.nothing}</p>}
      {plan.refused > 0 && entered > 0 && (
        <>
          <p class="quiet">{f.mend}</p>
          <label class="check">
            <input type="checkbox" checked={without} onChange={(event) => setWithout(event.currentTarget.checked)} /> {f.withoutRefused(plan.refused)}
          </label>
        </>
      )}
      {plan.changed > 0 && <TextField label={f.reason} value={reason} required onChange={setReason} whole />}
      {error && <Problem error={error} />}
      <footer class="form-foot whole">
        <span class="quiet" />
        <button type="button" class="button" onClick={onClose}>
          {t.common.cancel}
        </button>
        {error?.code === "conflict" && (
          <button type="button" class="button" onClick={again}>
            {f.again}
          </button>
        )}
        <button type="submit" class="button primary" disabled={busy || entered === 0 || (plan.refused > 0 && !without)}>
          {busy ? t.cases.busy : f.adopt(entered)}
        </button>
      </footer>
    </form>
  );
}

function Lines({ plan }: { plan: RosterPlan }) {
  const { t } = useApp();
  const [all, setAll] = useState(false);
  const r = t.roster;
  // What needs to be read comes first.
  const ordered = ORDER.flatMap((verdict) => plan.lines.filter((each) => each.verdict === verdict));
  return (
    <>
      <div class="table-box roster-lines">
        <table class="table small" aria-label={r.file.table}>
          <thead>
            <tr>
              <th class="num">{r.file.line}</th>
              <th>{r.file.result}</th>
              <th>{r.officer}</th>
              <th>{r.unit}</th>
              <th>{r.detail.time}</th>
              <th>{r.file.what}</th>
            </tr>
          </thead>
          <tbody>
            {(all ? ordered : ordered.slice(0, SHOWN)).map((each) => (
              <Line key={each.line} line={each} />
            ))}
          </tbody>
        </table>
      </div>
      {!all && ordered.length > SHOWN && (
        <button type="button" class="button" onClick={() => setAll(true)}>
          {r.file.showAll(ordered.length)}
        </button>
      )}
    </>
  );
}

function Line({ line }: { line: PlannedLine }) {
  const { t, site, language } = useApp();
  const r = t.roster;
  const { shift, before } = line;
  return (
    <tr class="plain" data-line={line.line} data-verdict={line.verdict}>
      <td class="num">{line.line}</td>
      <td>
        <span class={`chip ${TONES[line.verdict]}`}>{r.file.counts[line.verdict]}</span>
      </td>
      <td>
        {shift ? shift.officer : r.file.unreadable}
        {shift?.device && <small> {shift.device}</small>}
      </td>
      <td>{shift && (shift.unit ?? t.common.none)}</td>
      <td class="nowrap">
        {shift && (
          <>
            {dateOnly(shift.start_at, site.timezone)} {hoursText(shift, site.timezone, r)}
          </>
        )}
      </td>
      <td>
        {line.verdict === "refused" && line[language]}
        {line.verdict === "new" && r.file.isNew}
        {line.verdict === "same" && r.file.isSame}
        {line.verdict === "changed" && shift && before && r.file.was(otherBefore(before, shift, site.timezone, r))}
      </td>
    </tr>
  );
}

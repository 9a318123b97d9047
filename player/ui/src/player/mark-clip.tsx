// Marks an in and an out at the playhead and adds the stretch to a case as a clip.

import { useEffect, useState } from "preact/hooks";
import { api } from "../api/client";
import type { Case, CaseDetail, Items } from "../api/case-types";
import { FormFoot, Select, TextField, useSaving } from "../parts/form";
import { Dialog } from "../parts/dialog";
import { Icon } from "../parts/icon";
import { useApp } from "../state/app";
import { routeText } from "../state/route";
import { useAnswer, useSettled } from "../state/use";
import { position } from "../time/format";

interface MarkClipProps {
  recording: string;
  nowMs: number;
  durationMs: number;
  caseNumber: string;
}

/** The bar below the picture; `i` and `o` mark as in editing programs. */
export function MarkClip({ recording, nowMs, durationMs, caseNumber }: MarkClipProps) {
  const { t } = useApp();
  const [inMs, setIn] = useState<number | null>(null);
  const [outMs, setOut] = useState<number | null>(null);
  const [adding, setAdding] = useState(false);
  const [done, setDone] = useState<CaseDetail | null>(null);
  const m = t.cases.mark;
  const now = Math.max(0, Math.min(durationMs, Math.round(nowMs)));
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if ((event.target as HTMLElement).closest("input, textarea, select, dialog") || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "i") setIn(now);
      if (event.key === "o") setOut(now);
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [now]);
  const ready = inMs !== null && outMs !== null && inMs < outMs;
  return (
    <div class="mark-clip" role="group" aria-label={m.title}>
      <button type="button" class="button" title={`${m.set} (i)`} onClick={() => setIn(now)}>
        {m.in} <span class="num">{inMs === null ? "–" : position(inMs)}</span>
      </button>
      <button type="button" class="button" title={`${m.set} (o)`} onClick={() => setOut(now)}>
        {m.out} <span class="num">{outMs === null ? "–" : position(outMs)}</span>
      </button>
      <button type="button" class="button" disabled={!ready} onClick={() => setAdding(true)}>
        <Icon name="flag" size={15} />
        {m.add}
      </button>
      {done && (
        <span role="status">
          {m.done(done.number)} <a href={routeText(["cases", done.id])}>{m.open}</a>
        </span>
      )}
      {adding && inMs !== null && outMs !== null && (
        <ClipDialog
          span={{ recording, start_ms: inMs, end_ms: outMs }}
          number={caseNumber}
          onClose={() => setAdding(false)}
          onDone={(detail) => {
            setAdding(false);
            setDone(detail);
          }}
        />
      )}
    </div>
  );
}

interface ClipDialogProps {
  span: { recording: string; start_ms: number; end_ms: number };
  number: string;
  onDone: (detail: CaseDetail) => void;
  onClose: () => void;
}

function ClipDialog({ span, number, onDone, onClose }: ClipDialogProps) {
  const { t, language } = useApp();
  const [typed, setTyped] = useState(number);
  const settled = useSettled(typed.trim(), 250);
  const found = useAnswer(`${settled}`, () => api.cases({ q: settled, state: "open", limit: 10 })).value?.cases ?? null;
  const [chosen, setChosen] = useState<string | null>(null);
  const one: Case | undefined = found?.find((each) => each.id === chosen) ?? found?.[0];
  const detail = useAnswer(one?.id ?? null, () => api.case(one?.id ?? "")).value;
  const items = useAnswer<Items>("items", api.items).value;
  const covered = detail?.activities.find((each) => each.footage.some((take) => take.recording === span.recording));
  const [activity, setActivity] = useState<string | null>(null);
  const of = activity ?? covered?.id ?? "";
  const [moment, setMoment] = useState("");
  const [note, setNote] = useState("");
  const { busy, error, save } = useSaving<unknown>(() => detail && onDone(detail));
  const m = t.cases.mark;
  const item = items?.items.find((each) => each.code === detail?.activities.find((a) => a.id === of)?.item);
  const moments = items?.moments.filter((each) => item?.moments.includes(each.code)) ?? [];
  const name = (code: string) => items?.items.find((each) => each.code === code)?.[language] ?? code;
  return (
    <Dialog title={m.title} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (one) void save(api.markClip(one.id, { ...span, activity: of || null, moment: moment || null, note: note.trim() }));
        }}
      >
        <p class="callout">
          <Icon name="flag" />
          <span class="num">
            {position(span.start_ms)} – {position(span.end_ms)}
          </span>
        </p>
        <TextField label={m.case} hint={m.caseHint} value={typed} onChange={setTyped} focus />
        {found?.length === 0 && <p class="form-problem">{m.none}</p>}
        {found && found.length > 0 && (
          <Select label={m.choose} value={one?.id ?? ""} onChange={setChosen} options={found.map((each) => [each.id, `${each.number} · ${each.title}`])} />
        )}
        {detail && (
          <Select label={m.activity} value={of} onChange={setActivity} options={[["", m.noActivity], ...detail.activities.map((each) => [each.id, name(each.item)] as const)]} />
        )}
        {of && (
          <Select label={t.cases.moment} value={moment} onChange={setMoment} options={[["", t.cases.noMoment], ...moments.map((each) => [each.code, each[language]] as const)]} />
        )}
        <TextField label={t.cases.note} value={note} onChange={setNote} lines={2} />
        <FormFoot busy={busy || !detail} error={error} onClose={onClose} submit={m.add} />
      </form>
    </Dialog>
  );
}

// Enter a case, or change what is said about it. A change is a new layer with a reason.

import { useState } from "preact/hooks";
import { api } from "../api/client";
import type { CaseDetail, CaseWords, Items, Stage } from "../api/case-types";
import { Dialog } from "../parts/dialog";
import { FormFoot, names, Select, TextField, useSaving } from "../parts/form";
import { useApp } from "../state/app";

export const STAGES: readonly Stage[] = ["start", "investigation", "review", "decision", "service", "execution"];

interface CaseDialogProps {
  items: Items;
  before: CaseDetail | null;
  onSaved: (saved: CaseDetail) => void;
  onClose: () => void;
}

export function CaseDialog({ items, before, onSaved, onClose }: CaseDialogProps) {
  const { t, language, session } = useApp();
  const own = session.roles.includes("officer") ? [session.account] : [];
  const [words, setWords] = useState<CaseWords>({
    number: before?.number ?? "",
    kind: before?.kind ?? items.kinds[0]?.code ?? "",
    title: before?.title ?? "",
    stage: before?.stage ?? "start",
    subject: before?.subject ?? { kind: "organisation", name: "", number: "" },
    unit: before ? before.unit : session.unit,
    officers: before?.officers ?? own,
    reason: "",
  });
  const [officers, setOfficers] = useState(words.officers.join("，"));
  const { busy, error, save } = useSaving(onSaved);
  const set = (changes: Partial<CaseWords>) => setWords((old) => ({ ...old, ...changes }));
  const submit = (event: Event) => {
    event.preventDefault();
    const said = { ...words, unit: words.unit?.trim() || null, officers: names(officers) };
    void save(before ? api.changeCase(before.id, said) : api.openCase(said));
  };
  const c = t.cases;
  return (
    <Dialog title={before ? c.edit : c.new} onClose={onClose} wide>
      <form class="form form-grid" onSubmit={submit}>
        <TextField label={c.columns.number} value={words.number} required onChange={(number) => set({ number })} focus />
        <Select label={c.kind} value={words.kind} onChange={(kind) => set({ kind })} options={items.kinds.map((each) => [each.code, each[language]])} />
        <TextField label={c.columns.title} value={words.title} required onChange={(title) => set({ title })} whole />
        <Select
          label={c.subjectKind}
          value={words.subject.kind}
          onChange={(kind) => set({ subject: { ...words.subject, kind: kind as "person" | "organisation" } })}
          options={["person", "organisation"].map((each) => [each, c.subjectKinds[each] ?? each])}
        />
        <TextField label={c.subjectName} value={words.subject.name} required onChange={(name) => set({ subject: { ...words.subject, name } })} />
        <TextField label={c.subjectNumber} value={words.subject.number} onChange={(number) => set({ subject: { ...words.subject, number } })} />
        <Select label={c.stage} value={words.stage} onChange={(stage) => set({ stage: stage as Stage })} options={STAGES.map((each) => [each, c.stages[each] ?? each])} />
        <TextField label={c.unit} value={words.unit ?? ""} onChange={(unit) => set({ unit })} />
        <TextField label={c.officers} hint={c.officersHint} value={officers} onChange={setOfficers} />
        {before && <TextField label={c.reason} value={words.reason ?? ""} onChange={(reason) => set({ reason })} whole />}
        <FormFoot busy={busy} error={error} onClose={onClose} submit={c.save} />
      </form>
    </Dialog>
  );
}

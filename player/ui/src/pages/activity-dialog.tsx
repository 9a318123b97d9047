// Enter an activity, or change it: what was done, where, by whom, and from when to when.

import { useState } from "preact/hooks";
import { api } from "../api/client";
import type { Activity, ActivityWords, CaseDetail, Items, Stage } from "../api/case-types";
import { Dialog } from "../parts/dialog";
import { FormFoot, names, Select, TextField, useSaving } from "../parts/form";
import { useApp } from "../state/app";
import { fromLocalInput, localInput } from "../time/format";
import { STAGES } from "./case-dialog";

interface ActivityDialogProps {
  detail: CaseDetail;
  items: Items;
  before: Activity | null;
  onSaved: () => void;
  onClose: () => void;
}

export function ActivityDialog({ detail, items, before, onSaved, onClose }: ActivityDialogProps) {
  const { t, site, language } = useApp();
  const c = t.cases;
  const needed = items.kinds.find((kind) => kind.code === detail.kind)?.needs[0];
  const first = before?.item ?? needed ?? items.items[0]?.code ?? "";
  const [item, setItem] = useState(first);
  const chosen = items.items.find((each) => each.code === item);
  const [stage, setStage] = useState<Stage>(before?.stage ?? chosen?.stage ?? "start");
  const [place, setPlace] = useState(before?.place ?? "");
  const [from, setFrom] = useState(localInput(before?.started_at ?? null, site.timezone));
  const [until, setUntil] = useState(localInput(before?.ended_at ?? null, site.timezone));
  const [officers, setOfficers] = useState((before?.officers ?? detail.officers).join("，"));
  const [devices, setDevices] = useState((before?.devices ?? []).join("，"));
  const [note, setNote] = useState(before?.note ?? "");
  const [reason, setReason] = useState("");
  const { busy, error, save } = useSaving<unknown>(onSaved);

  // A time that was not touched keeps its fraction of a second.
  const instant = (text: string, old: string | null | undefined) =>
    old && text === localInput(old, site.timezone) ? old : fromLocalInput(text, site.timezone);
  const submit = (event: Event) => {
    event.preventDefault();
    const words: ActivityWords = {
      item,
      stage,
      place,
      started_at: instant(from, before?.started_at),
      ended_at: instant(until, before?.ended_at),
      officers: names(officers),
      devices: names(devices),
      note,
      reason,
    };
    void save(api.saveActivity(detail.id, before?.id ?? null, words));
  };
  return (
    <Dialog title={before ? c.editActivity : c.addActivity} onClose={onClose} wide>
      <form class="form form-grid" onSubmit={submit}>
        <Select
          label={c.item}
          value={item}
          onChange={setItem}
          options={items.items.map((each) => [each.code, `${each[language]} · ${c.modes[each.mode]}`])}
          whole
        />
        {chosen?.mode === "full" && (
          <p class="callout whole">{c.fromTo(language === "zh" ? chosen.from_zh : chosen.from_en, language === "zh" ? chosen.until_zh : chosen.until_en)}</p>
        )}
        <TextField label={c.startedAt} hint={c.timesHint} type="datetime-local" value={from} onChange={setFrom} />
        <TextField label={c.endedAt} type="datetime-local" value={until} onChange={setUntil} />
        <TextField label={c.place} value={place} onChange={setPlace} />
        <Select label={c.stage} value={stage} onChange={(each) => setStage(each as Stage)} options={STAGES.map((each) => [each, c.stages[each] ?? each])} />
        <TextField label={c.officers} hint={c.officersHint} value={officers} onChange={setOfficers} />
        <TextField label={c.devices} hint={c.devicesHint} value={devices} onChange={setDevices} />
        <TextField label={c.note} value={note} onChange={setNote} lines={2} whole />
        {before && <TextField label={c.reason} value={reason} onChange={setReason} whole />}
        <FormFoot busy={busy} error={error} onClose={onClose} submit={c.save} />
      </form>
    </Dialog>
  );
}

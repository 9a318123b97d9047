// Drafting another item list: the usual values in a form, everything in its text; checked by the server at each step.

import { useEffect, useRef, useState } from "preact/hooks";
import { api, type ApiError } from "../api/client";
import type { Item, Items } from "../api/case-types";
import type { ItemsDraft, ItemsEdit, ItemsProblem } from "../api/item-types";
import { Problem, Select, TextField, useSaving } from "../parts/form";
import { Icon } from "../parts/icon";
import { ErrorNotice } from "../parts/notice";
import { useApp } from "../state/app";
import { fromLocalInput } from "../time/format";
import { ChangeList } from "./items-changes";

const MODES = ["full", "key", "optional", "text"] as const;
const ROLES = ["officer", "supervisor", "legal", "custodian"] as const;
const NUMBERS = ["views", "officers", "hand_in_h", "joint_ms", "pre_event_s", "long_gap_s", "explain_within_h", "approve_within_h"] as const;

interface EditorProps {
  base: string | null;
  latest: string | null;
  onProposed: () => void;
}

export function EditorPart({ base, latest, onProposed }: EditorProps) {
  const { t } = useApp();
  const [draft, setDraft] = useState<ItemsDraft | null>(null);
  const [known, setKnown] = useState<Items | null>(null); // the last list that had no mistakes, for the form
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const text = useRef<HTMLTextAreaElement>(null);
  const i = t.items;

  const check = async (from: string, edits: ItemsEdit[] = []) => {
    setBusy(true);
    const answer = await api.draftList(from, edits);
    setBusy(false);
    if (!answer.ok) return setError(answer.error);
    setError(null);
    setDraft(answer.value);
    if (answer.value.items) setKnown(answer.value.items);
  };
  const begin = async () => {
    if (base !== null) return check(base);
    if (latest === null) return;
    const answer = await api.itemList(latest);
    if (answer.ok) await check(answer.value.text);
    else setError(answer.error);
  };
  useEffect(() => void begin(), []);

  const jump = (line: number) => {
    const box = text.current;
    if (!box) return;
    const lines = box.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    box.focus();
    box.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
    box.scrollTop = ((line - 1) / lines.length) * box.scrollHeight - box.clientHeight / 2;
  };
  if (!draft) return error ? <ErrorNotice error={error} retry={() => void begin()} /> : <div class="recording-skeleton skeleton" aria-hidden="true" />;
  return (
    <section class="case-part items-editor" aria-label={i.editTitle} aria-busy={busy}>
      <h2>{i.editTitle}</h2>
      <p class="quiet">{i.editWhy}</p>
      {error && <Problem error={error} />}
      {known && <ItemForm items={known} change={(edits) => void check(text.current?.value ?? draft.text, edits)} problems={draft.problems} />}
      <label class="field">
        <span>
          {i.expert} <small>{i.expertHint}</small>
        </span>
        <textarea
          ref={text}
          key={draft.text}
          class="items-text"
          rows={18}
          spellcheck={false}
          defaultValue={draft.text}
          onBlur={(event) => {
            if (event.currentTarget.value !== draft.text) void check(event.currentTarget.value);
          }}
        />
      </label>
      {draft.problems.length > 0 && <Problems problems={draft.problems} jump={jump} />}
      {draft.items && <ChangeList changes={draft.changes} />}
      {draft.items && <ProposeForm text={draft.text} onProposed={onProposed} />}
    </section>
  );
}

function Problems({ problems, jump }: { problems: ItemsProblem[]; jump: (line: number) => void }) {
  const { t, language } = useApp();
  const i = t.items;
  return (
    <div class="form-problem" role="alert">
      <Icon name="alert" />
      <div>
        <strong>{i.problems}</strong>
        <ul>
          {problems.map((each) => (
            <li key={`${each.line}${each.en}`}>
              {each.line !== null && (
                <button type="button" class="button quiet-button" onClick={() => jump(each.line ?? 1)}>
                  {i.line(each.line)}
                </button>
              )}{" "}
              {each[language]}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

interface ItemFormProps {
  items: Items;
  change: (edits: ItemsEdit[]) => void;
  problems: ItemsProblem[];
}

/** The usual values of one item. Every change is made in the text by the server, which checks the whole. */
function ItemForm({ items, change, problems }: ItemFormProps) {
  const { t, language } = useApp();
  const [code, setCode] = useState(items.items[0]?.code ?? "");
  const [version, setVersion] = useState(items.version);
  const i = t.items;
  const item = items.items.find((each) => each.code === code) ?? items.items[0];
  if (!item) return null;
  const set = (key: string, value: ItemsEdit["value"]) => change([{ item: item.code, key, value }]);
  const wrong = (key: string) => problems.find((each) => each.item === item.code && each.key === key)?.[language];
  const many = (key: "moments" | "explained_by" | "approved_by" | "long_gap_approved_by", options: readonly (readonly [string, string])[]) => (
    <Several key={key} label={i.fields[key] ?? key} chosen={item[key]} options={options} problem={wrong(key)} onChange={(value) => set(key, value)} />
  );
  const roles = ROLES.map((each) => [each, t.roles[each] ?? each] as const);
  return (
    <div class="form items-form">
      <label class="field">
        <span>
          {i.newVersion} <small>{i.newVersionHint}</small>
        </span>
        <input
          type="text"
          maxLength={60}
          value={version}
          onInput={(event) => setVersion(event.currentTarget.value)}
          onBlur={() => version !== items.version && change([{ item: null, key: "version", value: version.trim() }])}
        />
      </label>
      <Select label={i.item} value={item.code} onChange={setCode} options={items.items.map((each) => [each.code, each[language]])} />
      <Select label={i.fields.mode ?? ""} value={item.mode} onChange={(value) => set("mode", value)} options={MODES.map((each) => [each, t.cases.modes[each] ?? each])} />
      <Select
        label={i.fields.window ?? ""}
        value={item.window ?? ""}
        onChange={(value) => set("window", value || null)}
        options={[["", i.noWindow], ...items.windows.map((each) => [each.code, `${each.code} ${each.start.slice(0, 5)}–${each.end.slice(0, 5)}`] as const)]}
      />
      {NUMBERS.map((key) => (
        <NumberField key={`${item.code}${key}`} label={i.fields[key] ?? key} value={item[key]} problem={wrong(key)} onChange={(value) => set(key, value)} />
      ))}
      <label class="check">
        <input type="checkbox" checked={item.sound} onChange={(event) => set("sound", event.currentTarget.checked)} /> {i.fields.sound}
      </label>
      {many("moments", items.moments.map((each) => [each.code, each[language]] as const))}
      {many("explained_by", roles)}
      {many("approved_by", roles)}
      {many("long_gap_approved_by", roles)}
    </div>
  );
}

function NumberField({ label, value, problem, onChange }: { label: string; value: Item["long_gap_s"]; problem: string | undefined; onChange: (value: number | null) => void }) {
  const [typed, setTyped] = useState(value === null ? "" : String(value));
  useEffect(() => setTyped(value === null ? "" : String(value)), [value]);
  const send = () => {
    const next = typed.trim() === "" ? null : Math.round(Number(typed));
    if (next !== value && !Number.isNaN(next)) onChange(next);
  };
  return (
    <label class="field">
      <span>{label}</span>
      <input type="number" min={0} value={typed} aria-invalid={problem ? true : undefined} onInput={(event) => setTyped(event.currentTarget.value)} onBlur={send} />
      {problem && <small class="bad">{problem}</small>}
    </label>
  );
}

interface SeveralProps {
  label: string;
  chosen: string[];
  options: readonly (readonly [string, string])[];
  problem: string | undefined;
  onChange: (value: string[]) => void;
}

function Several({ label, chosen, options, problem, onChange }: SeveralProps) {
  return (
    <fieldset class="items-several">
      <legend>{label}</legend>
      {options.map(([code, name]) => (
        <label key={code} class="check">
          <input
            type="checkbox"
            checked={chosen.includes(code)}
            onChange={(event) => onChange(event.currentTarget.checked ? [...chosen, code] : chosen.filter((each) => each !== code))}
          />{" "}
          {name}
        </label>
      ))}
      {problem && <small class="bad">{problem}</small>}
    </fieldset>
  );
}

function ProposeForm({ text, onProposed }: { text: string; onProposed: () => void }) {
  const { t, site } = useApp();
  const [note, setNote] = useState("");
  const [from, setFrom] = useState("");
  const { busy, error, save } = useSaving<unknown>(onProposed);
  const i = t.items;
  return (
    <form
      class="form items-propose"
      onSubmit={(event) => {
        event.preventDefault();
        void save(api.proposeList(text, note.trim(), from ? fromLocalInput(from, site.timezone) : null));
      }}
    >
      <TextField label={i.note} value={note} required onChange={setNote} lines={3} />
      <TextField label={i.fromAt} hint={i.fromAtHint} type="datetime-local" value={from} onChange={setFrom} />
      {error && <Problem error={error} />}
      <button type="submit" class="button primary" disabled={busy}>
        {i.propose}
      </button>
    </form>
  );
}

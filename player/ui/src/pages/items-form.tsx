// One item of a drafted list as a form: everything that it may say. Every change is made in the text by the server, which
// checks the whole.

import { useEffect, useState } from "preact/hooks";
import type { Item, Items } from "../api/case-types";
import type { ItemsEdit, ItemsProblem } from "../api/item-types";
import { Select } from "../parts/form";
import { Icon } from "../parts/icon";
import { useApp } from "../state/app";

export const MODES = ["full", "key", "optional", "text"] as const;
export const STAGES = ["start", "investigation", "review", "decision", "service", "execution"] as const;
const ROLES = ["officer", "supervisor", "legal", "custodian"] as const;
const WORDS = ["zh", "en", "basis"] as const;
const INTERVAL = ["from_zh", "until_zh", "from_en", "until_en"] as const;
const NUMBERS = ["views", "officers", "hand_in_h", "joint_ms", "pre_event_s", "make_up_h", "explain_within_h", "approve_within_h", "long_gap_s"] as const;

interface ItemFormProps {
  items: Items;
  code: string; // of the item that is shown
  choose: (code: string) => void;
  change: (edits: ItemsEdit[]) => void;
  problems: ItemsProblem[];
  add: (copyOf: string | null) => void;
  remove: () => void;
}

export function ItemForm({ items, code, choose, change, problems, add, remove }: ItemFormProps) {
  const { t, language } = useApp();
  const i = t.items;
  const item = items.items.find((each) => each.code === code) ?? items.items[0];
  if (!item) return null;
  return (
    <>
      <div class="form items-form">
        <Version items={items} change={change} problem={problems.find((each) => each.item === null && each.key === "version")?.[language]} />
      </div>
      <div class="items-chosen">
        <Select label={i.item} value={item.code} onChange={choose} options={items.items.map((each) => [each.code, each[language]])} />
        <div class="button-row">
          <button type="button" class="button" onClick={() => add(null)}>
            <Icon name="plus" size={16} />
            {i.add}
          </button>
          <button type="button" class="button" onClick={() => add(item.code)}>
            <Icon name="copy" size={16} />
            {i.copy}
          </button>
          <button type="button" class="button" disabled={items.items.length < 2} title={items.items.length < 2 ? i.lastItem : undefined} onClick={remove}>
            <Icon name="close" size={16} />
            {i.remove}
          </button>
        </div>
      </div>
      <ItemFields key={item.code} item={item} items={items} change={change} problems={problems.filter((each) => each.item === item.code)} />
    </>
  );
}

function Version({ items, change, problem }: { items: Items; change: (edits: ItemsEdit[]) => void; problem: string | undefined }) {
  const { t } = useApp();
  return <WordField label={t.items.newVersion} hint={t.items.newVersionHint} value={items.version} most={60} problem={problem} onChange={(value) => change([{ item: null, key: "version", value }])} />;
}

interface FieldsProps {
  item: Item;
  items: Items;
  change: (edits: ItemsEdit[]) => void;
  problems: ItemsProblem[];
}

function ItemFields({ item, items, change, problems }: FieldsProps) {
  const { t, language } = useApp();
  const i = t.items;
  const set = (key: string, value: ItemsEdit["value"]) => change([{ item: item.code, key, value }]);
  const wrong = (key: string) => problems.find((each) => each.key === key)?.[language];
  const roles = ROLES.map((each) => [each, t.roles[each] ?? each] as const);
  const words = (key: (typeof WORDS)[number] | (typeof INTERVAL)[number]) => (
    <WordField key={key} label={i.fields[key] ?? key} value={item[key]} problem={wrong(key)} onChange={(value) => set(key, value || null)} />
  );
  const many = (key: "moments" | "explained_by" | "approved_by" | "long_gap_approved_by", options: readonly (readonly [string, string])[]) => (
    <Several key={key} label={i.fields[key] ?? key} chosen={item[key]} options={options} problem={wrong(key)} onChange={(value) => set(key, value)} />
  );
  return (
    <div class="form items-form" role="group" aria-label={item[language]}>
      <p class="field">
        <span>{i.fields.code}</span>
        <code>{item.code}</code>
      </p>
      {WORDS.map(words)}
      <Select label={i.fields.mode ?? ""} value={item.mode} onChange={(value) => set("mode", value)} options={MODES.map((each) => [each, t.cases.modes[each] ?? each])} />
      <Select label={i.fields.stage ?? ""} value={item.stage} onChange={(value) => set("stage", value)} options={STAGES.map((each) => [each, t.cases.stages[each] ?? each])} />
      <Select
        label={i.fields.window ?? ""}
        value={item.window ?? ""}
        onChange={(value) => set("window", value || null)}
        options={[["", i.noWindow], ...items.windows.map((each) => [each.code, `${each.code} ${each.start.slice(0, 5)}–${each.end.slice(0, 5)}`] as const)]}
      />
      <Select
        label={i.fields.retention ?? ""}
        value={item.retention ?? ""}
        onChange={(value) => set("retention", value || null)}
        options={[["", i.noClass], ...items.retention.map((each) => [each.code, each[language]] as const)]}
      />
      {INTERVAL.map(words)}
      {NUMBERS.map((key) => (
        <NumberField key={key} label={i.fields[key] ?? key} value={item[key]} problem={wrong(key)} onChange={(value) => set(key, value)} />
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

interface WordFieldProps {
  label: string;
  hint?: string;
  value: string;
  most?: number;
  problem: string | undefined;
  onChange: (value: string) => void;
}

/** Sent when the field is left. */
function WordField({ label, hint, value, most = 200, problem, onChange }: WordFieldProps) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  const send = () => typed.trim() !== value && onChange(typed.trim());
  return (
    <label class="field">
      <span>
        {label} {hint && <small>{hint}</small>}
      </span>
      <input type="text" maxLength={most} value={typed} aria-invalid={problem ? true : undefined} onInput={(event) => setTyped(event.currentTarget.value)} onBlur={send} />
      {problem && <small class="bad">{problem}</small>}
    </label>
  );
}

interface NumberFieldProps {
  label: string;
  value: number | null;
  problem: string | undefined;
  onChange: (value: number | null) => void;
}

function NumberField({ label, value, problem, onChange }: NumberFieldProps) {
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

// Adding an item to a drafted list, as a copy or anew, and taking one out. What the server finds wrong stands at its field;
// the draft changes only once the new item has no mistake.

import { useState } from "preact/hooks";
import { api, type Answer } from "../api/client";
import type { Item, Items } from "../api/case-types";
import type { ItemsDraft, ItemsProblem } from "../api/item-types";
import { Dialog } from "../parts/dialog";
import { FormFoot, Select, useSaving } from "../parts/form";
import { useApp } from "../state/app";
import { MODES, STAGES } from "./items-form";

const CODE = /^[a-z][a-z0-9-]{0,47}$/;
const INTERVAL = ["from_zh", "until_zh", "from_en", "until_en"] as const;
const WORDS = ["zh", "en", "basis"] as const;
type Key = "code" | (typeof WORDS)[number] | (typeof INTERVAL)[number];

interface AddProps {
  text: string;
  items: Items;
  copyOf: Item | null;
  onAdded: (draft: ItemsDraft, code: string) => void;
  onClose: () => void;
}

export function AddItemDialog({ text, items, copyOf, onAdded, onClose }: AddProps) {
  const { t, language } = useApp();
  const i = t.items;
  const begun = (key: Exclude<Key, "code">) => copyOf?.[key] ?? "";
  const [said, setSaid] = useState<Record<Key, string>>({
    code: copyOf ? freeCode(items, copyOf.code) : "",
    zh: copyOf ? i.copyNameZh(copyOf.zh) : "",
    en: copyOf ? i.copyNameEn(copyOf.en) : "",
    basis: begun("basis"),
    from_zh: begun("from_zh"),
    from_en: begun("from_en"),
    until_zh: begun("until_zh"),
    until_en: begun("until_en"),
  });
  const [mode, setMode] = useState<Item["mode"]>(copyOf?.mode ?? "key");
  const [stage, setStage] = useState<Item["stage"]>(copyOf?.stage ?? "investigation");
  const [found, setFound] = useState<ItemsProblem[]>([]);
  const [tried, setTried] = useState(false);
  const { busy, error, save } = useSaving<ItemsDraft>((draft) => {
    setFound(draft.problems);
    if (draft.problems.length === 0) onAdded(draft, said.code.trim());
  });
  const own = ownProblems(said, mode, items, i.wrong);
  const wrong = (key: Key) => (tried ? own[key] : undefined) ?? found.find((each) => each.item === said.code.trim() && each.key === key)?.[language];
  const elsewhere = found.filter((each) => each.item !== said.code.trim() || !(each.key && each.key in said));
  const submit = (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(own).length > 0) return;
    const words = Object.fromEntries([...WORDS, ...INTERVAL].map((key) => [key, said[key].trim() || null]));
    void save(api.draftList(text, { add: { code: said.code.trim(), copy_of: copyOf?.code ?? null, values: { ...words, mode, stage } } }));
  };
  const field = (key: Key, hint = "") => (
    <label class="field">
      <span>
        {i.fields[key]} {hint && <small>{hint}</small>}
      </span>
      <input type="text" maxLength={key === "code" ? 48 : 200} value={said[key]} autoFocus={key === "code"} aria-invalid={wrong(key) ? true : undefined} onInput={(event) => setSaid({ ...said, [key]: event.currentTarget.value })} />
      {wrong(key) && (
        <small class="bad" role="alert">
          {wrong(key)}
        </small>
      )}
    </label>
  );
  return (
    <Dialog title={copyOf ? i.copyTitle(copyOf[language]) : i.add} wide onClose={onClose}>
      <form class="form form-grid" noValidate onSubmit={submit}>
        <p class="callout whole">{copyOf ? i.copyWhy : i.addWhy}</p>
        {field("code", i.codeHint)}
        {field("zh")}
        {field("en")}
        {field("basis")}
        <Select label={i.fields.mode ?? ""} value={mode} onChange={(value) => setMode(value as Item["mode"])} options={MODES.map((each) => [each, t.cases.modes[each] ?? each])} />
        <Select label={i.fields.stage ?? ""} value={stage} onChange={(value) => setStage(value as Item["stage"])} options={STAGES.map((each) => [each, t.cases.stages[each] ?? each])} />
        {mode === "full" && INTERVAL.map((key) => field(key))}
        {elsewhere.length > 0 && (
          <div class="form-problem whole" role="alert">
            <ul>
              {elsewhere.map((each) => (
                <li key={`${each.line}${each.en}`}>{each[language]}</li>
              ))}
            </ul>
          </div>
        )}
        <FormFoot busy={busy} error={error} onClose={onClose} submit={i.addSubmit} />
      </form>
    </Dialog>
  );
}

/** What can be told without the server, in words. */
function ownProblems(said: Record<Key, string>, mode: Item["mode"], items: Items, words: { code: string; taken: string; empty: string; interval: string }): Partial<Record<Key, string>> {
  const found: Partial<Record<Key, string>> = {};
  const code = said.code.trim();
  if (!CODE.test(code)) found.code = words.code;
  else if (items.items.some((each) => each.code === code)) found.code = words.taken;
  for (const key of WORDS) if (!said[key].trim()) found[key] = words.empty;
  if (mode === "full") for (const key of INTERVAL) if (!said[key].trim()) found[key] = words.interval;
  return found;
}

/** "hearing" → "hearing-2", or the next that is free. */
function freeCode(items: Items, code: string): string {
  const stem = code.replace(/-\d+$/, "").slice(0, 44);
  for (let n = 2; ; n += 1) if (!items.items.some((each) => each.code === `${stem}-${n}`)) return `${stem}-${n}`;
}

interface RemoveProps {
  text: string;
  items: Items;
  item: Item;
  onRemoved: (draft: ItemsDraft) => void;
  onClose: () => void;
}

export function RemoveItemDialog({ text, items, item, onRemoved, onClose }: RemoveProps) {
  const { t, language } = useApp();
  const i = t.items;
  const { busy, error, save } = useSaving<ItemsDraft>(onRemoved);
  const needed = items.kinds.filter((each) => each.needs.includes(item.code));
  const send = (): Promise<Answer<ItemsDraft>> => api.draftList(text, { remove: item.code });
  return (
    <Dialog title={i.removeTitle(item[language])} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void save(send());
        }}
      >
        <p>{i.removeWhy}</p>
        {needed.length > 0 && (
          <p class="callout callout-bad" data-needed={needed.map((each) => each.code).join(" ")}>
            {i.removeNeeded(needed.map((each) => each[language]).join(language === "zh" ? "、" : ", "))}
          </p>
        )}
        <FormFoot busy={busy} error={error} onClose={onClose} submit={i.remove} />
      </form>
    </Dialog>
  );
}

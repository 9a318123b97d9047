// Drafting another item list: items in a form, everything in its text; checked by the server at each step.

import { useEffect, useRef, useState } from "preact/hooks";
import { api, type ApiError } from "../api/client";
import type { Items } from "../api/case-types";
import type { DraftSteps, ItemsDraft, ItemsProblem } from "../api/item-types";
import { Problem, TextField, useSaving } from "../parts/form";
import { Icon } from "../parts/icon";
import { ErrorNotice } from "../parts/notice";
import { useApp } from "../state/app";
import { fromLocalInput } from "../time/format";
import { ChangeList } from "./items-changes";
import { AddItemDialog, RemoveItemDialog } from "./items-dialogs";
import { ItemForm } from "./items-form";

interface EditorProps {
  base: string | null;
  latest: string | null;
  onProposed: () => void;
}

export function EditorPart({ base, latest, onProposed }: EditorProps) {
  const { t } = useApp();
  const [draft, setDraft] = useState<ItemsDraft | null>(null);
  const [known, setKnown] = useState<Items | null>(null); // the last list that had no mistakes, for the form
  const [begun, setBegun] = useState<ItemsDraft | null>(null); // what it is a change of
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const [code, setCode] = useState(""); // of the item in the form
  const [asking, setAsking] = useState<{ add: string | null } | "remove" | null>(null); // add: a copy of, or anew
  const text = useRef<HTMLTextAreaElement>(null);
  const i = t.items;

  const take = (made: ItemsDraft) => {
    setError(null);
    setDraft(made);
    setBegun((old) => old ?? made);
    if (made.items) setKnown(made.items);
  };
  const check = async (from: string, steps: DraftSteps = {}) => {
    setBusy(true);
    const answer = await api.draftList(from, steps);
    setBusy(false);
    if (answer.ok) take(answer.value);
    else setError(answer.error);
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
  const untouched = base === null && draft.text === begun?.text;
  // A list that is changed and bears the version of another would be refused only in the end.
  const problems = !untouched && base === null && draft.items && draft.items.version === begun?.items?.version ? [...draft.problems, { zh: i.sameVersion, en: i.sameVersion, line: null, item: null, key: "version" }] : draft.problems;
  const typed = () => text.current?.value ?? draft.text;
  const chosen = known?.items.find((each) => each.code === code) ?? known?.items[0];
  return (
    <section class="case-part items-editor" aria-label={i.editTitle} aria-busy={busy}>
      <h2>{i.editTitle}</h2>
      <p class="quiet">{i.editWhy}</p>
      {error && <Problem error={error} />}
      {known && (
        <ItemForm
          items={known}
          code={chosen?.code ?? ""}
          choose={setCode}
          change={(edits) => void check(typed(), { edits })}
          problems={problems}
          add={(copyOf) => setAsking({ add: copyOf })}
          remove={() => setAsking("remove")}
        />
      )}
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
      {untouched && <p class="quiet">{i.untouched}</p>}
      {draft.items && !untouched && <ChangeList changes={draft.changes} />}
      {known && asking && asking !== "remove" && (
        <AddItemDialog
          text={typed()}
          items={known}
          copyOf={known.items.find((each) => each.code === asking.add) ?? null}
          onAdded={(made, added) => {
            take(made);
            setCode(added);
            setAsking(null);
          }}
          onClose={() => setAsking(null)}
        />
      )}
      {known && chosen && asking === "remove" && (
        <RemoveItemDialog
          text={typed()}
          items={known}
          item={chosen}
          onRemoved={(made) => {
            take(made);
            setCode("");
            setAsking(null);
          }}
          onClose={() => setAsking(null)}
        />
      )}
      {draft.items && !untouched && <ProposeForm text={draft.text} onProposed={onProposed} />}
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

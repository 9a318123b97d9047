// A new sample: what is drawn from, how many, and the word. The server gets the word's SHA-256 only.

import { useState } from "preact/hooks";
import { api } from "../api/client";
import type { SampleDetail, SampleOf } from "../api/sample-types";
import { Dialog } from "../parts/dialog";
import { FormFoot, Select, TextField, useSaving } from "../parts/form";
import { serverText } from "../i18n/server-texts";
import { useApp } from "../state/app";
import { keepWord, newWord } from "../state/sample-word";
import { sha256 } from "../state/sha256";
import { useAnswer } from "../state/use";
import { dayStart } from "../time/format";
import { lastWeeks } from "./statistics-query";

interface SampleDialogProps {
  onMade: (id: string) => void;
  onClose: () => void;
}

const SHORTEST_WORD = 16;

export function SampleDialog({ onMade, onClose }: SampleDialogProps) {
  const { t, site, session, language } = useApp();
  const s = t.samples.form;
  const period = lastWeeks(api.serverNow(), site.timezone, 4);
  const everywhere = session.roles.includes("oversight");
  const [title, setTitle] = useState("");
  const [of, setOf] = useState<SampleOf>("recordings");
  const [unit, setUnit] = useState(everywhere ? "" : (session.unit ?? ""));
  const [from, setFrom] = useState(period.from);
  const [to, setTo] = useState(period.to);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [how, setHow] = useState<"size" | "percent">("size");
  const [many, setMany] = useState("10");
  const [word, setWord] = useState(newWord);
  const { value: items } = useAnswer("items", api.items);
  const { value: facets } = useAnswer(everywhere ? "facets" : null, api.facets);
  const { busy, error, save } = useSaving<SampleDetail>((made) => {
    keepWord(made.id, word);
    onMade(made.id);
  });
  const start = dayStart(from, site.timezone);
  const end = dayStart(to, site.timezone, 1);
  const asked = { of, from: start, to: end, unit: unit || undefined, items: chosen.join(",") };
  const { value: population, error: uncounted } = useAnswer(start && end ? JSON.stringify(asked) : null, () => api.samplePopulation(asked));
  const submit = (event: Event) => {
    event.preventDefault();
    if (!start || !end) return;
    const size = how === "size" ? { size: Number(many) } : { permille: Math.round(Number(many) * 10) };
    const words = { title: title.trim(), of, from_at: start, to_at: end, items: [...chosen], word_digest: sha256(word), ...size };
    void save(api.commitSample(unit ? { ...words, unit } : words));
  };
  return (
    <Dialog title={t.samples.new} onClose={onClose} wide>
      <form class="form form-grid" onSubmit={submit}>
        <TextField label={s.title} value={title} required onChange={setTitle} whole focus />
        <Select label={s.of} value={of} onChange={(value) => setOf(value as SampleOf)} options={[["recordings", t.samples.of.recordings ?? ""], ["activities", t.samples.of.activities ?? ""]]} />
        <Select label={s.unit} value={unit} onChange={setUnit} options={everywhere ? [["", t.samples.allUnits], ...(facets?.units ?? []).map((each) => [each, each] as const)] : [[unit, unit]]} />
        <label class="field">
          <span>{s.from}</span>
          <input type="date" value={from} required onInput={(event) => setFrom(event.currentTarget.value)} />
        </label>
        <label class="field">
          <span>{s.to}</span>
          <input type="date" value={to} required onInput={(event) => setTo(event.currentTarget.value)} />
        </label>
        <fieldset class="whole item-choices">
          <legend>
            {s.items} <small>{s.itemsHint}</small>
          </legend>
          {items?.items
            .filter((item) => item.mode !== "text")
            .map((item) => (
              <label key={item.code} class="check">
                <input type="checkbox" checked={chosen.includes(item.code)} onChange={(event) => setChosen(event.currentTarget.checked ? [...chosen, item.code] : chosen.filter((code) => code !== item.code))} />
                {item[language]}
              </label>
            ))}
        </fieldset>
        <Select label={s.many} value={how} onChange={(value) => setHow(value as "size" | "percent")} options={[["size", s.size], ["percent", s.percent]]} />
        <label class="field">
          <span>{how === "size" ? s.size : s.percent}</span>
          <input type="number" name="many" value={many} required min={how === "size" ? 1 : 0.1} max={how === "size" ? 500 : 100} step={how === "size" ? 1 : 0.1} onInput={(event) => setMany(event.currentTarget.value)} />
          <small role="status" class={uncounted ? "bad" : ""}>
            {uncounted ? serverText(uncounted.message, language) : population ? s.population(population.n) : s.counting}
          </small>
        </label>
        <label class="field whole">
          <span>
            {s.word} <small>{s.wordHint}</small>
          </span>
          <span class="word-row">
            <input type="text" name="word" class="num-left" value={word} required minLength={SHORTEST_WORD} maxLength={200} spellcheck={false} autocomplete="off" onInput={(event) => setWord(event.currentTarget.value)} />
            <button type="button" class="button" onClick={() => setWord(newWord())}>
              {s.another}
            </button>
          </span>
          <small>{s.wordKeep}</small>
        </label>
        <p class="callout whole">{s.why}</p>
        <FormFoot busy={busy} error={error} onClose={onClose} submit={s.submit} />
      </form>
    </Dialog>
  );
}

// One sample: its commitment and receipt, the draw, and what was drawn with how much of it was watched and what was found.

import { useState } from "preact/hooks";
import { api } from "../api/client";
import type { SampleDetail } from "../api/sample-types";
import { CellBar } from "../parts/columns-chart";
import { ReasonDialog, Problem, useSaving } from "../parts/form";
import { Icon } from "../parts/icon";
import { ErrorNotice, Notice } from "../parts/notice";
import { useApp } from "../state/app";
import { routeText } from "../state/route";
import { forgetWord, keptWord } from "../state/sample-word";
import { useAnswer, useTitle } from "../state/use";
import { dateTime } from "../time/format";
import { DrawnList } from "./sample-drawn";
import { Population, SampleState } from "./samples";
import { percent } from "./statistics-query";

export function SamplePage({ id }: { id: string }) {
  const { t } = useApp();
  const { value, error, reload } = useAnswer(id, () => api.sample(id));
  useTitle(value && value.title);
  return (
    <div class="page sample">
      <a class="back" href={routeText(["samples"])}>
        <Icon name="chevronLeft" size={16} />
        {t.samples.back}
      </a>
      {error && <ErrorNotice error={error} retry={reload} />}
      {!value && !error && <div class="recording-skeleton skeleton" aria-hidden="true" />}
      {value && <Whole detail={value} reload={reload} />}
    </div>
  );
}

function Whole({ detail, reload }: { detail: SampleDetail; reload: () => void }) {
  const { t, site } = useApp();
  const s = t.samples;
  const [abandoning, setAbandoning] = useState(false);
  return (
    <>
      <header class="case-head">
        <div>
          <h1>
            {detail.title} <SampleState sample={detail} />
          </h1>
          <p>
            <Population sample={detail} />
            <strong>{s.nOf(detail.size, detail.n_population)}</strong>
            <span class="quiet">{s.by(detail.display_name, dateTime(detail.at, site.timezone))}</span>
            {detail.earlier > 0 && <span class="quiet">{s.earlier(detail.earlier)}</span>}
          </p>
          {detail.abandoned_at && <p class="quiet">{s.abandonedBy(detail.abandoned_by ?? "", dateTime(detail.abandoned_at, site.timezone))}</p>}
        </div>
        {detail.may_commit && detail.state !== "abandoned" && (
          <div class="case-buttons">
            <button type="button" class="button" onClick={() => setAbandoning(true)}>
              {s.abandon}
            </button>
          </div>
        )}
      </header>
      {!detail.sampling_purpose && (
        <Notice icon="alert" title={s.noPurpose} tone="warn" />
      )}
      {detail.state === "committed" && detail.may_commit && <Draw detail={detail} reload={reload} />}
      {detail.drawn.length > 0 && (
        <>
          <Progress detail={detail} />
          <DrawnList detail={detail} reload={reload} />
        </>
      )}
      <Receipt detail={detail} />
      {abandoning && (
        <ReasonDialog
          title={s.abandon}
          why={s.abandonWhy}
          label={s.abandonReason}
          submit={s.abandon}
          send={(reason) => api.abandonSample(detail.id, reason)}
          onDone={() => {
            setAbandoning(false);
            forgetWord(detail.id);
            reload();
          }}
          onClose={() => setAbandoning(false)}
        />
      )}
    </>
  );
}

function Draw({ detail, reload }: { detail: SampleDetail; reload: () => void }) {
  const { t } = useApp();
  const s = t.samples;
  const [word, setWord] = useState(() => keptWord(detail.id));
  const { busy, error, save } = useSaving<SampleDetail>(() => {
    forgetWord(detail.id);
    reload();
  });
  return (
    <section class="case-part draw" aria-label={s.drawTitle}>
      <h2>
        <Icon name="lock" size={20} />
        {s.drawTitle}
      </h2>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void save(api.drawSample(detail.id, word));
        }}
      >
        <label class="field">
          <span>{s.form.word}</span>
          <span class="word-row">
            <input type="text" name="word" class="num-left" value={word} required minLength={16} maxLength={200} spellcheck={false} autocomplete="off" onInput={(event) => setWord(event.currentTarget.value)} />
            <button type="submit" class="button primary" disabled={busy}>
              <Icon name="dice" size={16} />
              {busy ? s.drawBusy : s.draw}
            </button>
          </span>
          <small>{keptWord(detail.id) ? s.drawWhy : `${s.drawWhy} ${s.wordLost}`}</small>
        </label>
        {error && <Problem error={error} />}
      </form>
    </section>
  );
}

function Progress({ detail }: { detail: SampleDetail }) {
  const s = useApp().t.samples;
  const part = detail.duration_ms > 0 ? detail.delivered_ms / detail.duration_ms : 0;
  return (
    <section class="case-part progress" aria-label={s.progress}>
      <h2>{s.progress}</h2>
      <p>
        <CellBar part={detail.n_reviewed / detail.size} look="good" /> {s.reviewed(detail.n_reviewed, detail.size)}
      </p>
      <p>
        <CellBar part={part} /> {s.delivered(percent(part))}
      </p>
    </section>
  );
}

function Receipt({ detail }: { detail: SampleDetail }) {
  const { t } = useApp();
  const s = t.samples;
  const rows: [string, string | number | null][] = [
    [s.proof.entry, detail.entry],
    [s.proof.leaf, detail.leaf_hash],
    [s.proof.population, detail.population],
    [s.proof.root, detail.root],
    [s.proof.nonceDigest, detail.nonce_digest],
    [s.proof.wordDigest, detail.word_digest],
    [s.proof.nonce, detail.nonce],
    [s.proof.word, detail.word],
    [s.proof.seed, detail.seed],
    [s.proof.drawnEntry, detail.drawn_entry],
  ];
  const text = `${rows.map(([name, value]) => `${name}: ${value ?? "–"}`).join("\n")}\n\n${detail.checkpoint}`;
  return (
    <section class="case-part receipt" aria-label={s.receipt}>
      <header class="part-head">
        <h2>
          {s.receipt} {detail.state === "committed" && <small>{s.receiptWhy}</small>}
        </h2>
        <span class="case-buttons">
          <a class="button" href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`} download={`sample-${detail.id}.txt`}>
            <Icon name="download" size={16} />
            {s.saveReceipt}
          </a>
          <a class="button" href={api.samplePopulationUrl(detail.id)} download={`population-${detail.id}.txt`}>
            <Icon name="download" size={16} />
            {s.saveList}
          </a>
        </span>
      </header>
      <dl class="proof">
        {rows
          .filter(([, value]) => value !== null)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd class="num-left">{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}

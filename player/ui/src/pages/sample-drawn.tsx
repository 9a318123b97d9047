// What a sample drew: each a task, with what there is to watch, who was handed how much of it, and what was found.

import { useState } from "preact/hooks";
import { api } from "../api/client";
import type { DrawnItem, SampleDetail, SampleResult } from "../api/sample-types";
import { CellBar } from "../parts/columns-chart";
import { Dialog } from "../parts/dialog";
import { FormFoot, TextField, useSaving } from "../parts/form";
import { Icon } from "../parts/icon";
import { useApp } from "../state/app";
import { routeText } from "../state/route";
import { useAnswer } from "../state/use";
import { clockLength, dateTime } from "../time/format";

export function DrawnList({ detail, reload }: { detail: SampleDetail; reload: () => void }) {
  const { t } = useApp();
  const [reviewing, setReviewing] = useState<DrawnItem | null>(null);
  return (
    <section class="case-part" aria-label={t.samples.drawn}>
      <h2>{t.samples.drawn}</h2>
      <ol class="drawn-list">
        {detail.drawn.map((each) => (
          <Drawn key={each.item} each={each} ask={detail.state === "drawn" ? () => setReviewing(each) : null} />
        ))}
      </ol>
      {reviewing && (
        <ReviewDialog
          sample={detail.id}
          each={reviewing}
          onDone={() => {
            setReviewing(null);
            reload();
          }}
          onClose={() => setReviewing(null)}
        />
      )}
    </section>
  );
}

function Drawn({ each, ask }: { each: DrawnItem; ask: (() => void) | null }) {
  const { t, site } = useApp();
  const s = t.samples;
  const review = each.reviews.at(-1);
  const most = Math.max(0, ...each.watched.map((one) => one.delivered_ms));
  return (
    <li data-drawn={each.item} data-result={review?.result ?? "none"}>
      <span class="drawn-n num">{each.n + 1}</span>
      <div class="drawn-what">
        {each.case && (
          <p>
            <a href={routeText(["cases", each.case])}>
              {each.case_number} · {each.case_title}
            </a>{" "}
            <ItemName code={each.activity_item ?? ""} /> <span class="quiet">{each.place}</span>
          </p>
        )}
        {each.recordings.length === 0 && <p class="quiet">{s.nothingToWatch}</p>}
        {each.recordings.map((take) => (
          <p key={take.id}>
            <a href={routeText(["recordings", take.id], { purpose: "sampling" })}>
              <Icon name="play" size={13} filled /> {dateTime(take.started_at, site.timezone)}
            </a>{" "}
            {take.officer ?? t.common.unknown} <span class="quiet num-left">{take.device}</span> <span class="num">{clockLength(take.duration_ms)}</span>
          </p>
        ))}
      </div>
      <div class="drawn-watched">
        {each.duration_ms > 0 && <CellBar part={most / each.duration_ms} />}
        {each.watched.length === 0 && <p class="quiet">{s.notWatched}</p>}
        {each.watched.map((one) => (
          <p key={one.account} class="quiet">
            {s.watched(one.account, clockLength(one.delivered_ms), clockLength(one.rendered_ms))}
          </p>
        ))}
      </div>
      <div class="drawn-found">
        {review && (
          <>
            <span class={`chip ${review.result === "flaw" ? "chip-bad" : "chip-safe"}`}>
              <Icon name={review.result === "flaw" ? "alert" : "check"} size={14} />
              {s.results[review.result]}
            </span>
            {review.delivered_ms === 0 && (
              <span class="chip chip-waiting">
                <Icon name="eye" size={14} />
                {s.unwatched}
              </span>
            )}
            {review.words && <p>{review.words}</p>}
            <p class="quiet">
              {s.by(review.display_name, dateTime(review.at, site.timezone))} · {s.reviewOf(clockLength(review.delivered_ms), clockLength(review.duration_ms))}
            </p>
          </>
        )}
        {ask && each.may_review && (
          <button type="button" class="button" onClick={ask}>
            {review ? s.reviewAgain : s.review}
          </button>
        )}
        {ask && !each.may_review && !review && <p class="quiet">{s.mayNot}</p>}
      </div>
    </li>
  );
}

function ItemName({ code }: { code: string }) {
  const { language } = useApp();
  const { value: items } = useAnswer("items", api.items);
  return <span>{items?.items.find((item) => item.code === code)?.[language] ?? code}</span>;
}

interface ReviewDialogProps {
  sample: string;
  each: DrawnItem;
  onDone: () => void;
  onClose: () => void;
}

function ReviewDialog({ sample, each, onDone, onClose }: ReviewDialogProps) {
  const { t, session } = useApp();
  const s = t.samples;
  const [result, setResult] = useState<SampleResult | null>(null);
  const [words, setWords] = useState("");
  const { busy, error, save } = useSaving<unknown>(onDone);
  const mine = each.watched.find((one) => one.account === session.account);
  return (
    <Dialog title={s.reviewTitle} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (result) void save(api.reviewSample(sample, each.item, result, words.trim()));
        }}
      >
        <p class="callout">
          <Icon name={mine ? "log" : "alert"} />
          <span>{mine ? s.reviewNote(clockLength(mine.delivered_ms), clockLength(each.duration_ms)) : s.reviewNone}</span>
        </p>
        <fieldset class="choices">
          <legend>{s.reviewTitle}</legend>
          {(["in-order", "flaw"] as const).map((value, index) => (
            <label key={value} class={result === value ? "choice chosen" : "choice"}>
              <input type="radio" name="result" value={value} required checked={result === value} autoFocus={index === 0} onChange={() => setResult(value)} />
              <span>{s.results[value]}</span>
            </label>
          ))}
        </fieldset>
        <TextField label={s.words} hint={s.wordsHint} value={words} required={result === "flaw"} onChange={setWords} lines={3} />
        <FormFoot busy={busy} error={error} onClose={onClose} submit={s.review} />
      </form>
    </Dialog>
  );
}

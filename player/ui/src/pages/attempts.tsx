// The files of one bay, each with its state and, where it was not taken in, the reason.

import { useEffect, useRef, useState } from "preact/hooks";
import { api, type ApiError } from "../api/client";
import type { Attempt, AttemptState, Bay } from "../api/types";
import { serverText } from "../i18n/server-texts";
import { Dialog } from "../parts/dialog";
import { Icon } from "../parts/icon";
import { ErrorNotice } from "../parts/notice";
import { useApp } from "../state/app";
import { routeText } from "../state/route";
import { useEvery, useOnceReachable } from "../state/use";
import { bytes, dateTime } from "../time/format";

const PAGE = 100;
const MOST_AT_ONCE = 200; // the API's own limit
const REFRESH_MS = 1000;
const TONES: Record<AttemptState, string> = {
  waiting: "wait",
  copying: "busy",
  keeping: "busy",
  indexing: "busy",
  sealing: "busy",
  sealed: "good",
  clearing: "wait",
  duplicate: "calm",
  refused: "bad",
  failed: "bad",
  destroyed: "calm",
};
const FILTERS: readonly (AttemptState | "")[] = ["", "failed", "refused", "waiting", "sealed", "duplicate"];

export function AttemptList({ bay, onClose }: { bay: Bay; onClose: () => void }) {
  const { t } = useApp();
  const [state, setState] = useState<AttemptState | "">("");
  const [attempts, setAttempts] = useState<Attempt[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);

  const question = useRef(0);
  const asking = useRef(false);
  const load = async (cursor: string | null) => {
    const mine = ++question.current;
    asking.current = true;
    const answer = await api.attempts(bay.name, { state, cursor, limit: PAGE });
    if (mine !== question.current) return;
    asking.current = false;
    setError(answer.ok ? null : answer.error);
    if (!answer.ok) return;
    setAttempts((old) => (cursor && old ? [...old, ...answer.value.attempts] : answer.value.attempts));
    setNext(answer.value.next);
  };
  useOnceReachable(error, () => void load(null));
  /** The newest of those that are listed, anew; what stands further down keeps its place. */
  const refresh = async () => {
    const mine = question.current;
    const limit = Math.min(MOST_AT_ONCE, Math.max(PAGE, attempts?.length ?? 0));
    const answer = await api.attempts(bay.name, { state, limit });
    if (mine !== question.current || asking.current || !answer.ok) return;
    const { attempts: fresh, next: after } = answer.value;
    const last = fresh.length < limit ? 0 : (fresh[fresh.length - 1]?.id ?? 0);
    const further = (attempts ?? []).filter(({ id }) => id < last);
    setAttempts([...fresh, ...further]);
    if (further.length === 0) setNext(after);
  };
  const progress = `${bay.state} ${bay.files_done} ${bay.files_failed} ${bay.files_total} ${bay.bytes_done}`;
  const seen = useRef(progress);
  useEvery(REFRESH_MS, () => {
    if (!attempts || asking.current || progress === seen.current) return;
    seen.current = progress;
    void refresh();
  });
  useEffect(() => {
    setAttempts(null);
    void load(null);
  }, [bay.name, state]);

  return (
    <Dialog title={t.docks.filesTitle(bay.label)} onClose={onClose} side>
      <div class="dialog-tools segmented" role="group" aria-label={t.common.state}>
        {FILTERS.map((each) => (
          <button key={each} type="button" aria-pressed={state === each} onClick={() => setState(each)}>
            {each === "" ? t.docks.allFiles : t.docks.attempts[each]}
          </button>
        ))}
      </div>
      <div class="dialog-scroll">
        {error && <ErrorNotice error={error} retry={() => void load(null)} />}
        {!attempts && !error && <p class="quiet pad">{t.common.loading}</p>}
        {attempts?.length === 0 && <p class="quiet pad">{t.docks.noFiles}</p>}
        <ul class="attempts">
          {attempts?.map((attempt) => (
            <AttemptRow key={attempt.id} attempt={attempt} />
          ))}
        </ul>
        {next && (
          <button type="button" class="button wide" onClick={() => void load(next)}>
            {t.common.more}
          </button>
        )}
      </div>
    </Dialog>
  );
}

function AttemptRow({ attempt }: { attempt: Attempt }) {
  const { t, site, language } = useApp();
  const tone = TONES[attempt.state];
  const slash = attempt.path.lastIndexOf("/") + 1;
  const share = attempt.size_bytes > 0 ? attempt.copied_bytes / attempt.size_bytes : 0;
  return (
    <li class={`attempt attempt-${tone}`}>
      <div class="attempt-name" title={attempt.path}>
        <span class="quiet">{attempt.path.slice(0, slash)}</span>
        <strong>{attempt.path.slice(slash)}</strong>
      </div>
      <span class={`chip chip-${tone}`}>
        {tone === "good" && <Icon name="check" size={14} />}
        {tone === "bad" && <Icon name="alert" size={14} />}
        {t.docks.attempts[attempt.state]}
        {attempt.state === "copying" && ` ${Math.floor(share * 100)}%`}
      </span>
      <div class="attempt-facts quiet">
        {bytes(attempt.size_bytes)} · {dateTime(attempt.updated_at, site.timezone)}
        {attempt.tries > 1 && ` · ${t.docks.tries(attempt.tries)}`}
      </div>
      {attempt.recording && (
        <a class="attempt-open" href={routeText(["recordings", attempt.recording])}>
          {t.docks.openRecording}
        </a>
      )}
      {attempt.reason && <p class="attempt-reason">{serverText(attempt.reason, language)}</p>}
    </li>
  );
}

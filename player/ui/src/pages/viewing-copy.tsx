// What stands in for footage that browsers cannot play: its copy is being made, or could not be made.

import { useEffect, useState } from "preact/hooks";
import { api } from "../api/client";
import { listen } from "../api/events";
import type { Job, RecordingDetail } from "../api/types";
import { serverText } from "../i18n/server-texts";
import { Board } from "../parts/board";
import { may, useApp } from "../state/app";

export const isUnderWay = (job: Job | null) => job !== null && (job.state === "queued" || job.state === "running");

/** Follows the job that makes the viewing copy; calls `changed` once it is there, or could not be made. */
export function useCopyJob(detail: RecordingDetail, changed: () => void): { job: Job | null; look: () => void } {
  const [job, setJob] = useState<Job | null>(null);
  const [round, setRound] = useState(0);
  const isWaiting = !detail.ready && detail.playback === "copy";
  useEffect(() => {
    if (!isWaiting) return;
    const follow = (each: Job) => {
      if (each.recording !== detail.id || each.kind !== "viewing-copy") return;
      setJob(each);
      // Of one that failed before the page knows already.
      if (each.state === "done" || (each.state === "failed" && detail.viewing_copy !== "failed")) changed();
    };
    void api.jobs(detail.id).then((answer) => answer.ok && answer.value.jobs.forEach(follow));
    return listen({ job: follow });
  }, [detail.id, detail.viewing_copy, isWaiting, round]);
  return { job, look: () => setRound((n) => n + 1) };
}

interface CopyFailedProps {
  detail: RecordingDetail;
  job: Job | null; // the one that failed, where it may be read
  asked: () => void; // it was asked for again
}

export function CopyFailed({ detail, job, asked }: CopyFailedProps) {
  const { t, language, session } = useApp();
  const [state, setState] = useState<"idle" | "asking" | "refused">("idle");
  const ask = () => {
    setState("asking");
    void api.askAgain(detail.id, "viewing-copy").then((answer) => {
      setState(answer.ok ? "idle" : "refused");
      // Refused may mean that somebody else was faster: what became of it is looked up in either case.
      asked();
    });
  };
  return (
    <div class="stage-column">
      <Board icon="alert" title={t.recording.copyFailed} tone="bad">
        {job?.reason && <p class="board-reason">{serverText(job.reason, language)}</p>}
        {detail.playback_reason && <p>{serverText(detail.playback_reason, language)}</p>}
        <p>{t.recording.copyFailedWhy}</p>
        {may(session, "rendition.ask") && (
          <button type="button" class="button primary" onClick={ask} disabled={state === "asking"}>
            {t.recording.copyAgain}
          </button>
        )}
        {state === "refused" && <p role="alert">{t.recording.copyNotAsked}</p>}
      </Board>
    </div>
  );
}

export function CopyMaking({ detail, job, asked }: { detail: RecordingDetail; job: Job | null; asked: boolean }) {
  const { t, language } = useApp();
  const percent = Math.floor((job?.progress ?? 0) * 100);
  return (
    <Board icon="copy" title={t.recording.copyMaking} tone="calm" small={!asked}>
      {detail.playback_reason && <p class="board-reason">{serverText(detail.playback_reason, language)}</p>}
      <p>{t.recording.copyMakingWhy}</p>
      <div class="bar" role="progressbar" aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent} aria-label={t.recording.copyMaking}>
        <div style={{ transform: `scaleX(${percent / 100})` }} />
      </div>
      <p class="num">{!job || job.state === "queued" ? t.recording.copyQueued : `${percent}%`}</p>
    </Board>
  );
}

// What stands where the picture goes: the lock before a purpose is stated, the footage, or why there is none.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { api } from "../api/client";
import { listen } from "../api/events";
import type { RecordingNote } from "../api/room-types";
import type { Job, RecordingDetail, Segment, SpanPair, Viewing } from "../api/types";
import { serverText } from "../i18n/server-texts";
import { Icon, type IconName } from "../parts/icon";
import { PurposeDialog } from "../parts/purpose-dialog";
import type { Trouble } from "../player/delivery";
import { Overlay } from "../player/overlay";
import { Player } from "../player/player";
import { may, purposeName, useApp } from "../state/app";
import { useAnswer, useEvery } from "../state/use";
import { dateTime } from "../time/format";

const WAIT_CHECK_MS = 30000;

interface StageProps {
  detail: RecordingDetail;
  segments: readonly Segment[];
  brokenSeqs: ReadonlySet<number>;
  handed: readonly SpanPair[];
  notes: readonly RecordingNote[];
  atMs: number; // where to begin
  viewing: Viewing | null;
  setViewing: (viewing: Viewing | null) => void;
  reload: () => void;
  caseNumber: string; // the case that led here, or ""
}

export function Stage(props: StageProps) {
  const { detail, viewing, setViewing } = props;
  const { t, session } = useApp();
  const [asking, setAsking] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [startMs, setStartMs] = useState(0);
  const job = useCopyJob(detail, () => {
    // A viewing opened while the copy was being made has no media yet: ask for it anew under the same purpose.
    props.reload();
    askAgain();
  });
  const askAgain = () => {
    if (!viewing || viewing.media) return;
    void api.renewViewing(viewing.id).then((answer) => {
      if (answer.ok) setViewing(answer.value);
      else if (answer.error.status !== 0) setViewing(null);
    });
  };
  // Waiting for a copy keeps the grant; it also starts playback where an event was lost.
  useEvery(WAIT_CHECK_MS, askAgain);

  const begin = () => {
    if (!trouble) setStartMs(segmentStart(props.segments, props.atMs));
    setTrouble(null);
    setAsking(true);
  };
  const fail = (what: Trouble, atMs: number) => {
    // Going on begins with a whole segment: its first picture tells the clock where it stands.
    setStartMs(segmentStart(props.segments, atMs));
    setTrouble(what);
    if (what.kind !== "ledger-down") setViewing(null);
  };
  const dialog = asking && (
    <PurposeDialog
      scope="recording"
      recording={detail.id}
      caseNumber={props.caseNumber}
      onClose={() => setAsking(false)}
      onOpened={(opened) => {
        setAsking(false);
        setTrouble(null);
        setViewing(opened);
      }}
    />
  );

  if (trouble) {
    return (
      <div class="stage-column">
        <TroubleBoard trouble={trouble} again={trouble.kind === "ledger-down" && viewing ? () => setTrouble(null) : begin} />
        {dialog}
      </div>
    );
  }
  const { media } = viewing ?? { media: null };
  if (viewing && media?.kind === "photo") return <Photo url={media.url} detail={detail} viewing={viewing} onTrouble={fail} />;
  if (viewing && media) {
    return (
      <div class="stage-column">
        <Player {...props} viewing={viewing} startMs={startMs} onTrouble={fail} />
      </div>
    );
  }
  if (detail.destroyed_at) return <Destroyed detail={detail} at={detail.destroyed_at} />;
  if (detail.playback === "none") return <Unplayable detail={detail} />;
  if (detail.viewing_copy === "failed" && !detail.ready) return <CopyFailed detail={detail} reload={props.reload} />;
  const label = detail.kind === "photo" ? t.recording.openPhoto : detail.kind === "audio" ? t.recording.openAudio : t.recording.open;
  const allowed = may(session, "viewing.open");
  return (
    <div class="stage-column">
      {!detail.ready && (viewing || detail.playback === "copy") && <CopyMaking detail={detail} job={job} asked={viewing !== null} />}
      {!viewing && (
        <Board icon={allowed ? "lock" : "unplug"} title={t.recording.locked} tone="calm" small={!detail.ready}>
          <p>{allowed ? t.recording.lockedWhy : t.recording.notAllowed}</p>
          {allowed && (
            <button type="button" class="button primary big" onClick={begin}>
              <Icon name={detail.kind === "photo" ? "photo" : "play"} filled={detail.kind !== "photo"} />
              {label}
            </button>
          )}
        </Board>
      )}
      {dialog}
    </div>
  );
}

/** Playback begins with whole segments. */
function segmentStart(segments: readonly Segment[], atMs: number): number {
  return segments.findLast(({ start_ms }) => start_ms <= atMs)?.start_ms ?? 0;
}

/** Follows the job that makes the viewing copy; calls `done` once it is there. */
function useCopyJob(detail: RecordingDetail, done: () => void): Job | null {
  const [job, setJob] = useState<Job | null>(null);
  const waitingFor = !detail.ready && detail.playback !== "none" && detail.viewing_copy !== "failed";
  useEffect(() => {
    if (!waitingFor) return;
    const follow = (each: Job) => {
      if (each.recording !== detail.id || each.kind !== "viewing-copy") return;
      setJob(each);
      if (each.state === "done" || each.state === "failed") done();
    };
    void api.jobs(detail.id).then((answer) => answer.ok && answer.value.jobs.forEach(follow));
    return listen({ job: follow });
  }, [detail.id, waitingFor]);
  return job;
}

interface BoardProps {
  icon: IconName;
  title: string;
  tone: "calm" | "bad" | "warn";
  small?: boolean;
  children: ComponentChildren;
}

function Board({ icon, title, tone, small = false, children }: BoardProps) {
  return (
    <div class={`board board-${tone}${small ? " board-small" : ""}`} role={tone === "bad" ? "alert" : undefined}>
      <Icon name={icon} size={small ? 30 : 46} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

function TroubleBoard({ trouble, again }: { trouble: Trouble; again: () => void }) {
  const { t } = useApp();
  const r = t.recording;
  const [title, ...lines] =
    trouble.kind === "ledger-down"
      ? [r.ledgerDown, r.ledgerDownWhy, r.ledgerDownDo]
      : trouble.kind === "ended"
        ? [r.ended, t.errors["grant-expired"]?.[1] ?? ""]
        : trouble.kind === "forbidden"
          ? [t.errors.forbidden?.[0] ?? "", t.errors.forbidden?.[1] ?? ""]
          : [r.mediaFailed, r.mediaFailedWhy, trouble.detail];
  return (
    <Board icon={trouble.kind === "ended" ? "clock" : "alert"} title={title ?? ""} tone={trouble.kind === "ended" ? "warn" : "bad"}>
      {lines.filter(Boolean).map((line) => (
        <p key={line}>{line}</p>
      ))}
      <button type="button" class="button primary" onClick={again}>
        {trouble.kind === "ledger-down" ? t.common.retry : r.again}
      </button>
    </Board>
  );
}

function Destroyed({ detail, at }: { detail: RecordingDetail; at: string }) {
  const { t, site } = useApp();
  const { value: kept } = useAnswer(detail.id, () => api.keptOf(detail.id));
  const last = kept?.destroyed[0];
  return (
    <div class="stage-column" data-destroyed>
      <Board icon="archive" title={t.retention.destroyedTitle} tone="calm">
        <p class="board-reason">{t.retention.destroyedOn(dateTime(at, site.timezone))}</p>
        {last && <p>{t.retention.destroyedWhy(last.requested_by, last.approved_by)}</p>}
        <p>{t.retention.destroyedKept}</p>
      </Board>
    </div>
  );
}

function Unplayable({ detail }: { detail: RecordingDetail }) {
  const { t, language } = useApp();
  return (
    <div class="stage-column">
      <Board icon="alert" title={t.recording.unplayable} tone="warn">
        {detail.playback_reason && <p class="board-reason">{serverText(detail.playback_reason, language)}</p>}
        <p>{t.recording.unplayableWhy}</p>
        <p>{t.recording.unplayableDo}</p>
      </Board>
    </div>
  );
}

function CopyFailed({ detail, reload }: { detail: RecordingDetail; reload: () => void }) {
  const { t, language, session } = useApp();
  const [asked, setAsked] = useState<"no" | "asking" | "yes" | "refused">("no");
  const ask = () => {
    setAsked("asking");
    void api.askAgain(detail.id, "viewing-copy").then((answer) => setAsked(answer.ok ? "yes" : "refused"));
  };
  useEffect(() => {
    if (asked !== "yes") return;
    return listen({
      job: (job) => {
        if (job.recording !== detail.id || job.kind !== "viewing-copy") return;
        if (job.state === "done" || job.state === "failed") {
          setAsked("no");
          reload();
        }
      },
    });
  }, [asked, detail.id]);
  return (
    <div class="stage-column">
      <Board icon="alert" title={t.recording.copyFailed} tone="bad">
        {detail.playback_reason && <p class="board-reason">{serverText(detail.playback_reason, language)}</p>}
        <p>{t.recording.copyFailedWhy}</p>
        {asked === "yes" ? (
          <p role="status">{t.recording.copyAsked}</p>
        ) : (
          may(session, "rendition.ask") && (
            <button type="button" class="button primary" onClick={ask} disabled={asked === "asking"}>
              {t.recording.copyAgain}
            </button>
          )
        )}
        {asked === "refused" && <p role="alert">{t.recording.copyNotAsked}</p>}
      </Board>
    </div>
  );
}

function CopyMaking({ detail, job, asked }: { detail: RecordingDetail; job: Job | null; asked: boolean }) {
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

interface PhotoProps {
  url: string;
  detail: RecordingDetail;
  viewing: Viewing;
  onTrouble: (trouble: Trouble, atMs: number) => void;
}

function Photo({ url, detail, viewing, onTrouble }: PhotoProps) {
  const { t, site, language } = useApp();
  useEffect(() => {
    const leave = () => void api.closeByBeacon(viewing.id, []);
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      void api.closeViewing(viewing.id, []);
    };
  }, [viewing.id]);
  return (
    <div class="stage-column">
      <div class="stage stage-photo" onContextMenu={(event) => event.preventDefault()}>
        <img src={url} alt={t.recording.photoAlt(detail.name)} draggable={false} onError={() => onTrouble({ kind: "media", detail: "" }, 0)} />
        <Overlay />
      </div>
      <p class="viewing-line">
        <Icon name="log" size={15} />
        <span>
          {t.recording.purposeLine}: {purposeName(site, viewing.purpose, language)}
        </span>
      </p>
    </div>
  );
}

// What stands where the picture goes: the lock before a purpose is stated, the footage, or why there is none.

import { useEffect, useState } from "preact/hooks";
import { api } from "../api/client";
import type { RecordingNote } from "../api/room-types";
import type { RecordingDetail, Segment, SpanPair, Viewing } from "../api/types";
import { serverText } from "../i18n/server-texts";
import { Board } from "../parts/board";
import { Icon } from "../parts/icon";
import { usePicture } from "../parts/picture";
import { PurposeDialog } from "../parts/purpose-dialog";
import { troubleOf, type Trouble } from "../player/delivery";
import { Overlay } from "../player/overlay";
import { Player } from "../player/player";
import { may, purposeName, useApp } from "../state/app";
import { useAnswer, useEvery } from "../state/use";
import { dateTime } from "../time/format";
import { CopyFailed, CopyMaking, isUnderWay, useCopyJob } from "./viewing-copy";

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
  purpose: string; // the purpose that led here, or ""
}

export function Stage(props: StageProps) {
  const { detail, viewing, setViewing } = props;
  const { t, session, away, reachable } = useApp();
  const [asking, setAsking] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [startMs, setStartMs] = useState(0);
  const { job, look } = useCopyJob(detail, () => {
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
    if (what.kind !== "ledger-down" && what.kind !== "unreachable") setViewing(null);
    // Asked once, so that the page knows when the server answers again.
    if (what.kind === "unreachable") void api.site().then(() => setTrouble(what));
    else setTrouble(what);
  };
  useEffect(() => {
    if (trouble?.kind === "unreachable" && reachable) setTrouble(null);
  }, [trouble, reachable]);
  useEffect(() => {
    if (away && !viewing?.media) setViewing(null);
  }, [away]);
  const dialog = asking && (
    <PurposeDialog
      scope="recording"
      recording={detail.id}
      caseNumber={props.caseNumber}
      suggested={props.purpose}
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
        <TroubleBoard trouble={trouble} again={goesOn(trouble) && viewing ? () => setTrouble(null) : begin} />
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
  if (detail.viewing_copy === "failed" && !isUnderWay(job)) return <CopyFailed detail={detail} job={job} asked={look} />;
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

/** The same viewing goes on once what failed works again. */
const goesOn = ({ kind }: Trouble) => kind === "ledger-down" || kind === "unreachable";

/** Playback begins with whole segments. */
function segmentStart(segments: readonly Segment[], atMs: number): number {
  return segments.findLast(({ start_ms }) => start_ms <= atMs)?.start_ms ?? 0;
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
          : trouble.kind === "unreachable"
            ? [t.errors.unreachable?.[0] ?? "", r.goesOn]
            : [r.mediaFailed, r.mediaFailedWhy, trouble.detail];
  return (
    <Board icon={trouble.kind === "ended" ? "clock" : "alert"} title={title ?? ""} tone={trouble.kind === "ended" ? "warn" : "bad"}>
      {lines.filter(Boolean).map((line) => (
        <p key={line}>{line}</p>
      ))}
      <button type="button" class="button primary" onClick={again}>
        {goesOn(trouble) ? t.common.retry : r.again}
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

interface PhotoProps {
  url: string;
  detail: RecordingDetail;
  viewing: Viewing;
  onTrouble: (trouble: Trouble, atMs: number) => void;
}

function Photo({ url, detail, viewing, onTrouble }: PhotoProps) {
  const { t, site, language, away } = useApp();
  useEffect(() => {
    if (away) onTrouble({ kind: "ended" }, 0);
  }, [away]);
  const { src, error } = usePicture(url);
  useEffect(() => {
    if (error) onTrouble(troubleOf(error.status, serverText(error.message, language)), 0);
  }, [error]);
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
        {src && <img src={src} alt={t.recording.photoAlt(detail.name)} draggable={false} onError={() => onTrouble({ kind: "media", detail: "" }, 0)} />}
        {!src && (
          <div class="stage-wait" role="status">
            <i class="spinner" />
            {t.common.loading}
          </div>
        )}
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

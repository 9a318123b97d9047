// One recording in the library's table.

import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../api/client";
import type { Recording, Viewing } from "../api/types";
import type { Dictionary } from "../i18n/zh";
import { FileName } from "../parts/file-name";
import { Icon } from "../parts/icon";
import { usePicture } from "../parts/picture";
import { opensOnPress } from "../parts/row-link";
import { useApp } from "../state/app";
import { routeText } from "../state/route";
import { bytes, clockLength, dateOnly, timeOnly } from "../time/format";

export type Readiness = keyof Dictionary["readiness"];

export function readinessOf(recording: Recording): Readiness {
  if (recording.destroyed_at) return "destroyed";
  if (recording.ready) return "ready";
  if (recording.playback === "none") return "unplayable";
  if (recording.viewing_copy === "failed") return "failed";
  return recording.playback === "copy" ? "pending" : "preparing";
}

const TONES: Record<Readiness, string> = {
  ready: "good",
  pending: "busy",
  preparing: "busy",
  failed: "bad",
  unplayable: "warn",
  destroyed: "wait",
};

export function ReadinessChip({ recording }: { recording: Recording }) {
  const { t } = useApp();
  const readiness = readinessOf(recording);
  return <span class={`chip chip-${TONES[readiness]}`}>{t.readiness[readiness]}</span>;
}

interface RowProps {
  recording: Recording;
  chosen: boolean;
  onChoose: () => void;
}

export function RecordingRow({ recording, chosen, onChoose }: RowProps) {
  const { t, site, pictures } = useApp();
  const href = routeText(["recordings", recording.id]);
  const guessed = recording.started_at_origin === "receipt";
  const timed = recording.kind === "video" || recording.kind === "audio";
  return (
    <tr {...opensOnPress(href)} data-recording={recording.id}>
      {pictures && (
        <td class="col-picture">
          <Thumbnail recording={recording} viewing={pictures} />
        </td>
      )}
      <td class="col-started num">
        <a href={href} tabIndex={chosen ? 0 : -1} onFocus={onChoose}>
          <span class="day">{dateOnly(recording.started_at, site.timezone)}</span> <b>{timeOnly(recording.started_at, site.timezone)}</b>
        </a>
        {guessed && (
          <span class="hint" title={t.library.fallbackTime}>
            <Icon name="clock" size={14} />
            <span class="sr">{t.library.fallbackTime}</span>
          </span>
        )}
        {recording.slate && (
          <span class={`hint slate-${recording.slate}`} title={t.library.slate[recording.slate]} data-slate={recording.slate}>
            <Icon name="slate" size={14} />
            <span class="sr">{t.library.slate[recording.slate]}</span>
          </span>
        )}
      </td>
      <td class="col-duration num">{timed && recording.duration_ms > 0 ? clockLength(recording.duration_ms) : "–"}</td>
      <td class="col-name">
        <div class="name-cell">
          <span class="kind" title={t.kinds[recording.kind]}>
            <Icon name={recording.kind} size={16} />
            <span class="sr">{t.kinds[recording.kind]}</span>
          </span>
          <FileName name={recording.name} />
          {recording.key_mark && (
            <span class="flag" title={t.library.keyMark}>
              <Icon name="flag" size={15} filled />
              <span class="sr">{t.library.keyMark}</span>
            </span>
          )}
        </div>
      </td>
      <td>{recording.officer ?? <Unknown />}</td>
      <td class="num-left">{recording.device ?? <Unknown />}</td>
      <td class="col-unit">{recording.unit ?? <Unknown />}</td>
      <td class="col-state">
        <ReadinessChip recording={recording} />
        {recording.n_warnings > 0 && (
          <span class="warnings" title={t.library.warnings(recording.n_warnings)}>
            <Icon name="alert" size={14} />
            {recording.n_warnings}
          </span>
        )}
      </td>
      <td class="col-size num">{bytes(recording.size_bytes)}</td>
    </tr>
  );
}

function Unknown() {
  const { t } = useApp();
  return <span class="quiet">{t.common.unknown}</span>;
}

/** Asked for only when it scrolls into view: each picture handed out is an entry in the log. */
function Thumbnail({ recording, viewing }: { recording: Recording; viewing: Viewing }) {
  const { t } = useApp();
  const box = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (!box.current) return;
    const watch = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      setSeen(true);
      watch.disconnect();
    });
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  const { src, error } = usePicture(recording.thumbnails && seen ? api.thumbnailUrl(viewing.id, recording.id) : null);
  // In the words of the log: what cannot be written is not shown.
  const why = error ? (t.errors[error.code] ?? t.errors.error)?.[0] : undefined;
  return (
    <div ref={box} class={error ? "thumbnail thumbnail-none" : "thumbnail"} title={why}>
      {src ? <img src={src} alt="" draggable={false} /> : <Icon name={error ? "alert" : recording.kind} size={20} />}
      {why && <span class="sr">{why}</span>}
    </div>
  );
}

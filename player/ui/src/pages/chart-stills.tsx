// Stills of the instant that is pointed at in a coverage chart, one per camera. A still is footage: it is shown under a
// viewing with a purpose, and each one is logged before it comes.

import { useState } from "preact/hooks";
import { api } from "../api/client";
import type { Activity, Counted } from "../api/case-types";
import type { Viewing } from "../api/types";
import { Icon } from "../parts/icon";
import { PurposeDialog } from "../parts/purpose-dialog";
import { may, useApp } from "../state/app";
import { useSettled } from "../state/use";
import { timeOnly } from "../time/format";
import { stillsAt } from "./coverage-axis";

// Who only passes over the chart asks for nothing.
const SETTLED_MS = 250;

/** Turns stills on and off: with a purpose, as everywhere. */
export function StillsSwitch({ number }: { number: string }) {
  const { t, session, pictures, setPictures } = useApp();
  const [asking, setAsking] = useState(false);
  if (!may(session, "viewing.open")) return null;
  const hide = () => {
    if (pictures) void api.closeViewing(pictures.id, []);
    setPictures(null);
  };
  return (
    <>
      <button
        type="button"
        class={pictures ? "button pressed" : "button"}
        aria-pressed={pictures !== null}
        title={t.cases.stills.why}
        onClick={() => (pictures ? hide() : setAsking(true))}
      >
        <Icon name={pictures ? "eye" : "lock"} size={16} />
        {pictures ? t.cases.stills.hide : t.cases.stills.show}
      </button>
      {asking && (
        <PurposeDialog
          scope="library"
          caseNumber={number}
          onOpened={(viewing) => {
            setPictures(viewing);
            setAsking(false);
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

export function Stills({ activity, atMs, viewing }: { activity: Activity; atMs: number | null; viewing: Viewing }) {
  const { t } = useApp();
  const settled = useSettled(atMs, SETTLED_MS);
  const shown = settled === null ? [] : stillsAt(activity.footage, settled);
  return (
    <div class="cv-stills" aria-live="polite">
      {shown.map(({ each, atMs: at }) => (
        <Still key={`${each.recording}/${at}`} each={each} atMs={at} viewing={viewing} />
      ))}
      {shown.length === 0 && <p class="quiet">{settled === null ? t.cases.stills.hint : t.cases.stills.none}</p>}
    </div>
  );
}

function Still({ each, atMs, viewing }: { each: Counted; atMs: number; viewing: Viewing }) {
  const { t, site } = useApp();
  const [failed, setFailed] = useState(false);
  const words = t.cases.stills.at(each.view, timeOnly(Date.parse(each.start_at) + atMs, site.timezone));
  return (
    <figure class="cv-still" data-still={each.recording}>
      {failed ? (
        <span class="cv-still-none">{t.cases.stills.unavailable}</span>
      ) : (
        <img src={api.thumbnailUrl(viewing.id, each.recording, atMs)} alt={words} draggable={false} onError={() => setFailed(true)} />
      )}
      <figcaption>{words}</figcaption>
    </figure>
  );
}

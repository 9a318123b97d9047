// One recording: the stage (purpose first, then the footage), and what is known and proven about it.

import { useMemo, useState } from "preact/hooks";
import { api } from "../api/client";
import type { RecordingNote } from "../api/room-types";
import type { RecordingDetail, Seal, Segment, SpanPair, Viewing, ViewingSummary } from "../api/types";
import { Icon } from "../parts/icon";
import { ErrorNotice } from "../parts/notice";
import { useApp } from "../state/app";
import { useAnswer, useTitle } from "../state/use";
import { dateTime } from "../time/format";
import { merge } from "../time/spans";
import { FactsPanel } from "./facts-panel";
import { HandedPanel } from "./handed-panel";
import { ReadinessChip } from "./recording-row";
import { NotesList } from "./sitting-notes";
import { SealPanel } from "./seal-panel";
import { Stage } from "./stage";

const PANELS = ["seal", "facts"] as const;
type Panel = (typeof PANELS)[number];
const NO_NOTES: readonly RecordingNote[] = [];
const NO_SEGMENTS: readonly Segment[] = [];

export function RecordingPage({ id, at = 0, caseNumber = "", purpose = "" }: { id: string; at?: number; caseNumber?: string; purpose?: string }) {
  const { t, site, places } = useApp();
  const { value: detail, error, reload } = useAnswer(id, () => api.recording(id));
  const { value: cut } = useAnswer(id, () => api.segments(id));
  const { value: said } = useAnswer(id, () => api.notesOf(id));
  const notes = said?.notes ?? NO_NOTES;
  const [viewing, setViewing] = useState<Viewing | null>(null);
  const [seal, setSeal] = useState<Seal | null>(null);
  const [handed, setHanded] = useState<ViewingSummary[] | null>(null);
  const [panel, setPanel] = useState<Panel>("seal");
  const segments = cut?.segments ?? NO_SEGMENTS;
  const broken = useMemo(
    () => new Set(seal?.findings.flatMap(({ seq }) => (seq === null || seq === undefined ? [] : [seq])) ?? []),
    [seal],
  );
  const others = useMemo(
    () => merge((handed ?? []).filter((each) => each.id !== viewing?.id).flatMap((each) => each.spans.map((s): SpanPair => [s[0], s[1]]))),
    [handed, viewing],
  );

  return (
    <div class="page recording">
      <a
        class="back"
        href="#/library"
        onClick={(event) => {
          // Back to the search, case or log that led here, where there is one.
          if (!places.hasBefore) return;
          event.preventDefault();
          window.history.back();
        }}
      >
        <Icon name="chevronLeft" size={16} />
        {places.hasBefore ? t.common.back : t.recording.back}
      </a>
      {error && <ErrorNotice error={error} retry={reload} />}
      {!detail && !error && <div class="recording-skeleton skeleton" aria-hidden="true" />}
      {detail && (
        <>
          <Head detail={detail} zone={site.timezone} />
          <div class="recording-grid">
            <div class="stage-column">
              <Stage detail={detail} segments={segments} notes={notes} atMs={at} brokenSeqs={broken} handed={others} viewing={viewing} setViewing={setViewing} reload={reload} caseNumber={caseNumber} purpose={purpose} />
              <HandedPanel detail={detail} handed={handed} setHanded={setHanded} />
            </div>
            <aside class="panels" aria-label={t.recording.tabs}>
              <Tabs panel={panel} choose={setPanel} />
              <div role="tabpanel" aria-labelledby={`tab-${panel}`} class="panel">
                <h2 class="panel-title sr">{t.recording[panel]}</h2>
                {panel === "seal" && <SealPanel detail={detail} seal={seal} setSeal={setSeal} />}
                {panel === "facts" && <FactsPanel detail={detail} />}
              </div>
              {notes.length > 0 && (
                <section class="panel">
                  <h2>{t.rooms.marksHere}</h2>
                  <NotesList notes={notes} />
                </section>
              )}
            </aside>
          </div>
        </>
      )}
    </div>
  );
}

function Head({ detail, zone }: { detail: RecordingDetail; zone: string }) {
  const { t } = useApp();
  useTitle(`${dateTime(detail.started_at, zone).slice(0, 16)} ${detail.officer ?? ""}`.trim());
  return (
    <header class="recording-head">
      <h1>
        {dateTime(detail.started_at, zone)}
        {detail.key_mark && (
          <span class="flag" title={t.library.keyMark}>
            <Icon name="flag" size={18} filled />
            <span class="sr">{t.library.keyMark}</span>
          </span>
        )}
      </h1>
      <p>
        {([["officer", detail.officer], ["unit", detail.unit], ["device", detail.device]] as const).map(([what, value]) => (
          <span key={what} class={value ? "num-left" : "quiet"}>
            {value ?? t.facts.unknown(t.facts[what])}
          </span>
        ))}
        <span class="quiet clip" title={detail.name}>
          {detail.name}
        </span>
        <ReadinessChip recording={detail} />
      </p>
    </header>
  );
}

function Tabs({ panel, choose }: { panel: Panel; choose: (panel: Panel) => void }) {
  const { t } = useApp();
  const move = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    const next = PANELS[(PANELS.indexOf(panel) + step + PANELS.length) % PANELS.length] ?? "seal";
    choose(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={t.recording.tabs} onKeyDown={move}>
      {PANELS.map((each) => (
        <button
          key={each}
          id={`tab-${each}`}
          type="button"
          role="tab"
          aria-selected={panel === each}
          tabIndex={panel === each ? 0 : -1}
          onClick={() => choose(each)}
        >
          {t.recording[each]}
        </button>
      ))}
    </div>
  );
}

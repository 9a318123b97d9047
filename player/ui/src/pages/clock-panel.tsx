// When a recording began, by the best that is known, and what became of a time slate in it.

import { api } from "../api/client";
import { Icon } from "../parts/icon";
import { useApp } from "../state/app";
import { useAnswer } from "../state/use";
import { pictureTime, position } from "../time/format";
import { fine } from "../time/offset";

export function ClockPanel({ recording }: { recording: string }) {
  const { t, site, language } = useApp();
  const { value } = useAnswer(recording, () => api.recordingClock(recording));
  if (!value) return null;
  const c = t.clocks;
  const sure = value.uncertainty_ms !== null;
  return (
    <>
      <h3>{c.began}</h3>
      <ul class="rows" data-time-origin={value.time_origin}>
        <li class={sure && !value.doubted ? "believed" : ""}>
          <span>{c.origins[value.time_origin] ?? t.facts.timeOrigins[value.time_origin] ?? value.time_origin}</span>
          <span class="num">{pictureTime(value.start_at, 0, site.timezone)}</span>
          <span class={sure ? "chip chip-good" : "chip chip-bad"}>
            {value.uncertainty_ms !== null ? `± ${fine(value.uncertainty_ms + value.resolution_ms / 2, language)}` : value.doubted ? c.doubted : c.unplaced}
          </span>
        </li>
        {value.slate && (
          <li data-verdict={value.slate.verdict}>
            <span>{c.slate.title}</span>
            <span class="num">{position(value.slate.start_ms)}</span>
            <span class={value.slate.verdict === "accepted" ? "chip chip-good" : "chip chip-bad"}>
              <Icon name={value.slate.verdict === "accepted" ? "check" : "alert"} size={14} />
              {value.slate[language]}
            </span>
            {value.slate.case && <small class="quiet">{c.namesCase(value.slate.case)}</small>}
            {value.slate.earliest_at && value.slate.latest_at && (
              <small class="slate-gave">
                {c.slate.gave(
                  pictureTime(value.slate.best_at ?? value.start_at, 0, site.timezone),
                  pictureTime(value.slate.earliest_at, 0, site.timezone).slice(11),
                  pictureTime(value.slate.latest_at, 0, site.timezone).slice(11),
                )}
              </small>
            )}
          </li>
        )}
      </ul>
    </>
  );
}

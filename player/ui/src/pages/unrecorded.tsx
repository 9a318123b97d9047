// Alarms of activities that must be recorded and are not, above the pages where they matter.

import type { Unrecorded } from "../api/attention-types";
import { serverText } from "../i18n/server-texts";
import { Icon } from "../parts/icon";
import { useApp } from "../state/app";
import { routeText } from "../state/route";
import { timeOnly } from "../time/format";

/** Of one case, or of all that this account may read. */
export function UnrecordedAlarms({ case: only }: { case?: string }) {
  const { attention } = useApp();
  const shown = (attention?.unrecorded ?? []).filter((each) => only === undefined || each.case === only);
  return (
    <div class="unrecorded-alarms" role="alert">
      {shown.map((each) => (
        <Alarm key={each.id} alarm={each} within={only !== undefined} />
      ))}
    </div>
  );
}

function Alarm({ alarm, within }: { alarm: Unrecorded; within: boolean }) {
  const { t, site, language } = useApp();
  const a = t.absences;
  return (
    <p class="unrecorded-alarm" data-unrecorded={alarm.room}>
      <Icon name="alert" size={18} />
      <strong>{a.unrecorded(alarm.room_title, timeOnly(alarm.since_at, site.timezone))}</strong>
      {alarm.detail && <span>{serverText(alarm.detail, language)}</span>}
      {!within && (
        <a href={routeText(["cases", alarm.case])}>
          {alarm.case_number} · {alarm.case_title}
        </a>
      )}
      <a href={routeText(["rooms", alarm.room])}>{a.toRoom}</a>
    </p>
  );
}

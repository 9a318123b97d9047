// Shifts that were taken back or corrected: by whom and why. A finding that went with its shift is not forgotten here.

import type { ShiftChange } from "../api/roster-types";
import { useApp } from "../state/app";
import { dateTime } from "../time/format";
import { shiftText } from "./roster-words";

export function RosterChanges({ changes }: { changes: ShiftChange[] }) {
  const { t, site } = useApp();
  const r = t.roster;
  return (
    <details class="roster-changes">
      <summary>{r.changes(changes.length)}</summary>
      <ul class="explanation-list">
        {changes.map((each) => (
          <li key={`${each.at}${each.shift.officer}${each.shift.start_at}${each.shift.device}`}>
            <p>
              <del>{shiftText(each.shift, site.timezone, r)}</del>
              {each.instead && (
                <>
                  {" "}
                  {r.change.to} {shiftText(each.instead, site.timezone, r)}
                </>
              )}
            </p>
            <p>
              {each.reason}{" "}
              <span class="quiet">
                {each.instead ? r.change.corrected(each.by) : r.change.takenBack(each.by)} · {dateTime(each.at, site.timezone)}
              </span>
            </p>
          </li>
        ))}
      </ul>
    </details>
  );
}

// The course of a case: entered, closed, handed over, reopened, archived; each with who, when and why.

import type { CaseDetail } from "../api/case-types";
import { Icon, type IconName } from "../parts/icon";
import type { Move } from "../api/handover-types";
import { useApp } from "../state/app";
import { dateTime } from "../time/format";

const ICONS: Record<Move["move"], IconName> = {
  opened: "folder",
  closed: "checkCircle",
  archived: "lock",
  reopened: "back",
  "handed-over": "out",
  returned: "back",
  settled: "checkCircle",
};

export function CoursePanel({ detail }: { detail: CaseDetail }) {
  const { t, site } = useApp();
  const h = t.handover;
  return (
    <section class="case-part" aria-label={h.course} data-course>
      <h2>{h.course}</h2>
      <ol class="course-list">
        {detail.course.map((each) => (
          <li key={each.entry} data-move={each.move}>
            <Icon name={ICONS[each.move]} size={16} />
            <time>{dateTime(each.at, site.timezone)}</time>
            <strong>{h.moves[each.move]}</strong>
            {each.to && <span>{each.to}</span>}
            <span>{each.by}</span>
            <span class="course-note">{each.note}</span>
            <small class="quiet">{h.entry(each.entry)}</small>
          </li>
        ))}
      </ol>
    </section>
  );
}

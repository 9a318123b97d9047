// The clips of a case: each plays from here.

import { useState } from "preact/hooks";
import { api } from "../api/client";
import type { CaseDetail, Clip, Items } from "../api/case-types";
import { Icon } from "../parts/icon";
import { ReasonDialog } from "../parts/form";
import { may, useApp } from "../state/app";
import { routeText } from "../state/route";
import { dateTime, position } from "../time/format";

export function ClipsPanel({ detail, items, reload }: { detail: CaseDetail; items: Items; reload: () => void }) {
  const { t, site, session, language } = useApp();
  const [taking, setTaking] = useState<Clip | null>(null);
  const c = t.cases;
  const name = (code: string) => items.moments.find((each) => each.code === code)?.[language] ?? code;
  return (
    <section class="case-part" aria-label={c.clips}>
      <h2>{c.clips}</h2>
      {detail.clips.length === 0 && <p class="quiet">{c.noClips}</p>}
      <ul class="clip-list">
        {detail.clips.map((clip) => (
          <li key={clip.id} data-clip={clip.id}>
            <a class="button" href={routeText(["recordings", clip.recording], { at: String(clip.start_ms), case: detail.number })}>
              <Icon name="play" size={14} filled />
              {position(clip.start_ms)} – {position(clip.end_ms)}
            </a>
            {clip.moment && <span class="chip chip-sealing">{name(clip.moment)}</span>}
            <span>{clip.note}</span>
            <span class="quiet">{c.saidBy(clip.by, dateTime(clip.at, site.timezone))}</span>
            {detail.state === "open" && may(session, "case.change") && (
              <button type="button" class="button quiet-button" onClick={() => setTaking(clip)}>
                {c.takeBack}
              </button>
            )}
          </li>
        ))}
      </ul>
      {taking && (
        <ReasonDialog
          title={c.takeBack}
          label={c.takeBackReason}
          submit={c.takeBack}
          send={(reason) => api.withdrawClip(detail.id, taking.id, reason)}
          onDone={() => {
            setTaking(null);
            reload();
          }}
          onClose={() => setTaking(null)}
        />
      )}
    </section>
  );
}

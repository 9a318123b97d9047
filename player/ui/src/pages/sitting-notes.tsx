// Marks and notes of a sitting, by the second they mean.

import type { SittingNote } from "../api/room-types";
import { Icon } from "../parts/icon";
import { useApp } from "../state/app";
import { clockLength, timeOnly } from "../time/format";

interface NotesListProps {
  notes: readonly SittingNote[];
  /** Where the second can be played, if it can. */
  href?: (note: SittingNote) => string | null;
}

export function NotesList({ notes, href }: NotesListProps) {
  const { t, site } = useApp();
  if (notes.length === 0) return <p class="quiet">{t.rooms.sitting.noMarks}</p>;
  return (
    <ol class="notes">
      {notes.map((each) => {
        const link = href?.(each) ?? null;
        return (
          <li key={each.entry} class={`note note-${each.kind}`} data-kind={each.kind}>
            <Icon name={each.kind === "mark" ? "flag" : "note"} size={16} />
            <div>
              <p>
                <b class="num">{timeOnly(each.on_at, site.timezone)}</b> <span class="quiet num">+{clockLength(each.at_ms)}</span>
                {link && (
                  <a class="note-play" href={link} aria-label={t.rooms.sitting.playAt(timeOnly(each.on_at, site.timezone))}>
                    <Icon name="play" size={13} filled /> {t.rooms.sitting.play}
                  </a>
                )}
              </p>
              <p class="breakable">{each.text || t.rooms.sitting[each.kind]}</p>
              <p class="quiet">{each.display_name}</p>
            </div>
          </li>
        );
      })}
    </ol>
  );
}

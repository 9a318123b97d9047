// What has expired or will soon, by date; and asking for its destruction.

import { useState } from "preact/hooks";
import { api } from "../api/client";
import type { Expiring, Retention } from "../api/retention-types";
import { FileName } from "../parts/file-name";
import { ReasonDialog, Select } from "../parts/form";
import { Icon } from "../parts/icon";
import { ErrorNotice, Notice } from "../parts/notice";
import { may, useApp } from "../state/app";
import { go, routeText } from "../state/route";
import { useAnswer } from "../state/use";
import { bytes, dateOnly, dateTime } from "../time/format";

export function ExpiringPart({ found, changed }: { found: Retention; changed: () => void }) {
  const { t, session, language } = useApp();
  const r = t.retention;
  const [days, setDays] = useState("0");
  const [code, setCode] = useState("");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState(false);
  const { value, error, reload } = useAnswer(`${days} ${code}`, () => api.expiring({ days, code }));
  const rows = value?.recordings ?? [];
  const now = found.clock.now;
  const free = rows.filter((each) => !each.pending && each.until !== null && each.until <= now);
  const picked = free.filter((each) => chosen.has(each.id)).map((each) => each.id);
  const classes: [string, string][] = [["", r.allClasses], ...found.classes.map((each): [string, string] => [each.code, each[language]])];
  return (
    <>
      <div class="retention-tools">
        <Select label={r.within} value={days} onChange={setDays} options={Object.entries(r.withinDays)} />
        <Select label={r.columns.class} value={code} onChange={setCode} options={classes} />
        <p class="summary" role="status">
          {value && r.found(value.n_recordings, bytes(value.size_bytes))}
          {picked.length > 0 && ` · ${r.chosen(picked.length)}`}
        </p>
        {may(session, "destruction.request") && (
          <button type="button" class="button primary" disabled={picked.length === 0} onClick={() => setAsking(true)}>
            {r.request}
          </button>
        )}
      </div>
      {error && <ErrorNotice error={error} retry={reload} />}
      {!value && !error && <div class="recording-skeleton skeleton" aria-hidden="true" />}
      {value && rows.length === 0 && (
        <Notice icon="archive" title={r.noneExpiring}>
          <p>{r.noneExpiringWhy}</p>
        </Notice>
      )}
      {rows.length > 0 && (
        <ExpiringTable
          rows={rows}
          chosen={chosen}
          all={free.length > 0 && picked.length === free.length}
          choose={may(session, "destruction.request") ? setChosen : null}
          free={free}
        />
      )}
      {asking && (
        <ReasonDialog
          title={r.request}
          why={r.requestWhy(found.destruction_days)}
          label={r.reason}
          submit={r.request}
          send={(reason) => api.requestDestruction(picked, reason)}
          onDone={() => {
            changed();
            go(routeText(["retention", "destructions"]));
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

interface TableProps {
  rows: readonly Expiring[];
  chosen: ReadonlySet<string>;
  all: boolean;
  choose: ((ids: ReadonlySet<string>) => void) | null;
  free: readonly Expiring[];
}

export function ExpiringTable({ rows, chosen, all, choose, free }: TableProps) {
  const { t, site, language } = useApp();
  const r = t.retention;
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    choose?.(next);
  };
  return (
    <div class="table-box">
      <table class="table many-columns" aria-label={r.sections.expiring}>
        <thead>
          <tr>
            {choose && (
              <th>
                <input
                  type="checkbox"
                  aria-label={r.chooseAll}
                  checked={all}
                  disabled={free.length === 0}
                  onChange={() => choose(all ? new Set() : new Set(free.map((each) => each.id)))}
                />
              </th>
            )}
            <th>{r.until}</th>
            <th>{t.library.columns.name}</th>
            <th>{t.library.columns.officer}</th>
            <th>{r.why}</th>
            <th>{t.library.columns.started}</th>
            <th class="right">{r.columns.size}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((each) => {
            const may = free.some((one) => one.id === each.id);
            return (
              <tr key={each.id} data-expiring={each.id}>
                {choose && (
                  <td>
                    <input type="checkbox" aria-label={each.name} checked={chosen.has(each.id) && may} disabled={!may} onChange={() => toggle(each.id)} />
                  </td>
                )}
                <td class="num-left nowrap">{each.until ? dateOnly(each.until, site.timezone) : "–"}</td>
                <td>
                  <a href={routeText(["recordings", each.id])}>
                    <FileName name={each.name} />
                  </a>
                  {each.pending && (
                    <span class="chip chip-wait">
                      <Icon name="clock" size={13} />
                      {r.listed}
                    </span>
                  )}
                </td>
                <td>{each.officer ?? each.device ?? <span class="quiet">{t.common.unknown}</span>}</td>
                <td>{each.reason[language]}</td>
                <td class="num-left nowrap">{dateTime(each.started_at, site.timezone)}</td>
                <td class="num right">{bytes(each.size_bytes)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

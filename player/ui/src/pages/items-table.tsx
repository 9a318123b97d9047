// An item list as a table that people can read: what is asked for, by which law, who explains and who approves.

import type { Item, Items } from "../api/case-types";
import { useApp } from "../state/app";

const TONES: Record<Item["mode"], string> = { full: "chip-bad", key: "chip-waiting", optional: "", text: "" };

export function ItemsTable({ items }: { items: Items }) {
  const { t, language } = useApp();
  const i = t.items;
  return (
    <>
      <div class="table-box" role="region" aria-label={i.table} tabIndex={0}>
        <table class="table items-table">
          <thead>
            <tr>
              <th>{i.columns.item}</th>
              <th>{i.columns.mode}</th>
              <th>{i.columns.views}</th>
              <th>{i.columns.moments}</th>
              <th>{i.columns.tolerances}</th>
              <th>{i.columns.who}</th>
            </tr>
          </thead>
          <tbody>
            {items.items.map((item) => (
              <ItemRow key={item.code} item={item} items={items} />
            ))}
          </tbody>
        </table>
      </div>
      <div class="case-columns">
        <section class="case-part">
          <h2>{i.kinds}</h2>
          <dl class="items-facts">
            {items.kinds.map((kind) => (
              <div key={kind.code}>
                <dt>{kind[language]}</dt>
                <dd>{kind.needs.length > 0 ? i.kindNeeds(kind.needs.map((code) => nameOf(items, code, language)).join("、")) : i.kindFree}</dd>
              </div>
            ))}
          </dl>
        </section>
        <section class="case-part">
          <h2>{i.windows}</h2>
          <dl class="items-facts">
            {items.windows.map((each) => (
              <div key={each.code}>
                <dt>{each.code}</dt>
                <dd>{i.hours(each.start.slice(0, 5), each.end.slice(0, 5), each.holidays)}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </>
  );
}

function nameOf(items: Items, code: string, language: "zh" | "en"): string {
  return items.items.find((each) => each.code === code)?.[language] ?? code;
}

function ItemRow({ item, items }: { item: Item; items: Items }) {
  const { t, language } = useApp();
  const i = t.items;
  const comma = language === "zh" ? "、" : ", ";
  const roles = (codes: string[]) => codes.map((code) => t.roles[code] ?? code).join(comma);
  const moments = item.moments.map((code) => items.moments.find((each) => each.code === code)?.[language] ?? code);
  const asked = item.mode === "full" || item.mode === "key";
  const from = language === "zh" ? item.from_zh : item.from_en;
  const until = language === "zh" ? item.until_zh : item.until_en;
  const hours = items.windows.find((each) => each.code === item.window);
  const kept = items.retention.find((each) => each.code === item.retention);
  return (
    <tr class="plain" data-item={item.code}>
      <td>
        <strong>{item[language]}</strong>
        <small>{item.basis}</small>
        {from && until && <small>{t.cases.fromTo(from, until)}</small>}
      </td>
      <td>
        <span class={`chip ${TONES[item.mode]}`}>{t.cases.modes[item.mode]}</span>
      </td>
      <td>
        {item.mode === "full" && (
          <>
            {i.cameras(item.views)}
            <small>
              {i.columns.sound}: {item.sound ? i.required : i.notRequired}
            </small>
          </>
        )}
        {asked && item.officers > 0 && <small>{i.least(item.officers)}</small>}
        {!asked && i.noMatter}
      </td>
      <td>
        {asked && moments.length > 0 ? moments.join(comma) : i.noMatter}
        {asked && hours && <small>{`${i.columns.window}: ${i.hours(hours.start.slice(0, 5), hours.end.slice(0, 5), hours.holidays)}`}</small>}
      </td>
      <td>
        {asked ? i.handIn(item.hand_in_h) : i.noMatter}
        {item.mode === "full" && <small>{i.joint(item.joint_ms)}</small>}
        {item.mode === "full" && item.sound && <small>{i.preEvent(item.pre_event_s)}</small>}
        {kept && <small>{i.kept(kept[language], kept.days)}</small>}
      </td>
      <td>
        {asked ? (
          <>
            {i.explainedBy(roles(item.explained_by))}
            <small>{i.approvedBy(roles(item.approved_by))}</small>
            <small>{i.within(item.explain_within_h, item.approve_within_h)}</small>
            {item.long_gap_s !== null && <small>{i.longGap(item.long_gap_s, roles(item.long_gap_approved_by))}</small>}
          </>
        ) : (
          i.noMatter
        )}
      </td>
    </tr>
  );
}

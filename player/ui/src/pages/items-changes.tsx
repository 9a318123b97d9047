// What is other in one list than in another, in words; what asks for less stands out.

import type { ItemsChange } from "../api/item-types";
import { Icon } from "../parts/icon";
import { useApp } from "../state/app";

export function ChangeList({ changes }: { changes: ItemsChange[] }) {
  const { t, language } = useApp();
  const i = t.items;
  const weaker = changes.filter((each) => each.weaker).length;
  const retention = changes.some((each) => each.part === "retention" || each.key === "retention" || each.key === "evidence");
  return (
    <div class="items-changes">
      <h3>
        {i.changes}
        {weaker > 0 && <span class="chip chip-bad">{i.weakerCount(weaker)}</span>}
      </h3>
      {changes.length === 0 && <p class="quiet">{i.noChanges}</p>}
      <ul>
        {changes.map((each) => (
          <li key={`${each.part}/${each.code}/${each.key}`} class={each.weaker ? "items-weaker" : ""} data-weaker={each.weaker}>
            <Icon name={each.weaker ? "alert" : "check"} size={16} />
            <span>
              <strong>{language === "zh" ? each.name_zh : each.name_en}</strong> {each[language]}
            </span>
            {each.weaker && <span class="chip chip-bad">{i.weaker}</span>}
          </li>
        ))}
      </ul>
      <p class="quiet">{i.notRetroactive}</p>
      {retention && <p class="quiet">{i.retentionApart}</p>}
    </div>
  );
}

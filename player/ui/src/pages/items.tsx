// The item list: what must be recorded; which lists were in force; and drafting another one for somebody's approval.

import { useState } from "preact/hooks";
import { api } from "../api/client";
import type { Drift } from "../api/item-types";
import { Icon } from "../parts/icon";
import { ErrorNotice } from "../parts/notice";
import { may, useApp } from "../state/app";
import { go, routeText } from "../state/route";
import { useAnswer } from "../state/use";
import { EditorPart } from "./items-editor";
import { HistoryPart } from "./items-history";
import { ItemsTable } from "./items-table";

export function ItemsPage({ section }: { section: string }) {
  const { t, session } = useApp();
  const items = useAnswer("items", api.items);
  const history = useAnswer("items-history", api.itemsHistory);
  const [base, setBase] = useState<string | null>(null); // text that the draft begins with; null: the latest list
  const i = t.items;
  const error = items.error ?? history.error;
  const reload = () => {
    items.reload();
    history.reload();
  };
  const draft = (text: string) => {
    setBase(text);
    go(routeText(["items", "edit"]));
  };
  const sections = ["list", "history", ...(may(session, "items.propose") ? ["edit"] : [])];
  const latest = history.value?.editions[0]?.digest ?? null;
  return (
    <div class="page items">
      <header class="page-head">
        <h1>{i.title}</h1>
        <p class="summary" role="status">
          {items.value && i.version(items.value.version)}
        </p>
      </header>
      {history.value?.file && history.value.file.state !== "same" && <DriftNotice drift={history.value.file} draft={draft} />}
      <nav class="part-tabs" aria-label={i.sectionsLabel}>
        {sections.map((each) => (
          <a key={each} href={routeText(["items", each])} aria-current={section === each ? "page" : undefined}>
            {i.sections[each]}
          </a>
        ))}
      </nav>
      {error && <ErrorNotice error={error} retry={reload} />}
      {!error && (!items.value || !history.value) && <div class="recording-skeleton skeleton" aria-hidden="true" />}
      {items.value && section === "list" && <ItemsTable items={items.value} />}
      {history.value && section === "history" && <HistoryPart history={history.value} changed={reload} draft={draft} />}
      {history.value && section === "edit" && may(session, "items.propose") && (
        <EditorPart
          key={base ?? latest ?? ""}
          base={base}
          latest={latest}
          onProposed={() => {
            setBase(null);
            reload();
            go(routeText(["items", "history"]));
          }}
        />
      )}
    </div>
  );
}

function DriftNotice({ drift, draft }: { drift: Drift; draft: (text: string) => void }) {
  const { t, language, session } = useApp();
  const i = t.items;
  // After a change in the browser the file is an older list: that is how it should be, and only worth a line.
  if (drift.state === "older") {
    return (
      <p class="quiet" data-drift={drift.state}>
        {drift[language]}
      </p>
    );
  }
  return (
    <section class="case-part why" data-drift={drift.state}>
      <h2>
        <Icon name="alert" size={20} />
        {i.drift}
      </h2>
      <p>{drift[language]}</p>
      {may(session, "items.propose") && (
        <button type="button" class="button" onClick={() => draft(drift.text)}>
          {i.draftFile}
        </button>
      )}
    </section>
  );
}

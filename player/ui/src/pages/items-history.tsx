// Which lists were in force from when, what is proposed, and the second person's decision.

import { useState } from "preact/hooks";
import { api } from "../api/client";
import type { Edition, ItemsHistory, Proposal } from "../api/item-types";
import { Dialog } from "../parts/dialog";
import { FormFoot, Problem, TextField, useSaving } from "../parts/form";
import { ErrorNotice, Notice } from "../parts/notice";
import { may, useApp } from "../state/app";
import { useAnswer } from "../state/use";
import { dateTime } from "../time/format";
import { ChangeList } from "./items-changes";

interface HistoryProps {
  history: ItemsHistory;
  changed: () => void;
  draft: (text: string) => void;
}

export function HistoryPart({ history, changed, draft }: HistoryProps) {
  const { t } = useApp();
  const i = t.items;
  return (
    <>
      <section class="case-part" aria-label={i.proposals}>
        <h2>{i.proposals}</h2>
        {history.proposals.length === 0 && (
          <Notice icon="check" title={i.noProposals}>
            <p>{i.noProposalsWhy}</p>
          </Notice>
        )}
        <ul class="explanation-list">
          {history.proposals.map((each) => (
            <ProposalRow key={each.id} proposal={each} changed={changed} draft={draft} />
          ))}
        </ul>
      </section>
      <section class="case-part" aria-label={i.editions}>
        <h2>{i.editions}</h2>
        <ul class="explanation-list">
          {history.editions.map((each) => (
            <EditionRow key={each.digest} edition={each} draft={draft} />
          ))}
        </ul>
      </section>
    </>
  );
}

function EditionRow({ edition, draft }: { edition: Edition; draft: (text: string) => void }) {
  const { t, site } = useApp();
  const i = t.items;
  return (
    <li data-edition={edition.version}>
      <p>
        <strong>{edition.version}</strong> <span class={`chip ${edition.state === "in-force" ? "chip-safe" : "chip-waiting"}`}>{i.editionStates[edition.state]}</span>{" "}
        {i.from(dateTime(edition.from_at, site.timezone))}{" "}
        <span class="quiet">{edition.proposal ? i.approvedByWhom(edition.by) : i.founding}</span>
      </p>
      <Unfolding digest={edition.digest} draft={draft} />
    </li>
  );
}

function ProposalRow({ proposal, changed, draft }: { proposal: Proposal; changed: () => void; draft: (text: string) => void }) {
  const { t, site, session } = useApp();
  const [deciding, setDeciding] = useState(false);
  const i = t.items;
  const when = (at: string) => dateTime(at, site.timezone);
  const state = proposal.lapsed ? "lapsed" : proposal.state;
  const own = proposal.by === session.account;
  const mayDecide = proposal.state === "waiting" && may(session, "items.approve");
  return (
    <li data-proposal={state}>
      <p>
        <strong>{proposal.version}</strong> <span class={`chip ${state === "approved" ? "chip-safe" : state === "waiting" ? "chip-waiting" : "chip-attention"}`}>{i.states[state]}</span>{" "}
        <span class="quiet">
          {i.proposedBy(proposal.by, when(proposal.at))} · {proposal.from_at ? i.wished(when(proposal.from_at)) : i.atOnce}
        </span>
      </p>
      <p>{proposal.note}</p>
      {proposal.lapsed && <p class="quiet">{i.lapsedWhy}</p>}
      {proposal.decided_by && proposal.decided_at && (
        <p>
          {proposal.decision} <span class="quiet">{i.decidedBy(proposal.decided_by, when(proposal.decided_at))}</span>
        </p>
      )}
      <Unfolding digest={proposal.digest} draft={draft}>
        {mayDecide && (
          <button type="button" class="button" onClick={() => setDeciding(true)}>
            {own ? i.takeBack : i.decide}
          </button>
        )}
      </Unfolding>
      {deciding && (
        <DecideDialog
          proposal={proposal}
          own={own}
          onDone={() => {
            setDeciding(false);
            changed();
          }}
          onClose={() => setDeciding(false)}
        />
      )}
    </li>
  );
}

/** What is other in a list, and its text, once it is asked for. */
function Unfolding({ digest, draft, children }: { digest: string; draft: (text: string) => void; children?: preact.ComponentChildren }) {
  const { t, session } = useApp();
  const [open, setOpen] = useState<"" | "changes" | "text">("");
  const { value, error, reload } = useAnswer(open ? digest : null, () => api.itemList(digest));
  const i = t.items;
  const turn = (to: "changes" | "text") => setOpen(open === to ? "" : to);
  return (
    <>
      <p class="button-row">
        <button type="button" class="button" aria-expanded={open === "changes"} onClick={() => turn("changes")}>
          {open === "changes" ? i.hide : i.show}
        </button>
        <button type="button" class="button" aria-expanded={open === "text"} onClick={() => turn("text")}>
          {open === "text" ? i.hide : i.showText}
        </button>
        {may(session, "items.propose") && value && open && (
          <button type="button" class="button" onClick={() => draft(value.text)}>
            {i.draftThis}
          </button>
        )}
        {children}
      </p>
      {open && error && <ErrorNotice error={error} retry={reload} />}
      {open === "changes" && value && <ChangeList changes={value.changes} />}
      {open === "text" && value && <pre class="items-text">{value.text}</pre>}
    </>
  );
}

interface DecideProps {
  proposal: Proposal;
  own: boolean;
  onDone: () => void;
  onClose: () => void;
}

function DecideDialog({ proposal, own, onDone, onClose }: DecideProps) {
  const { t } = useApp();
  const [note, setNote] = useState("");
  const { busy, error, save } = useSaving<unknown>(onDone);
  const { value } = useAnswer(proposal.digest, () => api.itemList(proposal.digest));
  const i = t.items;
  const approvable = proposal.may_approve;
  const decide = (approved: boolean) => void save(api.decideList(proposal.id, approved, note.trim()));
  return (
    <Dialog title={`${own ? i.takeBack : i.decide} ${proposal.version}`} wide onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          decide(approvable);
        }}
      >
        {value && <ChangeList changes={value.changes} />}
        <TextField label={i.decisionNote} value={note} onChange={setNote} lines={3} focus />
        {error && <Problem error={error} />}
        <FormFoot busy={busy} error={null} onClose={onClose} submit={approvable ? i.approve : own ? i.takeBack : i.reject}>
          {approvable && (
            <button type="button" class="button" disabled={busy} onClick={() => decide(false)}>
              {i.reject}
            </button>
          )}
        </FormFoot>
      </form>
    </Dialog>
  );
}

// Documents of an explanation: links that save them, and a button to attach one to one's own, while nobody decided.

import { useRef, useState } from "preact/hooks";
import { api, type ApiError } from "../api/client";
import type { Attached } from "../api/attention-types";
import { useApp } from "../state/app";
import { Problem } from "./form";
import { Icon } from "./icon";

const TYPES = "application/pdf,image/jpeg,image/png,application/vnd.openxmlformats-officedocument.wordprocessingml.document";

interface DocumentsProps {
  explanation: { id: string; by: string; state: string; documents: Attached[] };
  reload: () => void;
}

export function Documents({ explanation, reload }: DocumentsProps) {
  const { t, session } = useApp();
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const a = t.absences;
  const own = explanation.by === session.account && explanation.state === "waiting";
  const attach = async (file: File | undefined) => {
    if (!file) return;
    setBusy(true);
    const answer = await api.attach(explanation.id, file);
    setBusy(false);
    setError(answer.ok ? null : answer.error);
    if (answer.ok) reload();
  };
  if (!own && explanation.documents.length === 0) return null;
  return (
    <span class="documents">
      {explanation.documents.map((each) => (
        <a key={each.id} href={api.documentUrl(explanation.id, each.id)} download={each.name} data-document={each.name}>
          <Icon name="download" size={14} />
          {each.name} <small class="quiet">{a.kilobytes(Math.max(1, Math.round(each.size_bytes / 1024)))}</small>
        </a>
      ))}
      {own && (
        <>
          <input ref={input} type="file" accept={TYPES} hidden aria-label={a.attach} onChange={(event) => void attach(event.currentTarget.files?.[0])} />
          <button type="button" class="button" disabled={busy} title={a.attachHint} onClick={() => input.current?.click()}>
            {busy ? t.cases.busy : a.attach}
          </button>
        </>
      )}
      {error && <Problem error={error} />}
    </span>
  );
}

// The head of a printed page: of which site, who printed it, and when.

import { useEffect, useState } from "preact/hooks";
import { api } from "../api/client";
import { useApp } from "../state/app";
import { dateTime, zoneLabel } from "../time/format";

export function PrintHead() {
  const { t, site, session } = useApp();
  const [nowMs, setNow] = useState(() => api.serverNow());
  useEffect(() => {
    const print = () => setNow(api.serverNow());
    window.addEventListener("beforeprint", print);
    return () => window.removeEventListener("beforeprint", print);
  }, []);
  return (
    <p class="print-head">
      <strong>{site.name}</strong>
      <span>{t.printed(`${session.display_name}（${session.account}）`, `${dateTime(nowMs, site.timezone)} ${zoneLabel(site.timezone, nowMs)}`)}</span>
    </p>
  );
}

// A long value that people compare and paste: shown whole, copied by a button.

import { useState } from "preact/hooks";
import { useApp } from "../state/app";
import { Icon } from "./icon";

export function CopyValue({ label, value }: { label: string; value: string }) {
  const { t } = useApp();
  const [copied, setCopied] = useState(false);
  const copy = () => {
    void navigator.clipboard?.writeText(value).then(() => {
      setCopied(true);
      window.setTimeout(() => setCopied(false), 1500);
    });
  };
  return (
    <div class="copy-value">
      <span class="copy-label">{label}</span>
      <code>{value}</code>
      <button type="button" class="icon-button small" onClick={copy} title={copied ? t.common.copied : t.common.copy} aria-label={`${t.common.copy}: ${label}`}>
        <Icon name={copied ? "check" : "copy"} size={15} />
      </button>
    </div>
  );
}

// A long value that people compare and paste: shown whole, copied by a button.

import { useRef, useState } from "preact/hooks";
import { useApp } from "../state/app";
import { Icon } from "./icon";

/** Browsers offer the clipboard to pages behind TLS only: elsewhere the value is selected, and copied the old way. */
function copySelected(shown: HTMLElement): boolean {
  const selection = window.getSelection();
  selection?.selectAllChildren(shown);
  return document.execCommand("copy");
}

export function CopyValue({ label, value }: { label: string; value: string }) {
  const { t } = useApp();
  const shown = useRef<HTMLElement>(null);
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    const done = navigator.clipboard ? await navigator.clipboard.writeText(value).then(() => true, () => false) : false;
    // What cannot be copied stays selected, for the keyboard.
    if (!done && !(shown.current && copySelected(shown.current))) return;
    setCopied(true);
    window.setTimeout(() => setCopied(false), 1500);
  };
  return (
    <div class="copy-value">
      <span class="copy-label">{label}</span>
      <code ref={shown}>{value}</code>
      <button type="button" class="icon-button small" onClick={() => void copy()} title={copied ? t.common.copied : t.common.copy} aria-label={`${t.common.copy}: ${label}`}>
        <Icon name={copied ? "check" : "copy"} size={15} />
      </button>
      <span class="sr" role="status">
        {copied && t.common.copied}
      </span>
    </div>
  );
}

// A modal dialog on the browser's own <dialog>: it keeps the focus inside and gives it back. Escape and a press beside
// it close it; once something was typed, a press beside it does nothing and Escape asks first.

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { useApp } from "../state/app";
import { Icon } from "./icon";

interface DialogProps {
  title: string;
  onClose: () => void;
  wide?: boolean;
  side?: boolean; // a drawer at the right edge
  children: ComponentChildren;
}

export function Dialog({ title, onClose, wide = false, side = false, children }: DialogProps) {
  const { t } = useApp();
  const box = useRef<HTMLDialogElement>(null);
  const label = useId();
  const [typed, setTyped] = useState(false);
  const [asking, setAsking] = useState(false);
  const outside = useRef(false); // the button went down beside the dialog: no selection that ends there
  const latest = useRef(onClose);
  latest.current = onClose;
  useEffect(() => {
    const dialog = box.current;
    if (!dialog) return;
    const before = document.activeElement;
    if (!dialog.open) dialog.showModal();
    // Browsers close it themselves where Escape is pressed twice.
    const closed = () => latest.current();
    dialog.addEventListener("close", closed);
    return () => {
      dialog.removeEventListener("close", closed);
      dialog.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={box}
      class={`dialog${wide ? " dialog-wide" : ""}${side ? " dialog-side" : ""}`}
      aria-labelledby={label}
      onInput={(event) => {
        setAsking(false);
        if ((event.target as HTMLElement).matches("textarea, input[type=text]")) setTyped(true);
      }}
      onCancel={(event) => {
        if (event.target !== box.current) return;
        event.preventDefault();
        if (typed && !asking) setAsking(true);
        else onClose();
      }}
      onPointerDown={(event) => {
        outside.current = event.target === box.current;
      }}
      onClick={(event) => {
        if (event.target === box.current && outside.current && !typed) onClose();
      }}
    >
      <div class="dialog-box">
        <header class="dialog-head">
          <h2 id={label}>{title}</h2>
          <button type="button" class="icon-button" aria-label={t.common.close} title={t.common.close} onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        {asking && (
          <p class="callout callout-warn" role="alert">
            <Icon name="alert" />
            <span>{t.common.escapeAgain}</span>
          </p>
        )}
        {children}
      </div>
    </dialog>
  );
}

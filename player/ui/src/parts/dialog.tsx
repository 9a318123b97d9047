// A modal dialog on the browser's own <dialog>: it keeps the focus inside and closes on Escape.

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
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
  useEffect(() => {
    const dialog = box.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={box}
      class={`dialog${wide ? " dialog-wide" : ""}${side ? " dialog-side" : ""}`}
      aria-labelledby={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === box.current) onClose();
      }}
    >
      <div class="dialog-box">
        <header class="dialog-head">
          <h2 id={label}>{title}</h2>
          <button type="button" class="icon-button" aria-label={t.common.close} title={t.common.close} onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}

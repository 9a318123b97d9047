// A large notice where footage would be: why there is none, and what can be done.

import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon";

interface BoardProps {
  icon: IconName;
  title: string;
  tone: "calm" | "bad" | "warn";
  small?: boolean;
  children: ComponentChildren;
}

export function Board({ icon, title, tone, small = false, children }: BoardProps) {
  return (
    <div class={`board board-${tone}${small ? " board-small" : ""}`} role={tone === "bad" ? "alert" : undefined}>
      <Icon name={icon} size={small ? 30 : 46} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

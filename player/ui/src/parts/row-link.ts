// A press anywhere on a table's row opens what its link opens, as the link itself would: with Ctrl in a new tab. Who
// marks text in it, to copy it, opens nothing.

import { go } from "../state/route";

export function opensOnPress(href: string) {
  const open = (event: MouseEvent) => {
    if ((event.target as HTMLElement).closest("a, button, input, select")) return;
    if (window.getSelection()?.isCollapsed === false) return;
    if (event.ctrlKey || event.metaKey || event.button === 1) window.open(href, "_blank", "noopener");
    else if (event.button === 0) go(href);
  };
  return { onClick: open, onAuxClick: (event: MouseEvent) => event.button === 1 && open(event) };
}

// Which key does what while watching live. Pure.

import type { KeyPress } from "../player/keys";

export type LiveCommand = { do: "mute" } | { do: "full" };

export function liveCommand({ key, ctrlKey, metaKey, altKey }: KeyPress): LiveCommand | null {
  if (ctrlKey || metaKey || altKey) return null;
  if (key === "m" || key === "M") return { do: "mute" };
  if (key === "f" || key === "F") return { do: "full" };
  return null;
}

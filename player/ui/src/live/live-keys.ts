// Which key does what while watching live or looking back. Pure.

import type { KeyPress } from "../player/keys";

export type LiveCommand = { do: "mute" } | { do: "full" } | { do: "skip"; seconds: number } | { do: "toggle" } | { do: "live" };

export const SKIP_S = 10;

export function liveCommand({ key, ctrlKey, metaKey, altKey }: KeyPress): LiveCommand | null {
  if (ctrlKey || metaKey || altKey) return null;
  switch (key) {
    case "m":
    case "M":
      return { do: "mute" };
    case "f":
    case "F":
      return { do: "full" };
    case "ArrowLeft":
      return { do: "skip", seconds: -SKIP_S };
    case "ArrowRight":
      return { do: "skip", seconds: SKIP_S };
    case " ":
    case "k":
    case "K":
      return { do: "toggle" };
    case "l":
    case "L":
    case "End":
      return { do: "live" };
    default:
      return null;
  }
}

// Which key does what in the player. Pure: the event goes in, a command comes out.

export type Command =
  | { do: "toggle" }
  | { do: "skip"; ms: number }
  | { do: "frame"; step: 1 | -1 }
  | { do: "rate"; step: 1 | -1 }
  | { do: "mute" }
  | { do: "full" }
  | { do: "edge"; end: boolean };

export const RATES = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4] as const;
const SKIP_MS = 5000;

export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

export function commandOf({ key, ctrlKey, metaKey, altKey }: KeyPress): Command | null {
  if (ctrlKey || metaKey || altKey) return null;
  switch (key) {
    case " ":
    case "k":
    case "K":
      return { do: "toggle" };
    case "ArrowLeft":
      return { do: "skip", ms: -SKIP_MS };
    case "ArrowRight":
      return { do: "skip", ms: SKIP_MS };
    case ",":
      return { do: "frame", step: -1 };
    case ".":
      return { do: "frame", step: 1 };
    case "<":
      return { do: "rate", step: -1 };
    case ">":
      return { do: "rate", step: 1 };
    case "m":
    case "M":
      return { do: "mute" };
    case "f":
    case "F":
      return { do: "full" };
    case "Home":
      return { do: "edge", end: false };
    case "End":
      return { do: "edge", end: true };
    default:
      return null;
  }
}

/** The next allowed rate in a direction. */
export function nextRate(rate: number, step: 1 | -1): number {
  const index = RATES.findIndex((each) => each >= rate - 0.001);
  return RATES[Math.max(0, Math.min(RATES.length - 1, index + step))] ?? 1;
}

// Where the user is, in the URL's fragment: "#/library?q=…". The fragment needs no rule on the server, and what
// is searched for stays out of the access logs of whatever stands in front of it.

export interface Route {
  path: readonly string[]; // ["recordings", "r…"]
  query: Readonly<Record<string, string>>;
}

export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  return {
    path: path.split("/").filter(Boolean).map(decoded),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

export function routeText(path: readonly string[], query: Readonly<Record<string, string | undefined>> = {}): string {
  const pairs = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]));
  const text = new URLSearchParams(pairs).toString();
  return `#/${path.map(encodeURIComponent).join("/")}${text ? `?${text}` : ""}`;
}

/** Go somewhere; `replace` leaves no step for the back button (typing in a search box). */
export function go(hash: string, replace = false): void {
  if (replace) {
    history.replaceState(history.state, "", hash);
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  } else {
    window.location.hash = hash;
  }
}

/** A part that somebody typed with a stray "%" stands for itself. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const OF_ONE = new Set(["recordings", "rooms", "sittings", "cases", "samples", "live", "statistics"]);

/** What tells pages apart: the rest of the route is a drawer, a tab or a filter of the same page. */
export function pageKey({ path }: Route): string {
  const [section = "", ...rest] = path;
  return OF_ONE.has(section) ? [section, ...rest].join("/") : section;
}

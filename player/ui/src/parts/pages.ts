// Which pages there are, in which group of the navigation, and who is shown them.

import type { Action, Session } from "../api/types";
import type { Dictionary } from "../i18n/zh";
import { may } from "../state/app";
import type { IconName } from "./icon";

export interface PageLink {
  path: string; // first part of the route
  name: string;
}

export interface PageGroup {
  name: string;
  icon: IconName;
  pages: PageLink[]; // none of them empty: a group without pages is not shown
}

type Offered = [path: string, name: string, shown: boolean];

/** The groups with the pages that this session may open. The server decides again on every request. */
export function pageGroups(session: Session, t: Dictionary): PageGroup[] {
  const can = (action: Action) => may(session, action);
  const groups: [string, IconName, Offered[]][] = [
    [
      t.nav.live,
      "room",
      [
        ["rooms", t.nav.rooms, can("room.read")],
        ["sittings", t.nav.sittings, can("sitting.read")],
      ],
    ],
    [
      t.nav.footage,
      "library",
      [
        ["docks", t.nav.docks, can("dock.read")],
        ["library", t.nav.library, can("recording.list")],
        ["retention", t.retention.nav, can("retention.read")],
        ["clocks", t.clocks.title, can("dock.read")],
        ["slate", t.clocks.slate.title, true],
      ],
    ],
    [
      t.cases.nav,
      "folder",
      [
        ["cases", t.cases.nav, can("case.read")],
        ["findings", t.cases.navFindings, can("case.read") || can("absence.read")],
        ["roster", t.roster.nav, can("roster.read")],
        ["items", t.items.nav, can("case.read") || can("items.propose")],
      ],
    ],
    [
      t.nav.oversight,
      "eye",
      [
        ["statistics", t.statistics.nav, can("compliance.read")],
        ["samples", t.samples.nav, can("sample.read")],
        ["log", t.nav.log, can("viewing.read")],
      ],
    ],
  ];
  return groups
    .map(([name, icon, offered]) => ({
      name,
      icon,
      pages: offered.filter(([, , shown]) => shown).map(([path, page]) => ({ path, name: page })),
    }))
    .filter((group) => group.pages.length > 0);
}

/** The page that a route belongs to: a recording is opened from the library, live pictures from the wall. */
export function pageOf(section: string): string {
  if (section === "recordings") return "library";
  return section === "live" ? "rooms" : section;
}

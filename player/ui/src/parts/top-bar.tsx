// The bar at the top: site, pages, and who is signed in.

import { may, useApp } from "../state/app";
import { routeText } from "../state/route";
import type { Language } from "../time/format";
import { Icon, type IconName } from "./icon";
import { LanguageSwitch, ThemeSwitch } from "./switches";

export function Mark({ size = 26 }: { size?: number }) {
  return <img class="mark" src="./icon.svg" width={size} height={size} alt="" />;
}

interface TopBarProps {
  section: string; // the page that is shown
  setLanguage: (language: Language) => void;
  onSignOut: () => void;
}

export function TopBar({ section, setLanguage, onSignOut }: TopBarProps) {
  const { t, site, session, attention } = useApp();
  const urgent = attention?.unrecorded.length ?? 0;
  const current = section === "recordings" ? "library" : section;
  const pages: [string, string, IconName, boolean][] = [
    ["rooms", t.nav.rooms, "room", may(session, "room.read")],
    ["sittings", t.nav.sittings, "clock", may(session, "sitting.read")],
    ["docks", t.nav.docks, "dock", may(session, "dock.read")],
    ["library", t.nav.library, "library", may(session, "recording.list")],
    ["cases", t.cases.nav, "folder", may(session, "case.read")],
    ["findings", t.cases.navFindings, "flag", may(session, "case.read") || may(session, "absence.read")],
    ["log", t.nav.log, "log", may(session, "viewing.read")],
  ];
  return (
    <header class="top">
      <a class="brand" href={routeText([])}>
        <Mark />
        <span>{site.name}</span>
      </a>
      <nav class="nav" aria-label={t.nav.label}>
        {pages
          .filter(([, , , shown]) => shown)
          .map(([path, name, icon]) => (
            <a key={path} href={routeText([path])} aria-current={current === path ? "page" : undefined}>
              <Icon name={icon} />
              <span>{name}</span>
              {path === "findings" && urgent > 0 && (
                <b class="nav-badge" title={t.absences.attention(urgent)} aria-label={t.absences.attention(urgent)}>
                  {urgent}
                </b>
              )}
            </a>
          ))}
      </nav>
      <div class="top-right">
        <LanguageSwitch setLanguage={setLanguage} />
        <ThemeSwitch />
        <div class="who" title={`${session.account}${session.unit ? ` · ${session.unit}` : ""}`}>
          <strong>{session.display_name}</strong>
          <small>{session.roles.map((role) => t.roles[role] ?? role).join(" · ")}</small>
        </div>
        <button type="button" class="icon-button" title={t.account.signOut} aria-label={t.account.signOut} onClick={onSignOut}>
          <Icon name="out" />
        </button>
      </div>
    </header>
  );
}

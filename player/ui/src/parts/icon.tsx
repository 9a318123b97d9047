// Line icons on a 24 px grid, drawn for this project.

const PATHS = {
  check: "M5 12.500l4.500 4.500L19 7.500",
  checkCircle: "M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18M8 12.300l2.800 2.800L16 9.700",
  alert: "M12 4L21 19.500H3zM12 10v4.500M12 17v.3",
  copy: "M9 9h10v11H9zM5 15V4h10",
  download: "M12 4v11M7.500 11l4.500 4.500L16.500 11M5 20h14",
  seal: "M12 3.500l7.500 2.800v5.500c0 4.300-3 7.200-7.500 9.200c-4.500-2-7.500-4.900-7.500-9.200V6.300zM8.800 12l2.300 2.300L15.400 10",
  clock: "M12 3.500a8.500 8.500 0 1 0 0 17a8.500 8.500 0 0 0 0-17M12 7.500V12l3 2",
  dock: "M8 3.500h8v9H8zM12 6v.2M5 16.500h14M5 16.500l-1 4h16l-1-4M10.500 12.500v4M13.500 12.500v4",
  unplug: "M8 4v4M16 4v4M6 8h12v3a6 6 0 0 1-12 0zM12 17v4M4 4l16 16",
  library: "M4 5h16v14H4zM4 9h16M9 9v10",
  log: "M6 3.500h12v17H6zM9 8h6M9 12h6M9 16h3.500",
  search: "M10.500 4a6.500 6.500 0 1 0 0 13a6.500 6.500 0 0 0 0-13M15.500 15.500L20 20",
  play: "M8 5.500v13l10.500-6.500z",
  pause: "M8.500 5.500v13M15.500 5.500v13",
  back: "M4.500 12a7.500 7.500 0 1 0 2.300-5.400M4 4.500V9h4.500",
  forward: "M19.500 12a7.500 7.500 0 1 1-2.300-5.400M20 4.500V9h-4.500",
  frameBack: "M18 5.500v13L9 12zM6 5.500v13",
  frameForward: "M6 5.500v13L15 12zM18 5.500v13",
  volume: "M4 9.500v5h3.500L12 18.500v-13L7.500 9.500zM15.500 9.500a4 4 0 0 1 0 5M18 7a8 8 0 0 1 0 10",
  muted: "M4 9.500v5h3.500L12 18.500v-13L7.500 9.500zM16 9.800l4.500 4.500M20.500 9.800L16 14.300",
  full: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  exitFull: "M9 4v5H4M20 9h-5V4M15 20v-5h5M4 15h5v5",
  eye: "M2.500 12s3.500-6.500 9.500-6.500s9.500 6.500 9.500 6.500s-3.500 6.500-9.500 6.500S2.500 12 2.500 12M12 9.300a2.700 2.700 0 1 0 0 5.400a2.700 2.700 0 0 0 0-5.400",
  lock: "M6 10.500h12v9.500H6zM8.500 10.500V8a3.500 3.500 0 0 1 7 0v2.500M12 14v2.500",
  flag: "M6 21V4M6 4.500h11l-2.500 4L17 12.500H6",
  video: "M3.500 6.500h11v11h-11zM14.500 10.500l6-3v9l-6-3z",
  audio: "M9 17.500V6l10-2v11.500M9 17.500a2.500 2.500 0 1 1-5 0a2.500 2.500 0 0 1 5 0M19 15.500a2.500 2.500 0 1 1-5 0a2.500 2.500 0 0 1 5 0",
  photo: "M3.500 5.500h17v13h-17zM3.500 16l5-5l4 4l2.500-2.500l5.500 5M15.500 8.800v.2",
  other: "M6 3.500h8l4 4v13H6zM14 3.500v4h4",
  sun: "M12 8a4 4 0 1 0 0 8a4 4 0 0 0 0-8M12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M18.700 5.300l-1.400 1.400M6.700 17.300l-1.400 1.400",
  moon: "M19.500 14.500A8 8 0 0 1 9.500 4.500a8 8 0 1 0 10 10",
  auto: "M12 3.500a8.500 8.500 0 1 0 0 17zM12 3.500a8.500 8.500 0 0 1 0 17",
  out: "M10 4H5v16h5M15 8l4 4l-4 4M19 12H9.500",
  chevron: "M9 5.500l6.500 6.500L9 18.500",
  chevronLeft: "M15 5.500L8.500 12l6.500 6.500",
  close: "M6 6l12 12M18 6L6 18",
  user: "M12 4a4 4 0 1 0 0 8a4 4 0 0 0 0-8M4.500 20.500c.8-4 3.700-6 7.500-6s6.700 2 7.500 6",
  filter: "M4 5.500h16l-6 7.500v5.500l-4 2V13z",
  keyboard: "M3 7h18v11H3zM6.500 10.500v.1M10 10.500v.1M14 10.500v.1M17.500 10.500v.1M8 14.500h8",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18, filled = false }: { name: IconName; size?: number; filled?: boolean }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill={filled ? "currentColor" : "none"}
      stroke="currentColor"
      stroke-width="1.700"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

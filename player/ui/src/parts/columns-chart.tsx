// A chart of stacked columns, each the parts of a whole. Our own SVG: patterns and not colours alone tell the parts
// apart, and whoever uses it puts the same numbers into a table beside it.

export interface ColumnPart {
  look: "shown" | "doubtful" | "missing";
  part: number; // of 1
}

export interface Column {
  label: string;
  title: string; // said when pointed at
  parts: ColumnPart[]; // none: there is nothing to show
}

const HEIGHT = 190;
const TOP = 8;
const BASE = HEIGHT - 22;
const LEFT = 52; // "100%" in the larger type of a narrow page
const STEP_MIN = 22;
const WIDTH = 1040;

export function ColumnsChart({ columns, label }: { columns: readonly Column[]; label: string }) {
  const step = Math.max(STEP_MIN, (WIDTH - LEFT) / Math.max(1, columns.length));
  const width = LEFT + step * columns.length;
  const bar = Math.min(46, step * 0.62);
  const everyNth = Math.ceil(46 / step);
  const y = (share: number) => BASE - share * (BASE - TOP);
  return (
    <svg class="columns-chart" viewBox={`0 0 ${width} ${HEIGHT}`} role="img" aria-label={label}>
      <Patterns />
      {[0, 0.25, 0.5, 0.75, 1].map((share) => (
        <g key={share}>
          <line class="grid" x1={LEFT} x2={width} y1={y(share)} y2={y(share)} />
          <text class="axis" x={LEFT - 6} y={y(share) + 4} text-anchor="end">
            {share * 100}%
          </text>
        </g>
      ))}
      {columns.map((column, index) => (
        <ColumnBar key={column.label} column={column} x={LEFT + step * (index + 0.5)} bar={bar} y={y} labelled={index % everyNth === 0} />
      ))}
    </svg>
  );
}

interface ColumnBarProps {
  column: Column;
  x: number; // its middle
  bar: number; // its width
  y: (share: number) => number;
  labelled: boolean;
}

function ColumnBar({ column, x, bar, y, labelled }: ColumnBarProps) {
  let below = 0;
  return (
    <g>
      <title>{column.title}</title>
      <rect x={x - bar / 2} y={TOP} width={bar} height={BASE - TOP} class="hit" />
      {column.parts.map(({ look, part }) => {
        const top = y(below + part);
        const height = y(below) - top;
        below += part;
        return height > 0 && <rect key={look} class={`part-${look}`} x={x - bar / 2} y={top} width={bar} height={Math.max(height, 0.8)} />;
      })}
      {column.parts.length === 0 && <line class="nothing" x1={x - bar / 4} x2={x + bar / 4} y1={BASE - 2} y2={BASE - 2} />}
      {labelled && (
        <text class="axis" x={x} y={HEIGHT - 6} text-anchor="middle">
          {column.label}
        </text>
      )}
    </g>
  );
}

function Patterns() {
  return (
    <defs>
      <pattern id="hatch-missing" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect class="pattern-soft-bad" width="7" height="7" />
        <rect class="pattern-bad" width="4" height="7" />
      </pattern>
      <pattern id="hatch-doubtful" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
        <rect class="pattern-soft-warn" width="8" height="8" />
        <rect class="pattern-warn" width="3" height="8" />
      </pattern>
    </defs>
  );
}

/** A bar within a table's cell: `part` of 1. */
export function CellBar({ part, look = "accent" }: { part: number; look?: "accent" | "good" }) {
  return (
    <svg class={`cell-bar cell-bar-${look}`} viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" width="100" height="8" />
      <rect class="fill" width={Math.max(0, Math.min(1, part)) * 100} height="8" />
    </svg>
  );
}

interface ChartKeyProps {
  colour: string;
  dash?: string;
  width?: number;
}

/** A short piece of a line, as legends show it. */
export function ChartKey({ colour, dash, width = 1.5 }: ChartKeyProps) {
  return (
    <svg className="chart-key" width={18} height={8} aria-hidden="true">
      <line
        x1={0}
        x2={18}
        y1={4}
        y2={4}
        stroke={colour}
        strokeWidth={Math.max(2, width)}
        strokeDasharray={dash}
      />
    </svg>
  );
}

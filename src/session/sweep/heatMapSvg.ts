import type { SweepSpec } from './sweepSpec.ts';
import type { PointSummary } from './sweepSummary.ts';

const CELL = { width: 84, height: 34 };
const MARGIN = { left: 52, top: 44, between: 36 };

/** From worst to best; text changes colour where the ground gets dark. */
const SHADES = ['#eef4f9', '#d8e8f4', '#bcd8ec', '#9cc6e3', '#1f73ab', '#0f659c', '#084b78'];
const FIRST_DARK = 4;

interface Quantity {
  title: string;
  isGain: boolean;
  value: (point: PointSummary) => number | null;
  text: (value: number) => string;
}

const QUANTITIES: readonly Quantity[] = [
  {
    title: 'test accuracy, %',
    isGain: true,
    value: ({ accuracy }) => accuracy,
    text: (value) => (100 * value).toFixed(1),
  },
  {
    title: 'memory, KiB',
    isGain: false,
    value: ({ cost }) => cost.planBytes,
    text: (value) => (value / 1024).toFixed(0),
  },
  {
    title: 'figure of merit',
    isGain: false,
    value: ({ figureOfMerit }) => figureOfMerit,
    text: (value) => value.toFixed(3),
  },
];

function shadeOf(value: number, values: readonly number[], isGain: boolean): number {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const share = high > low ? (value - low) / (high - low) : 0.5;
  return Math.round((isGain ? share : 1 - share) * (SHADES.length - 1));
}

function mapOf(quantity: Quantity, spec: SweepSpec, points: readonly PointSummary[], left: number): string[] {
  const { truncationInterval: ks, blockSize: ns } = spec.axes;
  const { title, isGain, value, text } = quantity;
  const known = points.flatMap((point) => value(point) ?? []);
  const lines = [`<text x="${left}" y="16" font-weight="600">${title}</text>`];
  for (const [column, k] of ks.entries()) {
    const x = left + MARGIN.left + (column + 0.5) * CELL.width;
    lines.push(`<text x="${x}" y="${MARGIN.top - 6}" text-anchor="middle" fill="#505c6b">k = ${k}</text>`);
  }
  for (const [index, n] of ns.entries()) {
    const y = MARGIN.top + index * CELL.height;
    lines.push(`<text x="${left}" y="${y + CELL.height / 2 + 4}" fill="#505c6b">n = ${n}</text>`);
    for (const [column, k] of ks.entries()) {
      const point = points.find((each) => each.point.truncationInterval === k && each.point.blockSize === n);
      const number = point ? value(point) : null;
      if (number === null) continue;
      const shade = shadeOf(number, known, isGain);
      const x = left + MARGIN.left + column * CELL.width;
      const ink = shade >= FIRST_DARK ? '#ffffff' : '#17202b';
      lines.push(
        `<rect x="${x + 1}" y="${y + 1}" width="${CELL.width - 2}" height="${CELL.height - 2}" rx="4" fill="${SHADES[shade]}"/>`,
        `<text x="${x + CELL.width / 2}" y="${y + CELL.height / 2 + 4}" text-anchor="middle" fill="${ink}">${text(number)}</text>`,
      );
    }
  }
  return lines;
}

/**
 * Heat maps of accuracy, memory and figure of merit over (k, n) as the text of an SVG file, on a white ground.
 * @param name Of the sweep, for people who hear it.
 */
export function heatMapSvg(name: string, spec: SweepSpec, points: readonly PointSummary[]): string {
  const { truncationInterval: ks, blockSize: ns } = spec.axes;
  const mapWidth = MARGIN.left + ks.length * CELL.width;
  const width = QUANTITIES.length * mapWidth + (QUANTITIES.length - 1) * MARGIN.between + 16;
  const height = MARGIN.top + ns.length * CELL.height + 10;
  const maps = QUANTITIES.flatMap((quantity, i) =>
    mapOf(quantity, spec, points, 8 + i * (mapWidth + MARGIN.between)),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13">`,
    `<title>${name}: test accuracy, memory and figure of merit over k and n</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...maps,
    '</svg>',
    '',
  ].join('\n');
}

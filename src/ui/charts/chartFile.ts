import { csvText } from '../../core/cost/costReport.ts';
import { saveFile } from '../shared/saveFile.ts';
import { svgText } from '../shared/svgText.ts';
import type { ChartData, ChartSpec, Series } from './chartSpecs.ts';

/** One run of a chart, for files. */
export interface ChartRun {
  label: string;
  data: ChartData;
}

/** Every value of every run in a chart: run, series, place on the axis, value; exact, without thinning. */
export function chartCsv(
  { axis, unit }: Pick<ChartSpec, 'axis' | 'unit'>,
  runs: readonly ChartRun[],
): string {
  const lines: (string | number)[][] = [['run', 'series', axis, `value (${unit})`]];
  for (const { label, data } of runs) {
    for (const { key } of data.series) {
      for (const row of data.rows) if (row[key] !== undefined) lines.push([label, key, row.at, row[key]]);
    }
    for (const mark of data.marks)
      lines.push([label, `mark: ${mark.label}`, mark.epoch ?? '', mark.value ?? '']);
  }
  return csvText(lines);
}

/** A colour of the style sheets as it is now: `var(--chart-1)` has no meaning in a file of its own. */
function resolved(colour: string, styles: CSSStyleDeclaration): string {
  const name = /^var\((--[\w-]+)\)$/.exec(colour)?.[1];
  return name ? styles.getPropertyValue(name).trim() : colour;
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

const HEAD = 58;
const FONT = 'system-ui, sans-serif';

/** A chart as an SVG file of its own: title, legend and picture, in the colours that it has now. */
export function chartSvg(
  svg: SVGSVGElement,
  title: string,
  keys: readonly Pick<Series, 'name' | 'colour' | 'dash'>[],
): string {
  const { width, height } = svg.getBoundingClientRect();
  const styles = getComputedStyle(document.documentElement);
  const ink = styles.getPropertyValue('--ink').trim();
  const ground = styles.getPropertyValue('--surface').trim();
  let x = 12;
  let y = 42;
  const legend: string[] = [];
  for (const { name, colour, dash } of keys) {
    // System fonts are about half as wide as they are high.
    const room = 34 + name.length * 6.2;
    if (x + room > width && x > 12) {
      x = 12;
      y += 16;
    }
    const stroke = `stroke="${resolved(colour, styles)}" stroke-width="2"${dash ? ` stroke-dasharray="${dash}"` : ''}`;
    legend.push(
      `<line x1="${x}" x2="${x + 18}" y1="${y - 4}" y2="${y - 4}" ${stroke}/>`,
      `<text x="${x + 23}" y="${y}" font-family="${FONT}" font-size="11" fill="${ink}">${escaped(name)}</text>`,
    );
    x += room;
  }
  const top = Math.max(HEAD, y + 14);
  const picture = svgText(svg).trim().replace('<svg', `<svg y="${top}"`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height + top}" viewBox="0 0 ${width} ${height + top}">`,
    `<rect width="100%" height="100%" fill="${ground}"/>`,
    `<text x="12" y="22" font-family="${FONT}" font-size="15" font-weight="600" fill="${ink}">${escaped(title)}</text>`,
    ...legend,
    picture,
    '</svg>\n',
  ].join('\n');
}

/** Pixels of an exported picture per CSS pixel: sharp on paper and on dense screens. */
const DENSITY = 2;

/** @throws Error where the browser cannot draw the picture. */
export async function pngOf(svg: string): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth * DENSITY;
    canvas.height = image.naturalHeight * DENSITY;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (!blob) throw new Error('The browser made no PNG of the chart.');
    return blob;
  } finally {
    URL.revokeObjectURL(url);
  }
}

export type ChartFormat = 'png' | 'svg' | 'csv';

const TYPES = { png: 'image/png', svg: 'image/svg+xml', csv: 'text/csv' } as const;

/** Hands a file of the chart to the browser's downloads. */
export function saveChart(id: string, format: ChartFormat, content: BlobPart): void {
  saveFile(`spikelet-${id}.${format}`, TYPES[format], content);
}

import type { EpochMetrics } from '../../trainer/messages.ts';
import { formatLayers } from '../layerNotation.ts';
import type { Session } from '../session.ts';
import { readSetting, SESSION_FIELDS } from '../sessionFields.ts';
import { figuresTable } from './figures.ts';

/** What a report is made of. */
export interface ReportFacts {
  session: Session;
  epochs: readonly EpochMetrics[];
  dataset: {
    name: string;
    synthetic: boolean;
    fingerprint: string;
    trainSamples: number;
    testSamples: number;
  };
  /** The adapter as one line; GPU bytes as planned and as measured. */
  adapter: string;
  forecastBytes: number | null;
  measuredBytes: number | null;
  /** Share link, with the run's results where it may hold them. */
  link: string;
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const WIDTH = 640;
const HEIGHT = 220;
const EDGE = { left: 48, right: 12, top: 12, bottom: 28 } as const;
const COLOURS = ['#0072b2', '#c24e00', '#00705a', '#7a3e9d', '#8a5a00', '#505c6b'];

interface Curve {
  name: string;
  points: [epoch: number, value: number][];
}

/** Curves over the epochs as SVG, with the range of both axes written at their ends. */
function chart(title: string, curves: readonly Curve[], top: number): string {
  const epochs = curves.flatMap(({ points }) => points.map(([epoch]) => epoch));
  const last = Math.max(1, ...epochs);
  const x = (epoch: number) => EDGE.left + ((WIDTH - EDGE.left - EDGE.right) * epoch) / last;
  const y = (value: number) => HEIGHT - EDGE.bottom - ((HEIGHT - EDGE.top - EDGE.bottom) * value) / top;
  const lines = curves.map(({ name, points }, i) => {
    const path = points.map(([epoch, value]) => `${x(epoch).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
    const colour = COLOURS[i % COLOURS.length];
    return (
      `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${path}"><title>${escapeHtml(name)}</title></polyline>` +
      `<text x="${EDGE.left + 8 + 150 * (i % 4)}" y="${EDGE.top + 10 + 14 * Math.floor(i / 4)}" fill="${colour}">${escapeHtml(name)}</text>`
    );
  });
  const base = HEIGHT - EDGE.bottom;
  return (
    `<figure><figcaption>${escapeHtml(title)}</figcaption><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">` +
    `<path d="M${EDGE.left} ${EDGE.top}V${base}H${WIDTH - EDGE.right}" fill="none" stroke="#8590a0"/>` +
    `<text x="${EDGE.left - 6}" y="${EDGE.top + 10}" text-anchor="end">${top.toPrecision(2)}</text><text x="${EDGE.left - 6}" y="${base}" text-anchor="end">0</text>` +
    `<text x="${EDGE.left}" y="${HEIGHT - 8}">epoch 0</text><text x="${WIDTH - EDGE.right}" y="${HEIGHT - 8}" text-anchor="end">${last}</text>` +
    `${lines.join('')}</svg></figure>`
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  return `<table><thead>${line(head, 'th')}</thead><tbody>${rows.map((row) => line(row, 'td')).join('')}</tbody></table>`;
}

const STYLE =
  'body{font:15px/1.5 system-ui,sans-serif;max-width:900px;margin:2rem auto;padding:0 1rem;color:#17202b;background:#fff}' +
  'table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums}td,th{border:1px solid #d5dbe3;padding:2px 8px;text-align:left}' +
  '.wide{overflow-x:auto}figure{margin:1rem 0}svg{width:100%;max-width:640px;font:11px system-ui,sans-serif}code{overflow-wrap:anywhere}';

/** A run as one HTML file that needs nothing else: settings, curves, tables, and the link that repeats it. */
export function htmlReport({ session, epochs, dataset, link, ...machine }: ReportFacts): string {
  const { truncationInterval: k, blockSize: n } = session.schedule;
  const blocks = Math.max(0, ...epochs.map(({ testAccuracyPerBlock }) => testAccuracyPerBlock.length));
  const accuracies: Curve[] = Array.from({ length: blocks }, (_, block) => ({
    name: block === blocks - 1 ? 'test' : `test, block ${block + 1}`,
    points: epochs.map(({ epoch, testAccuracyPerBlock }) => [epoch, testAccuracyPerBlock[block] ?? 0]),
  }));
  const training: Curve = {
    name: 'training samples',
    points: epochs.map(({ epoch, trainAccuracyPerBlock }) => [epoch, trainAccuracyPerBlock.at(-1) ?? 0]),
  };
  const losses: Curve = {
    name: 'loss',
    points: epochs.filter(({ epoch }) => epoch > 0).map(({ epoch, loss }) => [epoch, loss]),
  };
  const { head, rows } = figuresTable(epochs);
  const last = epochs[epochs.length - 1];
  const mebibytes = (bytes: number | null) =>
    bytes === null ? 'unknown' : `${(bytes / 2 ** 20).toFixed(2)} MiB`;
  const settings = SESSION_FIELDS.flatMap(({ path, short }) => {
    const value = readSetting(session, path);
    if (value === undefined) return [];
    const text = path === 'network.layers' ? formatLayers(session.network.layers) : String(value);
    return [[short, path, text]];
  });
  const title = `${dataset.name}, k = ${k}, n = ${n}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>
<h1>${escapeHtml(title)}</h1>
<p>Spiking network <code>${escapeHtml(formatLayers(session.network.layers))}</code>, trained by temporally-truncated local backpropagation through time with Spikelet.
${last ? `After ${last.epoch} epochs: test accuracy <b>${(100 * (last.testAccuracyPerBlock.at(-1) ?? 0)).toFixed(1)} %</b> of ${last.testSamples} samples.` : 'No epoch is finished.'}</p>
<p>${dataset.synthetic ? 'Generated data. ' : ''}${dataset.trainSamples} training and ${dataset.testSamples} test samples, fingerprint <code>${escapeHtml(dataset.fingerprint)}</code>.
Adapter: ${escapeHtml(machine.adapter)}. GPU memory: ${mebibytes(machine.measuredBytes)} measured, ${mebibytes(machine.forecastBytes)} forecast.</p>
<p>Repeat it: <a href="${escapeHtml(link)}">${escapeHtml(link.length > 120 ? `${link.slice(0, 117)}...` : link)}</a></p>
${chart('Accuracy', [...accuracies, training], 1)}
${chart('Training loss', [losses], Math.max(1e-9, ...losses.points.map(([, loss]) => loss)))}
<h2>Epochs</h2><div class="wide">${table(head, rows)}</div>
${last ? `<p>sha256 of all weights after epoch ${last.epoch}: <code>${escapeHtml(last.digest)}</code></p>` : ''}
<h2>Settings</h2>${table(['name', 'setting', 'value'], settings)}
</body></html>
`;
}

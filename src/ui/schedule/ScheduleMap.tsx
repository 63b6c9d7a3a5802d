import {
  type CSSProperties,
  type FocusEvent,
  type KeyboardEvent,
  memo,
  type PointerEvent,
  useRef,
  useState,
} from 'react';
import type { Schedule } from '../../core/schedule.ts';
import type { Fit, MapCell } from '../../session/scheduleMap/mapCells.ts';
import { type MapSummary, shadeOf, summarizeMap } from '../../session/scheduleMap/mapSummary.ts';
import { formatBytes, formatChange } from '../shared/format.ts';
import { useActions, useSession } from '../shared/sessionContext.tsx';
import { useForecast } from './ForecastContext.tsx';
import { type ScheduleMapView, useScheduleMap } from './useScheduleMap.ts';
import './scheduleMap.css';

const FIT_WORDS: Record<Fit, string> = {
  whole: 'the batch fits whole',
  cut: 'fits in micro-batches',
  none: 'does not fit, not even one sample at a time',
};

/** More columns than this have every other k written below them. */
const MAX_NAMED = 14;

/** A cell for every (k, n), coloured by the predicted peak: what fits, what is chosen, what is cheapest. */
export function ScheduleMap() {
  const frame = useRef<HTMLElement>(null);
  const map = useScheduleMap(frame);
  const schedule = useSession((state) => state.settings.schedule);
  const { setSchedule } = useActions();
  const { knowsAdapter } = useForecast();
  const [pointed, setPointed] = useState<Schedule | null>(null);
  const summary = summarizeMap(map.cells.values());
  const total = map.ks.length * map.ns.length;

  return (
    <section className="map" ref={frame} aria-labelledby="map-title">
      <h3 id="map-title">
        Every (k, n) <span className="muted">by predicted peak memory</span>
      </h3>
      <MapGrid map={map} summary={summary} schedule={schedule} onChoose={setSchedule} onPoint={setPointed} />
      <MapReadout at={pointed ?? schedule} map={map} summary={summary} isPointed={pointed !== null} />
      <MapLegend summary={summary} knowsAdapter={knowsAdapter} />
      <p className="map-state small muted" role="status">
        {map.problem
          ? `${map.problem.message} ${map.problem.hint}`
          : map.cells.size < total && summary.known > 0 && `Planning: ${summary.known} of ${total}`}
      </p>
    </section>
  );
}

interface MapGridProps {
  map: ScheduleMapView;
  summary: MapSummary;
  schedule: Schedule;
  onChoose: (schedule: Schedule) => void;
  onPoint: (schedule: Schedule | null) => void;
}

function readCell(target: EventTarget): Schedule | null {
  const cell = (target as Element).closest<HTMLElement>('[data-k]');
  return cell ? { truncationInterval: Number(cell.dataset.k), blockSize: Number(cell.dataset.n) } : null;
}

/** k to the right and n upwards, as in the diagram. Arrow keys move the focus; one cell is a stop of the Tab key. */
function MapGrid({ map, summary, schedule, onChoose, onPoint }: MapGridProps) {
  const { ks, ns, cellAt } = map;
  const { truncationInterval: k, blockSize: n } = schedule;
  const grid = useRef<HTMLTableElement>(null);
  const stride = Math.ceil(ks.length / MAX_NAMED);
  // The last k is named, and none so near to it that the two would run into each other.
  const last = ks.length - 1;
  const isNamed = (column: number) => column === last || (column % stride === 0 && last - column >= stride);

  const onKeyDown = (event: KeyboardEvent) => {
    const at = readCell(event.target);
    if (!at) return;
    const column = ks.indexOf(at.truncationInterval);
    const row = ns.indexOf(at.blockSize);
    const next: Record<string, [number, number]> = {
      ArrowRight: [column + 1, row],
      ArrowLeft: [column - 1, row],
      ArrowUp: [column, row + 1],
      ArrowDown: [column, row - 1],
      Home: [0, row],
      End: [ks.length - 1, row],
      PageUp: [column, ns.length - 1],
      PageDown: [column, 0],
    };
    if (!(event.key in next)) return;
    const [toColumn, toRow] = next[event.key];
    grid.current?.querySelector<HTMLElement>(`[data-k="${ks[toColumn]}"][data-n="${ns[toRow]}"]`)?.focus();
    event.preventDefault();
  };
  const point = (event: PointerEvent | FocusEvent) => {
    const at = readCell(event.target);
    if (at) onPoint(at);
  };

  return (
    <div className="map-axes" style={{ '--map-columns': ks.length } as CSSProperties}>
      <span className="map-axis-n" aria-hidden="true">
        n
      </span>
      <table
        ref={grid}
        className={ns.length > 10 ? 'map-grid map-grid-tall' : 'map-grid'}
        onKeyDown={onKeyDown}
        onPointerOver={point}
        onFocus={point}
        onPointerLeave={() => onPoint(null)}
        onBlur={() => onPoint(null)}
      >
        <caption className="visually-hidden">
          Map of (k, n): k to the right, n upwards. Arrow keys move, Enter chooses.
        </caption>
        <tbody>
          {ns.toReversed().map((blockSize) => (
            <tr key={blockSize}>
              <th scope="row" className="numbers">
                {blockSize}
              </th>
              {ks.map((truncationInterval) => {
                const cell = cellAt(truncationInterval, blockSize);
                const isHere = truncationInterval === k && blockSize === n;
                return (
                  <Cell
                    key={truncationInterval}
                    k={truncationInterval}
                    n={blockSize}
                    shade={cell?.peakBytes && summary.range ? shadeOf(cell.peakBytes, summary.range) : null}
                    fit={cell?.fit}
                    bytes={cell?.peakBytes ?? null}
                    isChosen={isHere}
                    isBest={
                      summary.best?.truncationInterval === truncationInterval &&
                      summary.best.blockSize === blockSize
                    }
                    onChoose={onChoose}
                  />
                );
              })}
            </tr>
          ))}
          <tr>
            <th scope="col" className="map-corner">
              <span aria-hidden="true">k</span>
              <span className="visually-hidden">n by k</span>
            </th>
            {ks.map((value, column) => (
              <th key={value} scope="col" className="numbers">
                {isNamed(column) ? value : <span className="visually-hidden">{value}</span>}
              </th>
            ))}
          </tr>
        </tbody>
      </table>
    </div>
  );
}

interface CellProps {
  k: number;
  n: number;
  /** 0 = the smallest peak of the map, 1 = the largest; null while it is not known. */
  shade: number | null;
  fit: Fit | undefined;
  bytes: number | null;
  isChosen: boolean;
  isBest: boolean;
  onChoose: (schedule: Schedule) => void;
}

const Cell = memo(function Cell(props: CellProps) {
  const { k, n, shade, fit, bytes, isChosen, isBest, onChoose } = props;
  const words = [
    `k = ${k}, n = ${n}`,
    fit === undefined ? 'being planned' : bytes === null ? '' : formatBytes(bytes),
    fit ? FIT_WORDS[fit] : '',
    isChosen ? 'chosen' : '',
    isBest ? 'smallest figure of merit' : '',
  ];
  return (
    <td>
      <button
        type="button"
        data-k={k}
        data-n={n}
        className={`map-cell${fit ? ` map-${fit}` : ''}${isChosen ? ' map-chosen' : ''}`}
        style={shade === null ? undefined : ({ '--shade': `${(100 * shade).toFixed(1)}%` } as CSSProperties)}
        aria-label={words.filter(Boolean).join(', ')}
        aria-pressed={isChosen}
        tabIndex={isChosen ? 0 : -1}
        onClick={() => onChoose({ truncationInterval: k, blockSize: n })}
      >
        {isBest && <Star />}
      </button>
    </td>
  );
});

function Star() {
  return (
    <svg className="map-star" viewBox="0 0 24 24" width={16} height={16} aria-hidden="true">
      <path d="m12 2.6 2.9 6 6.5.8-4.8 4.5 1.3 6.5L12 17.2l-5.9 3.2 1.3-6.5L2.6 9.4l6.5-.8z" />
    </svg>
  );
}

function MapReadout(props: { at: Schedule; map: ScheduleMapView; summary: MapSummary; isPointed: boolean }) {
  const { at, map, summary, isPointed } = props;
  const { ks, ns, cellAt } = map;
  const cell = cellAt(at.truncationInterval, at.blockSize);
  const full = cellAt(ks[ks.length - 1], ns[ns.length - 1]);
  return (
    <p className="map-readout small numbers">
      <b>
        k = {at.truncationInterval}, n = {at.blockSize}
      </b>{' '}
      <span className="muted">{isPointed ? '' : 'chosen'}</span>
      <br />
      {cell ? cellWords(cell, full, summary) : 'being planned'}
    </p>
  );
}

function cellWords(cell: MapCell, full: MapCell | undefined, { best }: MapSummary): string {
  const { peakBytes, fom, fit, schedule } = cell;
  const parts: string[] = [];
  if (peakBytes !== null) {
    const change = full?.peakBytes ? `, ${formatChange(peakBytes, full.peakBytes)}` : '';
    parts.push(
      `${formatBytes(peakBytes)}${change === ', the same' ? ', as full BPTT' : change && `${change} than full BPTT`}`,
    );
  }
  parts.push(FIT_WORDS[fit]);
  const isBest =
    best?.truncationInterval === schedule.truncationInterval && best.blockSize === schedule.blockSize;
  parts.push(`figure of merit ${fom.toFixed(3)}${isBest ? ', the smallest' : ''}`);
  return parts.join(' · ');
}

function MapLegend({ summary, knowsAdapter }: { summary: MapSummary; knowsAdapter: boolean }) {
  const { range } = summary;
  return (
    <ul className="map-legend small">
      <li className="map-scale numbers">
        <span>{range ? formatBytes(range.low) : '–'}</span>
        <span className="map-ramp" aria-hidden="true" />
        <span>{range ? formatBytes(range.high) : '–'}</span>
      </li>
      <li>
        <span className="map-key map-chosen" aria-hidden="true" /> chosen
      </li>
      <li>
        <span className="map-key map-key-star" aria-hidden="true">
          <Star />
        </span>{' '}
        smallest figure of merit
      </li>
      <li>
        <span className="map-key map-cut" aria-hidden="true" /> in micro-batches
      </li>
      <li>
        <span className="map-key map-none" aria-hidden="true" /> does not fit{' '}
        {knowsAdapter ? 'this device' : 'WebGPU’s default limits'}
      </li>
    </ul>
  );
}

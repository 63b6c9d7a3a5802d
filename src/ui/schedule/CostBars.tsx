import type { CSSProperties } from 'react';
import type { Forecast } from '../../session/forecast.ts';
import { formatBytes, formatCount, formatPercent } from '../shared/format.ts';
import { useForecast } from './ForecastContext.tsx';

const NAMES = { access: 'memory access', additions: 'additions', macs: 'MACs' } as const;

interface CostRow {
  key: string;
  name: string;
  here: number;
  full: number;
  text: string;
  fullText: string;
}

function rowsOf({ peakBytes, costs }: Forecast, fullBytes: number): CostRow[] {
  return [
    {
      key: 'memory',
      name: 'peak memory',
      here: peakBytes,
      full: fullBytes,
      text: formatBytes(peakBytes),
      fullText: formatBytes(fullBytes),
    },
    ...costs.map(({ kind, here, full }) => {
      const unit = kind === 'access' ? ' words' : '';
      return {
        key: kind,
        name: NAMES[kind],
        here,
        full,
        text: formatCount(here),
        fullText: `${formatCount(full)}${unit}`,
      };
    }),
  ];
}

/** What one batch costs at this (k, n): four bars against full backpropagation through time, and what they sum to. */
export function CostBars() {
  const { reply } = useForecast();
  const forecast = reply?.current.value;
  const rows = forecast ? rowsOf(forecast, reply?.full.value ?? forecast.peakBytes) : [];
  // Full BPTT is 100 %; where a cost is above it, all bars shrink so that the longest one ends at the edge.
  const scale = Math.max(1, ...rows.map(({ here, full }) => here / full));
  return (
    <section className="cost-bars" aria-labelledby="cost-bars-title">
      <h3 id="cost-bars-title">
        Cost of a batch <span className="muted">full BPTT = 100 %</span>
      </h3>
      <ul className="numbers" style={{ '--full': `${100 / scale}%` } as CSSProperties}>
        {rows.map(({ key, name, here, full, text, fullText }) => (
          <li key={key} className="cost-bar">
            <span>{name}</span>
            <span className="cost-value">
              <b>{formatPercent(here / full, 0)}</b>
              <span className="muted">
                {' '}
                {text} of {fullText}
              </span>
            </span>
            <span className="cost-track" aria-hidden="true">
              <span
                className={`cost-fill cost-${key}`}
                style={{ width: `${(100 * here) / full / scale}%` }}
              />
            </span>
          </li>
        ))}
      </ul>
      <p className="small">
        Figure of merit <b className="numbers">{forecast ? forecast.fom.toFixed(3) : '–'}</b>{' '}
        <span className="muted">
          = ¼ of each share of memory (the paper’s formula), access, additions and MACs (Eq. 18); accuracy is
          unknown before runs and left out. Full BPTT has 1; smaller is better.
        </span>
      </p>
    </section>
  );
}

import { useMemo, useRef } from 'react';
import type { SampleInspection } from '../../session/inside/insideState.ts';
import { risingCounts } from '../../session/inside/spikes.ts';
import { useElementWidth } from '../shared/useElementWidth.ts';
import { chooseInside } from './insideChoice.ts';
import { columnX, stepAt, stepTicks, stepX, type TimeAxis } from './timeAxis.ts';

const HEIGHT = 190;
const TOP = 10;
const BOTTOM = 138;

/** Spike counts of the last classifier, class by class, rising over time, and the class that leads after each step. */
export function CountsChart({ inspection, step }: { inspection: SampleInspection; step: number }) {
  const body = useRef<HTMLDivElement>(null);
  const width = useElementWidth(body, 700);
  const { layers, stepCount, label, classNames, predictions, stepPredictions } = inspection;
  const classifier = layers[layers.length - 1];
  const classes = classifier.shape.channels;
  const counts = useMemo(() => risingCounts(classifier, stepCount), [classifier, stepCount]);
  const predicted = predictions[predictions.length - 1];
  const axis: TimeAxis = { left: 46, right: width - 110, stepCount };
  const most = Math.max(1, ...counts.subarray((stepCount - 1) * classes));
  const y = (count: number) => BOTTOM - ((BOTTOM - TOP) * count) / most;
  const nameOf = (each: number) => classNames[each] ?? String(each);
  const order = Array.from({ length: classes }, (_, each) => each).sort(
    (a, b) => importance(a) - importance(b),
  );

  function importance(each: number): number {
    return each === predicted ? 2 : each === label ? 1 : 0;
  }
  const kind = (each: number) => (each === label ? 'true' : each === predicted ? 'taken' : 'other');
  const ends = new Map<number, number>();
  const labelled = label === predicted ? [label] : [label, predicted];
  for (const each of labelled) ends.set(each, y(counts[(stepCount - 1) * classes + each]));
  const [a, b] = labelled;
  if (b !== undefined) {
    // Two names at one height would cover each other.
    const [ya, yb] = [ends.get(a) ?? 0, ends.get(b) ?? 0];
    if (Math.abs(ya - yb) < 14) ends.set(a, yb + (ya >= yb ? 14 : -14));
  }
  const since = stepPredictions.findLastIndex((each) => each !== predicted) + 1;
  const now = stepPredictions[step];
  const total = counts[(stepCount - 1) * classes + predicted];
  const leading = counts[step * classes + now];

  return (
    <figure className="counts">
      <figcaption>
        <h3>Spike counts of the classifier</h3>
        <span className="small muted numbers">
          after step {step + 1}:{' '}
          {leading === 0 ? (
            'no spike yet'
          ) : (
            <>
              <b>{nameOf(now)}</b> leads with {leading}
            </>
          )}
          ; {total === 0 && 'without any spike the lowest class is taken; '}the answer{' '}
          {since === 0 ? 'stood from the first step' : `stands from step ${since + 1} of ${stepCount}`}
        </span>
      </figcaption>
      <div ref={body} className="inside-plot">
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: the time step has a slider of its own. */}
        <svg
          width={width}
          height={HEIGHT}
          role="img"
          aria-label={`Spike counts over ${stepCount} steps. Read out: class ${nameOf(predicted)} with ${counts[(stepCount - 1) * classes + predicted]} spikes; the sample is class ${nameOf(label)} with ${counts[(stepCount - 1) * classes + label]}.`}
          onClick={(event) =>
            chooseInside({
              step: stepAt(axis, event.clientX - event.currentTarget.getBoundingClientRect().left),
            })
          }
        >
          <rect
            className="plot-now"
            x={columnX(axis, step)}
            width={columnX(axis, 1) - columnX(axis, 0)}
            y={TOP}
            height={HEIGHT - TOP - 16}
          />
          <g className="plot-axis">
            {[0, most].map((tick) => (
              <g key={tick}>
                <line x1={axis.left} x2={axis.right} y1={y(tick)} y2={y(tick)} />
                <text x={axis.left - 8} y={y(tick) + 4} textAnchor="end">
                  {tick}
                </text>
              </g>
            ))}
            {stepTicks(axis).map((tick) => (
              <text key={tick} x={stepX(axis, tick - 1)} y={HEIGHT - 3} textAnchor="middle">
                {tick}
              </text>
            ))}
          </g>
          {order.map((each) => (
            <polyline
              key={each}
              className={`count-line ${kind(each)}`}
              points={Array.from(
                { length: stepCount },
                (_, t) => `${stepX(axis, t).toFixed(1)},${y(counts[t * classes + each]).toFixed(1)}`,
              ).join(' ')}
            />
          ))}
          {labelled.map((each) => (
            <text
              key={each}
              className={`count-name ${kind(each)}`}
              x={axis.right + 6}
              y={(ends.get(each) ?? 0) + 4}
            >
              {shorten(nameOf(each))}
              {each === label ? ' (true)' : ''}
            </text>
          ))}
          <g>
            {stepPredictions.map((each, t) => (
              <rect
                // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place.
                key={t}
                className={each === label ? 'answer right' : 'answer wrong'}
                x={columnX(axis, t) + 0.5}
                width={Math.max(1, columnX(axis, 1) - columnX(axis, 0) - 1)}
                y={BOTTOM + 12}
                height={12}
              />
            ))}
            <text className="plot-note" x={axis.right + 6} y={BOTTOM + 22}>
              read out
            </text>
          </g>
        </svg>
      </div>
      <p className="small muted counts-legend">
        <span className="key key-true">true class</span>
        {label !== predicted && <span className="key key-taken">class read out</span>}
        <span className="key key-other">other classes</span>
        <span>
          <i className="plot-swatch right" /> right after this step <i className="plot-swatch wrong" /> wrong
        </span>
      </p>
    </figure>
  );
}

function shorten(name: string): string {
  return name.length > 10 ? `${name.slice(0, 9)}…` : name;
}

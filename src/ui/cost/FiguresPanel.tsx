import { useDeferredValue, useId, useMemo, useRef, useState } from 'react';
import { figureCsv, figureRows } from '../../core/cost/figureRows.ts';
import { FIGURE_NUMBERS, type Figure, type FigureNumber } from '../../core/cost/figures.ts';
import { PRESETS, type PresetName } from '../../core/presets.ts';
import { meansOfSession } from '../../session/claims/evidenceStore.ts';
import type { FigureRequest } from '../../session/cost/costFigures.ts';
import { useEvidence } from '../claims/useEvidence.ts';
import { saveFile } from '../shared/saveFile.ts';
import { useSession } from '../shared/sessionContext.tsx';
import { svgText } from '../shared/svgText.ts';
import { BarChart } from './BarChart.tsx';
import { ScrollBox } from './CostTotals.tsx';
import { CurveChart } from './CurveChart.tsx';
import { exactNumber } from './costWords.ts';
import { useCostJob } from './useCostJob.ts';
import './cost.css';
import './figures.css';

/** Networks that the paper's cost figures do not show. */
const OTHERS: readonly PresetName[] = ['vgg11-ncaltech101', 'resnet18-esimagenet', 'lenet1-nmnist'];

type Beside = FigureRequest['beside'];

/** The paper's cost figures, computed from its equations now, with the user's network beside its own. */
export default function FiguresPanel() {
  const [beside, setBeside] = useState<Beside>('session');
  const [shown, setShown] = useState<FigureNumber>(9);
  const besideId = useId();
  return (
    <section className="panel figures-panel" aria-labelledby="figures-title">
      <h2 id="figures-title">The paper’s cost figures, drawn anew</h2>
      <div className="figures-bar">
        <fieldset className="figure-picker">
          <legend className="visually-hidden">Figure</legend>
          {FIGURE_NUMBERS.map((number) => (
            <label key={number} className="figure-choice">
              <input
                type="radio"
                name="figure"
                checked={shown === number}
                onChange={() => setShown(number)}
              />
              <span>
                Fig. {number} <small>{TOPICS[number]}</small>
              </span>
            </label>
          ))}
        </fieldset>
        <div className="field">
          <label htmlFor={besideId}>beside the paper’s networks</label>
          <select
            id={besideId}
            className="select"
            value={beside}
            onChange={(event) => setBeside(event.target.value as Beside)}
          >
            <option value="session">the network of this session</option>
            {OTHERS.map((name) => (
              <option key={name} value={name}>
                {PRESETS.find((preset) => preset.name === name)?.title}
              </option>
            ))}
            <option value="none">none</option>
          </select>
        </div>
      </div>
      <OneFigure number={shown} beside={beside} />
    </section>
  );
}

const TOPICS: Record<FigureNumber, string> = {
  6: 'memory',
  7: 'memory',
  9: 'access',
  10: 'access',
  11: 'additions',
  12: 'additions',
  13: 'MACs',
  14: 'merit',
  15: 'best',
};

/** The run on the device as a point of the session's network; nothing where it is of other settings. */
function useMeasured(): FigureRequest['measured'] {
  const run = useSession((state) => state.run);
  const peakBytes = useSession((state) => state.iteration?.peakBytes ?? null);
  const settings = useSession((state) => state.settings);
  return useMemo(() => {
    const bytes = run?.measuredBytes;
    if (!run || !bytes) return [];
    const { network, schedule, batchSize, encoding } = run.settings;
    const sameNetwork = JSON.stringify(network.layers) === JSON.stringify(settings.network.layers);
    if (
      !sameNetwork ||
      batchSize !== settings.batchSize ||
      encoding.stepCount !== settings.encoding.stepCount
    )
      return [];
    const { truncationInterval: k, blockSize: n } = schedule;
    const point = { k, n, classifier: network.classifier.kind };
    return [{ point, bytes: Math.max(bytes, peakBytes ?? 0) }];
  }, [run, peakBytes, settings]);
}

function OneFigure({ number, beside }: { number: FigureNumber; beside: Beside }) {
  const session = useDeferredValue(useSession((state) => state.settings));
  const measured = useMeasured();
  const evidence = useEvidence();
  const means = useMemo(() => meansOfSession(evidence, session), [evidence, session]);
  const job = useMemo(
    () => ({
      kind: 'figure' as const,
      request: { number, beside, session, measured, means },
    }),
    [number, beside, session, measured, means],
  );
  const { result, problem, isPending } = useCostJob<'figure'>(job);
  const body = useRef<HTMLElement>(null);
  if (problem) {
    return (
      <p className="inline-problem" role="alert">
        {problem.message} {problem.hint}
      </p>
    );
  }
  if (!result) return <p className="figures-waiting small muted">Drawing</p>;
  return (
    <figure ref={body} className="cost-figure" aria-busy={isPending}>
      <figcaption>
        <h3>
          Figure {result.number}: {result.title}
        </h3>
        <p className="small muted">{result.caption}</p>
      </figcaption>
      <div className="figure-charts">
        {result.lineCharts.map((chart) => (
          <CurveChart
            key={chart.title}
            chart={chart}
            figure={result.number}
            blockSizes={[...new Set(chart.lines.map(({ blockSize }) => blockSize))].sort((a, b) => b - a)}
          />
        ))}
        {result.barCharts.map((chart) => (
          <BarChart key={chart.title} chart={chart} figure={result.number} />
        ))}
      </div>
      <FigureTable figure={result} />
      <FigureExports figure={result} charts={() => body.current} />
    </figure>
  );
}

/** The same numbers to read, for those who cannot see charts, or want digits. */
function FigureTable({ figure }: { figure: Figure }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details className="figure-numbers" onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>Numbers</summary>
      {isOpen && (
        <ScrollBox label={`Numbers of figure ${figure.number}`}>
          <table className="cost-table figure-table numbers">
            <thead>
              <tr>
                {['chart', 'series', 'k', 'origin', 'value', 'note'].map((name) => (
                  <th scope="col" key={name}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {figureRows(figure).map(({ chart, series, k, origin, unit, value, note }) => (
                <tr key={`${chart} ${series} ${k} ${origin} ${note}`}>
                  <th scope="row">{chart}</th>
                  <td>{series}</td>
                  <td>{k ?? '–'}</td>
                  <td>{origin}</td>
                  <td>{value === null ? 'not known' : `${exactNumber(value)} ${unit}`}</td>
                  <td>{note}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
    </details>
  );
}

function FigureExports({ figure, charts }: { figure: Figure; charts: () => HTMLElement | null }) {
  const saveCharts = () => {
    const drawings = charts()?.querySelectorAll<SVGSVGElement>('svg[role="img"]') ?? [];
    for (const [index, drawing] of [...drawings].entries())
      saveFile(`figure-${figure.number}-${index + 1}.svg`, 'image/svg+xml', svgText(drawing));
  };
  return (
    <p className="cost-exports">
      <button
        type="button"
        className="button small"
        onClick={() => saveFile(`figure-${figure.number}.csv`, 'text/csv', figureCsv(figure))}
      >
        Save numbers as CSV
      </button>
      <button type="button" className="button small" onClick={saveCharts}>
        Save charts as SVG
      </button>
    </p>
  );
}

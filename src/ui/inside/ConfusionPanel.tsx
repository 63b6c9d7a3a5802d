import { memo, useDeferredValue, useMemo, useState } from 'react';
import {
  type ConfusionCell,
  confusionOf,
  confusions,
  samplesOfCell,
} from '../../session/inside/confusion.ts';
import type { TestPredictions } from '../../session/inside/insideState.ts';
import { formatPercent } from '../shared/format.ts';
import { useSession } from '../shared/sessionContext.tsx';
import { CellExamples } from './CellExamples.tsx';
import { ConfusionMatrix } from './ConfusionMatrix.tsx';
import { LargeConfusion } from './LargeConfusion.tsx';
import './confusion.css';

/** Larger matrices are drawn as a picture, with the cells around the chosen one as a table. */
const MOST_CELLS = 26;
const LISTED = 8;

/** Which classes are taken for which, and the samples behind every cell. */
export default function ConfusionPanel() {
  // Drawn in pieces, see InsidePanel.
  const predictions = useDeferredValue(
    useSession((state) => state.inside.testPredictions),
    null,
  );
  return (
    <section className="panel confusion" aria-labelledby="confusion-title">
      <h2 id="confusion-title">Confusion matrix</h2>
      {predictions ? (
        <Matrix predictions={predictions} />
      ) : (
        <p className="charts-empty muted small inside-empty">
          Which classes are taken for which is shown here after each epoch.
        </p>
      )}
    </section>
  );
}

const Matrix = memo(function Matrix({ predictions }: { predictions: TestPredictions }) {
  const confusion = useMemo(() => confusionOf(predictions), [predictions]);
  const wrong = useMemo(() => confusions(confusion), [confusion]);
  const [chosen, setChosen] = useState<Pick<ConfusionCell, 'label' | 'predicted'> | null>(null);
  const cell = chosen ?? wrong[0] ?? { label: 0, predicted: 0 };
  const samples = useMemo(() => samplesOfCell(predictions, cell), [predictions, cell]);
  const { classNames, right, total } = confusion;
  return (
    <>
      <p className="small muted numbers">
        {total} test samples with the weights after epoch {predictions.epoch}: {right} right (
        {formatPercent(right / Math.max(1, total))}). Rows are the true class, columns what the last block
        reads out.
      </p>
      <div className="confusion-parts">
        {classNames.length <= MOST_CELLS ? (
          <ConfusionMatrix confusion={confusion} cell={cell} onChoose={setChosen} />
        ) : (
          <LargeConfusion confusion={confusion} cell={cell} onChoose={setChosen} />
        )}
        <div>
          <h3>Taken for another most often</h3>
          {wrong.length === 0 ? (
            <p className="small muted">No test sample is read out wrong.</p>
          ) : (
            <ul className="confusion-list">
              {wrong.slice(0, LISTED).map(({ label, predicted, count }) => (
                <li key={`${label} ${predicted}`}>
                  <button
                    type="button"
                    className="button small"
                    aria-pressed={cell.label === label && cell.predicted === predicted}
                    onClick={() => setChosen({ label, predicted })}
                  >
                    <b>{classNames[label]}</b> as <b>{classNames[predicted]}</b>
                    <span className="muted numbers">{count}</span>
                  </button>
                </li>
              ))}
            </ul>
          )}
          <CellExamples cell={cell} samples={samples} classNames={classNames} />
        </div>
      </div>
    </>
  );
});

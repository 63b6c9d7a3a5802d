import { formatBytes, formatPercent } from '../shared/format.ts';
import { useSession } from '../shared/sessionContext.tsx';
import { TermButton } from '../shared/TermButton.tsx';

const last = (list: number[] | undefined) => (list && list.length > 0 ? list[list.length - 1] : undefined);

/** The figures that matter most. Accuracy is that of fixed weights, taken after each epoch. */
export function KeyFigures() {
  const epoch = useSession((state) => state.epochs[state.epochs.length - 1]);
  const iteration = useSession((state) => state.iteration);
  const run = useSession((state) => state.run);
  const test = last(epoch?.testAccuracyPerBlock);
  const train = last(epoch?.trainAccuracyPerBlock);
  const loss = last(iteration?.lossPerBlock);
  const peak = iteration?.peakBytes ?? run?.measuredBytes ?? null;
  const forecast = run?.forecastBytes ?? null;

  return (
    <>
      <dl className="figures numbers">
        <div className="figure-main">
          <dt>
            test accuracy <TermButton term="testAccuracy" />
          </dt>
          <dd>{test === undefined ? '–' : formatPercent(test)}</dd>
        </div>
        <div>
          <dt>training accuracy</dt>
          <dd>{train === undefined ? '–' : formatPercent(train)}</dd>
        </div>
        <div>
          <dt>
            loss <TermButton term="loss" />
          </dt>
          <dd>{loss === undefined ? '–' : loss.toFixed(4)}</dd>
        </div>
        <div>
          <dt>GPU memory, measured</dt>
          <dd>{peak === null ? '–' : formatBytes(peak)}</dd>
        </div>
        <div>
          <dt>forecast</dt>
          <dd>
            {forecast === null ? '–' : formatBytes(forecast)}
            {forecast !== null && peak === forecast && (
              <span className="equal" title="Measured and forecast are equal to the byte">
                {' '}
                ✓<span className="visually-hidden"> equals the measured bytes</span>
              </span>
            )}
          </dd>
        </div>
      </dl>
      <p className="small muted">
        {epoch
          ? `Both accuracies: fixed weights after epoch ${epoch.epoch}; ${epoch.testSamples} test and ${epoch.trainSamplesEvaluated} training samples.`
          : 'Both accuracies are taken with fixed weights after each epoch.'}
      </p>
    </>
  );
}

import { useState } from 'react';
import type { ResetDrift } from '../../session/weights/weightsActions.ts';
import { formatPercent } from '../shared/format.ts';
import { saveFile } from '../shared/saveFile.ts';
import { useActions, useSession } from '../shared/sessionContext.tsx';
import { TakeAwayProblem } from './TakeAwayProblem.tsx';
import { useTakeAway } from './useTakeAway.ts';

/** The network for other simulators and chips, and what becomes of it there. */
export function NirPart() {
  const { exportNir, measureDrift } = useActions();
  const hasRun = useSession((state) => state.run !== null);
  const { isBusy, problem, run } = useTakeAway();
  const [remarks, setRemarks] = useState<string[]>([]);
  const [drift, setDrift] = useState<ResetDrift | null>(null);
  return (
    <section aria-labelledby="nir-title">
      <h3 id="nir-title">Network for other simulators (NIR)</h3>
      <p className="small muted">
        The network for inference as a file of the Neuromorphic Intermediate Representation, which Sinabs,
        Norse, snnTorch and others read. NIR does not say everything: what changes is listed, and measured on
        the test samples.
      </p>
      <div className="buttons">
        <button
          type="button"
          className="button"
          disabled={!hasRun || isBusy}
          onClick={() =>
            run(async () => {
              const { bytes, remarks: told } = await exportNir();
              setRemarks(told);
              saveFile('spikelet-network.nir', 'application/octet-stream', bytes);
            })
          }
        >
          Save NIR
        </button>
        <button
          type="button"
          className="button"
          disabled={!hasRun || isBusy}
          onClick={() => run(async () => setDrift(await measureDrift()))}
        >
          Measure the drift
        </button>
      </div>
      <div aria-live="polite" className="small">
        {remarks.length > 0 && (
          <ul>
            {remarks.map((remark) => (
              <li key={remark}>{remark}</li>
            ))}
          </ul>
        )}
        {drift && <Drift {...drift} />}
      </div>
      <TakeAwayProblem problem={problem} />
    </section>
  );
}

function Drift({ testSamples, agreement, accuracy, rates }: ResetDrift) {
  return (
    <>
      <p>
        With the reset to 0 that NIR knows, {formatPercent(agreement)} of {testSamples} test samples are read
        out as before; test accuracy {formatPercent(accuracy.hard)} instead of{' '}
        {formatPercent(accuracy.trained)}.
      </p>
      <table className="numbers">
        <thead>
          <tr>
            <th scope="col">population</th>
            <th scope="col">rate, as trained</th>
            <th scope="col">rate, reset to 0</th>
          </tr>
        </thead>
        <tbody>
          {rates.map(({ layer, trained, hard }) => (
            <tr key={layer}>
              <th scope="row">{layer}</th>
              <td>{formatPercent(trained)}</td>
              <td>{formatPercent(hard)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

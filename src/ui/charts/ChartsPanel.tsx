import { useSession } from '../shared/sessionContext.tsx';
import { ACCURACY, BLOCK_ACCURACY, EARLY_READOUT, FIRING, LOSS, MEMORY, THROUGHPUT } from './chartSpecs.ts';
import { PinBar } from './PinBar.tsx';
import { usePins } from './PinContext.tsx';
import { RunChart } from './RunChart.tsx';
import { useRunRecord } from './useRunRecord.ts';

const SPECS = [ACCURACY, BLOCK_ACCURACY, LOSS, MEMORY, THROUGHPUT, FIRING, EARLY_READOUT];

/** Everything that a run can draw, large, with other runs over it. */
export default function ChartsPanel() {
  const hasRun = useSession((state) => state.run !== null);
  const hasPins = usePins().length > 0;
  return (
    <section className="panel" aria-labelledby="charts-title">
      <h2 id="charts-title">Charts of this run</h2>
      <PinBar />
      {hasRun || hasPins ? (
        <RunCharts />
      ) : (
        <p className="charts-empty muted small">
          Accuracy, loss, memory, speed and firing rates are drawn here while the network learns.
        </p>
      )}
    </section>
  );
}

function RunCharts() {
  const run = useRunRecord();
  return (
    <div className="charts charts-wide">
      {SPECS.map((spec) => (
        <RunChart key={spec.id} spec={spec} run={run} height={210} />
      ))}
    </div>
  );
}

import { ACCURACY, EARLY_READOUT, LOSS } from '../charts/chartSpecs.ts';
import { RunChart } from '../charts/RunChart.tsx';
import { useRunRecord } from '../charts/useRunRecord.ts';

const SPECS = [ACCURACY, LOSS, EARLY_READOUT];

/** Accuracy and loss over the run; the view Charts has more. */
export function MetricsCharts() {
  const run = useRunRecord();
  return SPECS.map((spec) => <RunChart key={spec.id} spec={spec} run={run} />);
}

import { DoctorLine } from '../doctor/DoctorLine.tsx';
import { SharedVerdict } from '../share/SharedVerdict.tsx';
import { useSession } from '../shared/sessionContext.tsx';
import { EpochTable } from './EpochTable.tsx';
import { KeyFigures } from './KeyFigures.tsx';
import { MetricsCharts } from './MetricsCharts.tsx';
import { Progress } from './Progress.tsx';
import { StartWeightsLine } from './StartWeightsLine.tsx';
import { Transport } from './Transport.tsx';

/** The third move: train, and watch. */
export function TrainPanel() {
  const hasRun = useSession((state) => state.run !== null);
  const problem = useSession((state) => state.gpu.problem);
  return (
    <section className="panel panel-train" aria-labelledby="train-title">
      <h2 id="train-title">
        <span className="move-number">3</span> Train
      </h2>
      {problem && (
        <div className="notice notice-warn" role="status">
          <p>
            <b>{problem.message}</b> {problem.hint}
          </p>
        </div>
      )}
      <Transport />
      <StartWeightsLine />
      <SharedVerdict />
      <Progress />
      <KeyFigures />
      <DoctorLine />
      <div className="charts">
        {hasRun ? (
          <MetricsCharts />
        ) : (
          <p className="charts-empty muted small">
            Accuracy and loss are drawn here while the network learns.
          </p>
        )}
      </div>
      <EpochTable />
    </section>
  );
}

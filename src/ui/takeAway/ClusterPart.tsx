import { framesBytes } from '../../session/cluster/frames.ts';
import { expectedMeta } from '../../session/session.ts';
import { formatBytes } from '../shared/format.ts';
import { saveFile } from '../shared/saveFile.ts';
import { useActions, useSession } from '../shared/sessionContext.tsx';
import { TakeAwayProblem } from './TakeAwayProblem.tsx';
import { useTakeAway } from './useTakeAway.ts';

/** The run as a Python project, for more than one machine. */
export function ClusterPart() {
  const { exportProject } = useActions();
  const hasRun = useSession((state) => state.run !== null);
  const bytes = useSession(({ run }) => {
    if (!run) return 0;
    const { stepCount } = run.settings.encoding;
    return framesBytes({ ...expectedMeta(run.settings), stepCount }, run.trainSamples + run.testSamples);
  });
  const { isBusy, problem, run } = useTakeAway();
  return (
    <section aria-labelledby="cluster-title">
      <h3 id="cluster-title">Continue on a cluster</h3>
      <p className="small muted">
        A Python project that goes on from the present weights by the same rules in PyTorch: on one device, on
        many with <code>torchrun</code>, or as a sweep over (k, n) with Ray Tune. It brings the encoded frames
        along{hasRun && ` (${formatBytes(bytes)})`}, those of dropped recordings too; the weights that it
        writes can be dropped here.
      </p>
      <div className="buttons">
        <button
          type="button"
          className="button"
          disabled={!hasRun || isBusy}
          onClick={() =>
            run(async () => saveFile('spikelet-project.zip', 'application/zip', await exportProject()))
          }
        >
          Save Python project
        </button>
      </div>
      <TakeAwayProblem problem={problem} />
    </section>
  );
}

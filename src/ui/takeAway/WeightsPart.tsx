import { writeWeightsFile } from '../../session/weights/weightsFile.ts';
import { saveFile } from '../shared/saveFile.ts';
import { useActions, useSession } from '../shared/sessionContext.tsx';
import { TakeAwayProblem } from './TakeAwayProblem.tsx';
import { useTakeAway } from './useTakeAway.ts';

/** The weights of the run, for other programs. */
export function WeightsPart() {
  const { exportWeights } = useActions();
  const run = useSession((state) => state.run);
  const epoch = useSession((state) => state.iteration?.epoch ?? 0);
  const { isBusy, problem, run: take } = useTakeAway();
  const saveSafetensors = () =>
    take(async () => {
      if (!run) return;
      const { tensors, digest } = await exportWeights();
      const bytes = writeWeightsFile(tensors, { session: run.settings, digest, epoch });
      saveFile('spikelet-weights.safetensors', 'application/octet-stream', bytes);
    });
  return (
    <section aria-labelledby="weights-title">
      <h3 id="weights-title">Weights</h3>
      <p className="small muted">
        All weights of the run as they are now, as safetensors: PyTorch, JAX and others read it. The file says
        which network they belong to, how it computes, and from which session they come.
      </p>
      <div className="buttons">
        <button type="button" className="button" disabled={!run || isBusy} onClick={saveSafetensors}>
          Save safetensors
        </button>
      </div>
      {!run && <p className="small muted">There is no run yet: train first.</p>}
      <TakeAwayProblem problem={problem} />
    </section>
  );
}

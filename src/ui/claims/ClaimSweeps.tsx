import { useMemo } from 'react';
import { toErrorData } from '../../core/errors.ts';
import { type ClaimSweep, claimSweep } from '../../session/claims/claimSweeps.ts';
import { sweepCells } from '../../session/sweep/sweepSpec.ts';
import { saveFile } from '../shared/saveFile.ts';
import { useSession } from '../shared/sessionContext.tsx';
import { useViews } from '../shell/viewChoice.ts';
import { useSweep, useSweepActions } from '../sweep/sweepContext.tsx';
import { FinishedRuns } from './FinishedRuns.tsx';

const SWEEPS: readonly { kind: ClaimSweep; title: string; text: string }[] = [
  {
    kind: 'grid',
    title: 'The grid',
    text: 'Gives claims 1, 7, 9, 13, 20 and 21 on event recordings, 3 to 5 and 21 on images.',
  },
  {
    kind: 'random',
    title: 'Random classifiers',
    text: 'With the grid it gives claims 10 and 22 on event recordings, 6 on grey images.',
  },
];

/** The two sweeps that accuracy claims take, of the network and data that the session has now, and the runs at hand. */
export function ClaimSweeps() {
  return (
    <div className="claim-sweeps">
      {SWEEPS.map((sweep) => (
        <OneSweep key={sweep.kind} {...sweep} />
      ))}
      <FinishedRuns />
    </div>
  );
}

function OneSweep({ kind, title, text }: (typeof SWEEPS)[number]) {
  const session = useSession((state) => state.settings);
  const made = useMemo(() => {
    try {
      return { spec: claimSweep(kind, session) };
    } catch (error) {
      return { problem: toErrorData(error) };
    }
  }, [kind, session]);
  const hasSweep = useSweep((state) => state.sweep !== null);
  const { create } = useSweepActions();
  const { showView } = useViews();
  const { spec } = made;
  if (!spec) return <p className="inline-problem">{made.problem.message}</p>;
  const { truncationInterval, blockSize, classifier, seed } = spec.axes;
  return (
    <div className="claim-sweep">
      <h3>
        {title}: {sweepCells(spec).length} runs
      </h3>
      <p className="small">
        k {truncationInterval.join(', ')}; n {blockSize.join(', ')}; {classifier.join(', ')} classifiers;
        seeds {seed.join(', ')}; {session.epochs} {session.epochs === 1 ? 'epoch' : 'epochs'} each on{' '}
        {session.data.name}. {text}
      </p>
      <p>
        <button
          type="button"
          className="button small"
          disabled={hasSweep}
          title={hasSweep ? 'Discard the sweep under Compare & sweep first' : undefined}
          onClick={() => {
            void create(spec);
            showView('compare');
          }}
        >
          Queue under Compare &amp; sweep
        </button>
        <button
          type="button"
          className="button small"
          onClick={() =>
            saveFile(`claims-${kind}.json`, 'application/json', `${JSON.stringify(spec, null, 2)}\n`)
          }
        >
          Save as sweep file
        </button>
      </p>
    </div>
  );
}

import { useState } from 'react';
import type { PointCost } from '../../session/sweep/pointCosts.ts';
import { sweepCsv } from '../../session/sweep/sweepCsv.ts';
import { type SweepState, storeSweep } from '../../session/sweep/sweepState.ts';
import { saveFile } from '../shared/saveFile.ts';
import { useSweep, useSweepActions } from './sweepContext.tsx';

interface SweepExportsProps {
  sweep: SweepState;
  costs: readonly PointCost[];
}

/** Results to take away: as CSV, as a file that this page opens again, as a link. */
export function SweepExports({ sweep, costs }: SweepExportsProps) {
  const { share, discard } = useSweepActions();
  const isGuest = useSweep((state) => state.isGuest);
  const isSweeping = useSweep((state) => state.activity !== 'idle');
  const [shared, setShared] = useState('');
  const [asksToDiscard, setAsksToDiscard] = useState(false);
  return (
    <div>
      <p className="sweep-buttons">
        <button
          type="button"
          className="button small"
          onClick={() => saveFile('sweep.csv', 'text/csv', sweepCsv(sweep, costs))}
        >
          Save results as CSV
        </button>
        <button
          type="button"
          className="button small"
          onClick={() =>
            saveFile('sweep.state.json', 'application/json', `${JSON.stringify(storeSweep(sweep))}\n`)
          }
        >
          Save sweep and results as a file
        </button>
        <button
          type="button"
          className="button small"
          onClick={async () => {
            const done = await share();
            if (done) setShared(linkWords(done.fragment.length, done.copied));
          }}
        >
          Share results as a link
        </button>
        {!isGuest && !asksToDiscard && (
          <button
            type="button"
            className="button quiet small"
            disabled={isSweeping}
            onClick={() => setAsksToDiscard(true)}
          >
            Discard the sweep
          </button>
        )}
        {asksToDiscard && (
          <>
            <button type="button" className="button small" onClick={() => void discard()}>
              Discard it with its results
            </button>
            <button type="button" className="button quiet small" onClick={() => setAsksToDiscard(false)}>
              Keep it
            </button>
          </>
        )}
      </p>
      <p className="small muted" aria-live="polite">
        {shared}
      </p>
    </div>
  );
}

function linkWords(length: number, copied: boolean): string {
  const size = length > 8000 ? ' Some programs cut links of this length; a CSV always arrives whole.' : '';
  return `${copied ? 'The link is copied' : 'The link is in the address bar'}, ${length} characters. Recordings are not in it.${size}`;
}

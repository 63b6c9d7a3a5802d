import { useMemo } from 'react';
import type { PointCost } from '../../session/sweep/pointCosts.ts';
import { explainSearch, pointName, searchStep } from '../../session/sweep/searchPoints.ts';
import type { SweepState } from '../../session/sweep/sweepState.ts';
import { useActions } from '../shared/sessionContext.tsx';

interface SearchWordsProps {
  sweep: SweepState;
  costs: readonly PointCost[];
}

/** What the search has chosen so far, and why. */
export function SearchWords({ sweep, costs }: SearchWordsProps) {
  const { changeSettings } = useActions();
  const { sentences, chosen, isOver } = useMemo(() => {
    const step = searchStep(sweep, costs);
    return {
      sentences: explainSearch(step, sweep),
      chosen: step.chosen?.cost.point ?? null,
      isOver: step.next === null,
    };
  }, [sweep, costs]);
  return (
    <section className="sweep-search" aria-labelledby="sweep-search-title">
      <h3 id="sweep-search-title">{isOver ? 'The choice' : 'The choice so far'}</h3>
      {sentences.map((sentence) => (
        <p key={sentence} className="small">
          {sentence}
        </p>
      ))}
      {chosen && (
        <p>
          <button
            type="button"
            className="button small"
            onClick={() => changeSettings({ k: chosen.truncationInterval, n: chosen.blockSize }, 'search')}
          >
            Use {pointName(chosen, sweep.spec)}
          </button>
        </p>
      )}
    </section>
  );
}

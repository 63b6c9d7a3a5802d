import { useMemo } from 'react';
import { summarizeSweep } from '../../session/sweep/sweepSummary.ts';
import { Explain } from '../shared/Explain.tsx';
import { ParetoChart } from './ParetoChart.tsx';
import { SearchWords } from './SearchWords.tsx';
import { SweepDefinition } from './SweepDefinition.tsx';
import { SweepExports } from './SweepExports.tsx';
import { SweepHeatMaps } from './SweepHeatMaps.tsx';
import { SweepProgress } from './SweepProgress.tsx';
import { SweepQueue } from './SweepQueue.tsx';
import { SweepTable } from './SweepTable.tsx';
import { useSweep, useSweepActions } from './sweepContext.tsx';
import '../cost/cost.css';
import '../cost/figures.css';
import './sweep.css';

/** Many runs over a grid of (k, n): defined, trained, compared. */
export default function SweepPanel() {
  const problem = useSweep((state) => state.problem);
  const hasSweep = useSweep((state) => state.sweep !== null);
  const isGuest = useSweep((state) => state.isGuest);
  const { dismissProblem } = useSweepActions();
  return (
    <section className="panel sweep-panel" aria-labelledby="sweep-title">
      <h2 id="sweep-title">Sweep over (k, n)</h2>
      {isGuest ? <GuestNote /> : <SweepDefinition />}
      {problem && (
        <p className="inline-problem" role="alert">
          {problem.message} {problem.hint}{' '}
          <button type="button" className="button small" onClick={dismissProblem}>
            Dismiss
          </button>
        </p>
      )}
      {hasSweep && <Results />}
      <div className="explains">
        <Explain question="What is the figure of merit?">
          Equation 18 of the paper: the share of full BPTT’s accuracy that is lost, plus a quarter each of
          memory, memory access, additions and MACs, relative to full BPTT. Smaller is better; full BPTT has
          1. Costs are modelled, accuracies measured. The weights can be changed before a sweep is made.
        </Explain>
        <Explain question="What do the intervals mean?">
          95 % of the mean over seeds, by Student’s t. Seeds differ in initial weights and in the order of
          samples; the test recordings are the same, so the interval says nothing about other recordings.
        </Explain>
      </div>
    </section>
  );
}

function GuestNote() {
  const { keepGuest, closeGuest } = useSweepActions();
  return (
    <div className="sweep-guest">
      <p className="small">
        This sweep came with a link. Its results are shown as they were shared; your own sweep is untouched.
      </p>
      <p className="sweep-buttons">
        <button type="button" className="button small" onClick={() => void closeGuest()}>
          Back to my sweep
        </button>
        <button type="button" className="button small" onClick={() => void keepGuest()}>
          Keep it in place of mine
        </button>
      </p>
    </div>
  );
}

function Results() {
  const sweep = useSweep((state) => state.sweep);
  const costs = useSweep((state) => state.costs);
  const summary = useMemo(() => (sweep && costs ? summarizeSweep(sweep, costs) : null), [sweep, costs]);
  if (!sweep) return null;
  if (!costs || !summary)
    return <p className="sweep-waiting small muted">Counting the costs of its points</p>;
  return (
    <>
      <SweepProgress sweep={sweep} costs={costs} />
      {sweep.spec.search && <SearchWords sweep={sweep} costs={costs} />}
      <SweepHeatMaps sweep={sweep} summary={summary} />
      <div className="sweep-columns">
        <ParetoChart sweep={sweep} summary={summary} />
        <SweepTable sweep={sweep} summary={summary} />
      </div>
      <SweepQueue sweep={sweep} />
      <SweepExports sweep={sweep} costs={costs} />
    </>
  );
}

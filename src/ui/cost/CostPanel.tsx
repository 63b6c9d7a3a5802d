import { useMemo } from 'react';
import { type CostReport, costCsv } from '../../core/cost/costReport.ts';
import { Explain } from '../shared/Explain.tsx';
import { saveFile } from '../shared/saveFile.ts';
import { CostLayers } from './CostLayers.tsx';
import { CostQuestionFields } from './CostQuestionFields.tsx';
import { CostTotals } from './CostTotals.tsx';
import { DensityTable } from './DensityTable.tsx';
import { FigureOfMerit } from './FigureOfMerit.tsx';
import { RuleFields } from './RuleFields.tsx';
import { useCostForm } from './useCostForm.ts';
import { useCostJob } from './useCostJob.ts';
import './cost.css';

/** What one batch iteration costs: planned, measured and by the paper's equations, per layer and in total. */
export default function CostPanel() {
  const form = useCostForm();
  const { question, options, measuredBytes } = form;
  const job = useMemo(
    () => ({ kind: 'report', question, options, measuredBytes }) as const,
    [question, options, measuredBytes],
  );
  const { result, problem, isPending } = useCostJob<'report'>(job);

  return (
    <section className="panel cost-panel" aria-labelledby="cost-title" aria-busy={isPending}>
      <h2 id="cost-title">Cost of one batch</h2>
      <CostQuestionFields form={form} />
      {problem && (
        <p className="inline-problem" role="alert">
          {problem.message} {problem.hint}
        </p>
      )}
      {result && !problem ? (
        <>
          <div className="cost-columns">
            <CostTotals report={result} />
            <FigureOfMerit report={result} form={form} />
          </div>
          <CostLayers report={result} />
          <Exports report={result} />
        </>
      ) : (
        !problem && <p className="cost-waiting small muted">Counting</p>
      )}
      <details className="cost-details">
        <summary>Spike densities: assumed beside measured</summary>
        <DensityTable form={form} />
      </details>
      <details className="cost-details">
        <summary>Accounting rules, where the paper leaves a choice</summary>
        <RuleFields form={form} />
      </details>
      <div className="explains">
        <Explain question="Where do these numbers come from?">
          Equations 8 to 18 of the paper give memory, access, additions, MACs and the figure of merit. They
          are printed in it; its tables of network sizes are not available, and the equations leave points
          open. The rules above settle them so that the numbers which the paper states come out, so agreement
          with those numbers is no evidence for the rules. The plan’s bytes are this program’s own, and have
          nothing to do with the formula.
        </Explain>
      </div>
    </section>
  );
}

function Exports({ report }: { report: CostReport }) {
  const { truncationInterval: k, blockSize: n } = report.schedule;
  const name = `cost-${report.preset ?? 'session'}-k${k}-n${n}`;
  return (
    <p className="cost-exports">
      <button
        type="button"
        className="button small"
        onClick={() => saveFile(`${name}.csv`, 'text/csv', costCsv(report))}
      >
        Save as CSV
      </button>
      <button
        type="button"
        className="button small"
        onClick={() => saveFile(`${name}.json`, 'application/json', `${JSON.stringify(report, null, 2)}\n`)}
      >
        Save as JSON
      </button>
      <span className="small muted">
        The JSON is the one that <code>npm run cost</code> prints.
      </span>
    </p>
  );
}

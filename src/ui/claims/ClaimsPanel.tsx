import { useMemo, useState } from 'react';
import type { JudgedClaim } from '../../core/claims/claims.ts';
import { claimsCsv } from '../../core/claims/claimsCsv.ts';
import { VERDICT_WORDS, type Verdict } from '../../core/claims/verdicts.ts';
import { useCostJob } from '../cost/useCostJob.ts';
import { Explain } from '../shared/Explain.tsx';
import { saveFile } from '../shared/saveFile.ts';
import { ClaimCard } from './ClaimCard.tsx';
import { ClaimSweeps } from './ClaimSweeps.tsx';
import { useEvidence } from './useEvidence.ts';
import './claims.css';

const VERDICTS = Object.keys(VERDICT_WORDS) as Verdict[];

/** Everything that the paper states as a result, checked: the equations at once, accuracies by sweeps. */
export default function ClaimsPanel() {
  const evidence = useEvidence();
  const job = useMemo(() => ({ kind: 'claims' as const, evidence }), [evidence]);
  const { result, problem, isPending } = useCostJob<'claims'>(job);
  const [shown, setShown] = useState<Verdict | null>(null);
  return (
    <section className="panel claims-panel" aria-labelledby="claims-title" aria-busy={isPending}>
      <h2 id="claims-title">What the paper states, checked</h2>
      <p className="small muted claims-intro">
        The 22 results of the paper’s text (Guo, Fouda, Eltawil, Salama 2023). Costs are computed from its
        equations now. Accuracies take sweeps on your data or on a built-in set, and their verdicts are about
        that data.
      </p>
      {problem && (
        <p className="inline-problem" role="alert">
          {problem.message} {problem.hint}
        </p>
      )}
      {result ? (
        <>
          <Tally claims={result} shown={shown} onShow={setShown} />
          <ClaimSweeps />
          <ol className="claim-list">
            {result
              .filter(({ verdict }) => shown === null || verdict === shown)
              .map((claim) => (
                <ClaimCard key={claim.number} claim={claim} />
              ))}
          </ol>
          <p className="cost-exports">
            <button
              type="button"
              className="button small"
              onClick={() => saveFile('claims.csv', 'text/csv', claimsCsv(result))}
            >
              Save verdicts as CSV
            </button>
          </p>
        </>
      ) : (
        <p className="claims-waiting small muted">Checking</p>
      )}
      <div className="explains">
        <Explain question="What do the verdicts mean?">
          “Reproduced exactly”: the equations give a number that rounds to the stated one, or the stated limit
          holds. “Closely”: a number beside it; the distance is said. “On this data”: the 95 % interval over
          seeds lies on the stated side. “Contradicted”: it lies on the other side, or the equations give
          something else. A statement of several parts has the verdict of its weakest part that can be shown
          here.
        </Explain>
        <Explain question="What is agreement with the equations worth?">
          The paper’s tables of network sizes are not available. Some networks and some rules of counting were
          chosen because they give the stated numbers; each check says where that is so.
        </Explain>
      </div>
    </section>
  );
}

interface TallyProps {
  claims: readonly JudgedClaim[];
  shown: Verdict | null;
  onShow: (verdict: Verdict | null) => void;
}

/** How many claims have each verdict; a press shows only these. */
function Tally({ claims, shown, onShow }: TallyProps) {
  return (
    <fieldset className="claim-tally">
      <legend className="visually-hidden">Show claims</legend>
      <button
        type="button"
        className="button small"
        aria-pressed={shown === null}
        onClick={() => onShow(null)}
      >
        all <b>{claims.length}</b>
      </button>
      {VERDICTS.map((verdict) => {
        const count = claims.filter((claim) => claim.verdict === verdict).length;
        if (count === 0) return null;
        return (
          <button
            key={verdict}
            type="button"
            className="button small"
            aria-pressed={shown === verdict}
            onClick={() => onShow(shown === verdict ? null : verdict)}
          >
            <span className={`verdict-dot verdict-${verdict}`} aria-hidden="true" />
            {VERDICT_WORDS[verdict]} <b>{count}</b>
          </button>
        );
      })}
    </fieldset>
  );
}

import { useState } from 'react';
import type { JudgedClaim, JudgedPart } from '../../core/claims/claims.ts';
import { VERDICT_WORDS, type Verdict } from '../../core/claims/verdicts.ts';

const SHOWN: readonly Verdict[] = ['exact', 'close', 'onData'];

/** One stated result: the verdict at a glance, its parts with numbers when it is opened. */
export function ClaimCard({ claim }: { claim: JudgedClaim }) {
  const { number, text, where, verdict, parts } = claim;
  const [isOpen, setIsOpen] = useState(false);
  return (
    <li className="claim">
      <details onToggle={(event) => setIsOpen(event.currentTarget.open)}>
        <summary>
          <span className="claim-number">{number}</span>
          <span className="claim-text">
            {text} <span className="muted small">({where})</span>
          </span>
          <span>
            <VerdictTag verdict={verdict} />
            {parts.length > 1 && (
              <span className="claim-share small muted">
                {parts.filter((part) => SHOWN.includes(part.verdict)).length} of {parts.length} parts
                reproduced
              </span>
            )}
          </span>
        </summary>
        {isOpen && (
          <ul className="claim-parts">
            {parts.map((part) => (
              <Part key={part.id} part={part} />
            ))}
          </ul>
        )}
      </details>
    </li>
  );
}

function VerdictTag({ verdict }: { verdict: Verdict }) {
  return (
    <span className="claim-verdict">
      <span className={`verdict-dot verdict-${verdict}`} aria-hidden="true" />
      {VERDICT_WORDS[verdict]}
    </span>
  );
}

function Part({ part }: { part: JudgedPart }) {
  const { text, stated, found, verdict, explanation } = part;
  return (
    <li className="claim-part">
      <p className="claim-part-head">
        <b>{text}</b> <VerdictTag verdict={verdict} />
      </p>
      <dl className="claim-figures">
        <div>
          <dt>stated</dt>
          <dd>{stated}</dd>
        </div>
        <div>
          <dt>found</dt>
          <dd>{found}</dd>
        </div>
      </dl>
      <p className="small muted">{explanation}</p>
    </li>
  );
}

import { FindingList } from './FindingList.tsx';
import { useFindings } from './useFindings.ts';
import './doctor.css';

/** The doctor in one line: how many findings there are; they open on demand. */
export function DoctorLine() {
  const findings = useFindings();
  const count = findings?.length ?? 0;
  if (count === 0) {
    return (
      <p className="doctor-line small muted">
        {findings ? '✓ The doctor finds nothing wrong.' : 'The doctor looks at the run once it trains.'}
      </p>
    );
  }
  return (
    <details className="doctor-line">
      <summary className="small">
        <span className="doctor-count numbers">{count}</span> {count === 1 ? 'finding' : 'findings'} of the
        doctor
      </summary>
      <FindingList findings={findings ?? []} />
    </details>
  );
}

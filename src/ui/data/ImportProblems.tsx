import { useSession } from '../shared/sessionContext.tsx';

const SHOWN = 100;

/** Files of the latest drop that were refused or complained about, one line each. */
export function ImportProblems() {
  const problems = useSession((state) => state.importProblems);
  if (problems.length === 0) return null;
  return (
    <details className="import-problems" open={problems.length <= 5}>
      <summary>
        {problems.length} {problems.length === 1 ? 'file' : 'files'} with problems
      </summary>
      <ul>
        {problems.slice(0, SHOWN).map(({ file, error }) => (
          <li key={`${file}-${error.code}-${error.offset}`}>
            <b>{file}</b> {error.message}
            {error.offset !== undefined && <span className="muted"> (byte {error.offset})</span>}{' '}
            <span className="muted">{error.hint}</span>
          </li>
        ))}
      </ul>
      {problems.length > SHOWN && <p className="small muted">and {problems.length - SHOWN} more</p>}
    </details>
  );
}

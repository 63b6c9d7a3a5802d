import { formatCount } from '../shared/format.ts';
import { useActions, useSession } from '../shared/sessionContext.tsx';

const SHOWN = 100;

/** Files of the latest drop that were refused or complained about, one line each. */
export function ImportProblems() {
  const problems = useSession((state) => state.importProblems);
  const isBusy = useSession((state) => state.dataJob !== null);
  const { keepDamaged } = useActions();
  if (problems.length === 0) return null;
  const broken = problems.filter(({ eventsBefore }) => eventsBefore !== undefined);
  const eventsBefore = broken.reduce((sum, each) => sum + (each.eventsBefore ?? 0), 0);
  return (
    <details className="import-problems" open={problems.length <= 5}>
      <summary>
        {problems.length} {problems.length === 1 ? 'file' : 'files'} with problems
      </summary>
      <ul>
        {problems.slice(0, SHOWN).map(({ file, error, ...each }) => (
          <li key={`${file}-${error.code}-${error.offset}`}>
            <b>{file}</b>
            {/* Most sentences begin with the name. */}
            {error.message.startsWith(file) ? error.message.slice(file.length) : ` ${error.message}`}
            {error.offset !== undefined && <span className="muted"> (byte {error.offset})</span>}{' '}
            {each.eventsBefore !== undefined && (
              <span className="muted">{each.eventsBefore} events stand before it. </span>
            )}
            <span className="muted">{error.hint}</span>
          </li>
        ))}
      </ul>
      {broken.length > 0 && (
        <button type="button" className="button small" disabled={isBusy} onClick={() => void keepDamaged()}>
          Read again and keep the {formatCount(eventsBefore)} events before the damage
        </button>
      )}
      {problems.length > SHOWN && <p className="small muted">and {problems.length - SHOWN} more</p>}
    </details>
  );
}

import type { Finding, Remedy } from '../../session/doctor/findings.ts';
import { changeText, isLive, remedyChanges } from '../../session/doctor/remedyChanges.ts';
import { isTraining } from '../../session/sessionStore.ts';
import { useActions, useSession } from '../shared/sessionContext.tsx';
import './doctor.css';

/** Findings with what shows them, why they are, and remedies that say what they change. */
export function FindingList({ findings }: { findings: readonly Finding[] }) {
  return (
    <ol className="findings">
      {findings.map(({ code, title, evidence, cause, remedies, followsFrom }) => (
        <li key={code} className={followsFrom ? 'finding follows' : 'finding'}>
          <h3>{title}</h3>
          <p className="small numbers">{evidence}</p>
          <p className="small">{cause}</p>
          {remedies.length === 0 && (
            <p className="small muted">No setting cures this; look at the recordings.</p>
          )}
          {!followsFrom &&
            remedies.map((remedy) => <RemedyLine key={Object.keys(remedy.values).join()} remedy={remedy} />)}
        </li>
      ))}
    </ol>
  );
}

function RemedyLine({ remedy }: { remedy: Remedy }) {
  const settings = useSession((state) => state.settings);
  const status = useSession((state) => state.status);
  const { changeSettings, start } = useActions();
  const changes = remedyChanges(remedy, settings);
  const text = Object.entries(remedy.values)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ');
  return (
    <div className="remedy">
      <span className="small">{remedy.action}</span>
      {changes.length > 0 ? (
        <button
          type="button"
          className="button small numbers"
          onClick={() => changeSettings(remedy.values, `remedy ${text}`)}
        >
          Set {changeText(changes)}
        </button>
      ) : (
        <span className="small remedy-set" role="status">
          {text} is set.{' '}
          {isLive(remedy) && isTraining(status) ? (
            'The run goes on with it.'
          ) : (
            <button
              type="button"
              className="button small primary"
              disabled={isTraining(status)}
              onClick={() => void start()}
            >
              {isTraining(status) ? 'Pause first' : isLive(remedy) ? 'Train on' : 'Train a new run'}
            </button>
          )}
        </span>
      )}
    </div>
  );
}

import { Icon } from './shared/Icon.tsx';
import { RemedyButton } from './shared/RemedyButton.tsx';
import { useActions, useSession } from './shared/sessionContext.tsx';

/** What was repaired in a link, and what went wrong; each says what to do. */
export function Notices() {
  const problems = useSession((state) => state.problems);
  const repairs = useSession((state) => state.repairs);
  const { dismissProblem, dismissRepairs } = useActions();
  if (problems.length === 0 && repairs.length === 0) return null;
  return (
    <div className="notices">
      {repairs.length > 0 && (
        <section className="notice notice-warn" aria-label="Repairs of the link">
          <div>
            <p>
              <b>This link could not be read as it is; the page repaired it:</b>
            </p>
            <ul>
              {repairs.map(({ code, message, hint }) => (
                <li key={`${code}-${message}`}>
                  {message} {hint}
                </li>
              ))}
            </ul>
          </div>
          <button
            type="button"
            className="button quiet icon"
            aria-label="Hide the repairs"
            onClick={dismissRepairs}
          >
            <Icon name="close" />
          </button>
        </section>
      )}
      {problems.map(({ id, code, message, hint, remedy }) => (
        <section key={id} className="notice notice-bad" role="alert" aria-label={`Problem ${code}`}>
          <div>
            <p>
              <b>{message}</b> {hint} <span className="muted small">({code})</span>
            </p>
            <RemedyButton problem={{ code, message, hint, remedy }} onDone={() => dismissProblem(id)} />
          </div>
          <button
            type="button"
            className="button quiet icon"
            aria-label="Hide this problem"
            onClick={() => dismissProblem(id)}
          >
            <Icon name="close" />
          </button>
        </section>
      ))}
    </div>
  );
}

import {
  type Arm,
  armSession,
  EXPERIMENTS,
  type Experiment,
  isTrained,
  MEASURED,
} from '../../session/experiments/experiments.ts';
import { encodeLink, sameValue } from '../../session/linkCodec.ts';
import type { Session } from '../../session/session.ts';
import { formatBytes, formatCount, formatPercent } from '../shared/format.ts';
import { useActions, useSession } from '../shared/sessionContext.tsx';
import { useViews } from '../shell/viewChoice.ts';
import './learn.css';

/** Questions with the sessions that answer them, and what was found. */
export default function ExperimentsPanel() {
  return (
    <section className="panel" aria-labelledby="experiments-title">
      <h2 id="experiments-title">Five experiments</h2>
      <p className="small muted learn-lead">
        Each takes a minute or two. Set a session up, train it, set the next one up, and compare. Your present
        settings come back with Undo, or with the browser’s Back.
      </p>
      <div className="experiments">
        {EXPERIMENTS.map((experiment) => (
          <ExperimentCard key={experiment.id} experiment={experiment} />
        ))}
      </div>
    </section>
  );
}

function ExperimentCard({ experiment }: { experiment: Experiment }) {
  const { id, question, about, lookFor, finding, arms, view } = experiment;
  return (
    <article className="experiment" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>{question}</h3>
      <p>{about}</p>
      <p>
        <b>Look for:</b> {lookFor}
      </p>
      <ul className="arms">
        {arms.map((arm) => (
          <ArmRow key={arm.id} arm={arm} session={armSession(experiment, arm)} view={view} />
        ))}
      </ul>
      <details>
        <summary>What we found</summary>
        <Findings experiment={experiment} />
        <p className="small">{finding(MEASURED)}</p>
      </details>
    </article>
  );
}

/** The settings that the session has now, without what only its data say. */
const comparable = ({ data, ...rest }: Session) => ({ ...rest, data: { ...data, fingerprint: undefined } });

function ArmRow({ arm, session, view }: { arm: Arm; session: Session; view: string }) {
  const { openSession } = useActions();
  const { showView } = useViews();
  const isSet = useSession((state) => sameValue(comparable(state.settings), comparable(session)));
  return (
    <li>
      <a
        className="button small"
        href={`#${encodeLink(session)}`}
        aria-current={isSet ? 'true' : undefined}
        onClick={(event) => {
          // A new window is opened by the browser itself.
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          openSession(session, `experiment: ${arm.label}`);
          showView(view);
        }}
      >
        Set up: {arm.label}
      </a>
      {isSet && <span className="small muted"> is set up now</span>}
    </li>
  );
}

function Findings({ experiment }: { experiment: Experiment }) {
  const trained = isTrained(experiment);
  return (
    <table className="numbers small experiment-figures">
      <thead>
        <tr>
          <th scope="col">session</th>
          <th scope="col">{trained ? 'test accuracy, last epoch' : 'MACs per batch'}</th>
          <th scope="col">GPU memory</th>
          {!trained && <th scope="col">with f32 history</th>}
        </tr>
      </thead>
      <tbody>
        {experiment.arms.map(({ id, label }) => {
          const run = MEASURED.runs[id];
          const plan = MEASURED.plans[id];
          return (
            <tr key={id}>
              <th scope="row">{label}</th>
              <td>{run ? formatPercent(run.testAccuracy.at(-1) ?? 0, 0) : formatCount(plan.macs)}</td>
              <td>{formatBytes(run ? run.peakBytes : plan.planBytes)}</td>
              {!trained && <td>{formatBytes(plan.f32Bytes)}</td>}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

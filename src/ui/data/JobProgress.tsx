import { useRef } from 'react';
import type { DataProgress } from '../../session/ports.ts';
import { formatBytes, formatSeconds } from '../shared/format.ts';
import { useActions } from '../shared/sessionContext.tsx';
import { type Pace, paceOf, progressText } from './jobPace.ts';

/** What the data job does, how far it is, how fast, how long it takes still, and the way to stop it. */
export function JobProgress({ job }: { job: DataProgress }) {
  const { cancelDataJob } = useActions();
  const pace = useRef<Pace | null>(null);
  pace.current = paceOf(pace.current, job, performance.now());
  return (
    <>
      <progress
        aria-label={job.label}
        max={job.total || undefined}
        value={job.total ? job.done : undefined}
      />
      <span className="small numbers job-text">
        {job.label}
        <span className="muted"> {progressText(job, pace.current, formatBytes, formatSeconds)}</span>
      </span>
      <button type="button" className="button quiet small" onClick={cancelDataJob}>
        Cancel
      </button>
    </>
  );
}

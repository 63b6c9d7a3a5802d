import { useEffect, useRef, useState } from 'react';
import { useActions, useSession } from '../shared/sessionContext.tsx';
import { RunComparison } from './RunComparison.tsx';
import { RunRow } from './RunRow.tsx';
import { StorageLine } from './StorageLine.tsx';
import './runs.css';

/** The kept runs: open, name, note, keep, compare, duplicate, export, import, delete. */
export default function RunsPanel() {
  const kept = useSession((state) => state.kept);
  const { refreshRuns, importRun } = useActions();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const picker = useRef<HTMLInputElement>(null);

  useEffect(() => {
    void refreshRuns();
  }, [refreshRuns]);

  const runs = kept.runs ?? [];
  const compared = runs.filter(({ summary }) => chosen.includes(summary.id)).map(({ summary }) => summary);
  const choose = (id: string, isChosen: boolean) =>
    setChosen((before) => (isChosen ? [...before, id] : before.filter((other) => other !== id)));
  const add = async (files: FileList | null) => {
    for (const file of files ?? []) await importRun(file);
    // The same file can be chosen again.
    if (picker.current) picker.current.value = '';
  };

  return (
    <section className="panel" aria-labelledby="runs-title">
      <h2 id="runs-title">Runs</h2>
      <p className="small muted">
        Every run is kept in this browser while it is trained, so that it survives a reload, a crash and a
        lost GPU. The latest ones stay; mark those that are to stay for good.
      </p>
      <StorageLine />
      {kept.problem && (
        <p className="inline-problem small" role="alert">
          {kept.problem.message} {kept.problem.hint}
        </p>
      )}
      <div className="runs-tools">
        <button type="button" className="button small" onClick={() => picker.current?.click()}>
          Import a run
        </button>
        <input
          ref={picker}
          type="file"
          accept=".spikelet-run"
          multiple
          hidden
          aria-label="File of a run"
          onChange={(event) => void add(event.target.files)}
        />
      </div>
      {kept.runs !== null && runs.length === 0 && !kept.problem && (
        <p>No run is kept yet. Press Train: after some seconds the run appears here.</p>
      )}
      <ul className="runs-list" aria-label="Kept runs">
        {runs.map((run) => (
          <RunRow
            key={run.summary.id}
            run={run}
            isCompared={chosen.includes(run.summary.id)}
            onCompare={(isChosen) => choose(run.summary.id, isChosen)}
          />
        ))}
      </ul>
      {kept.damaged.map(({ code, message, hint }) => (
        <p key={`${code} ${message}`} className="inline-problem small">
          {message} {hint}
        </p>
      ))}
      {compared.length > 1 && <RunComparison runs={compared} />}
    </section>
  );
}

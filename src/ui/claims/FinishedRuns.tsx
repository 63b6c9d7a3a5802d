import { useRef } from 'react';
import { useStore } from 'zustand';
import { addSweepCsv, evidenceStore, removeEvidence } from '../../session/claims/evidenceStore.ts';
import { useSession } from '../shared/sessionContext.tsx';
import { useSweep } from '../sweep/sweepContext.tsx';

/** The runs that claims are checked on, and a way to add those of a sweep that was run elsewhere. */
export function FinishedRuns() {
  const { added, problem } = useStore(evidenceStore);
  const session = useSession((state) => state.settings);
  const done = useSweep((state) => state.sweep?.cells.filter(({ status }) => status === 'done').length ?? 0);
  const picker = useRef<HTMLInputElement>(null);
  const add = async (files: FileList | null) => {
    for (const file of files ?? []) addSweepCsv(file.name, await file.text(), session);
    // The same file can be chosen again.
    if (picker.current) picker.current.value = '';
  };
  return (
    <div className="claim-sweep">
      <h3>Finished runs</h3>
      <p className="small">
        {added.length === 0 && done === 0
          ? 'None yet. Run a sweep here or with npm run sweep, and add the CSV it wrote.'
          : 'Verdicts below are about these runs.'}{' '}
        {done > 0 && `The sweep of this page has ${done}. `}A CSV counts as runs of the session’s network and
        data, as they are now.
      </p>
      {added.length > 0 && (
        <ul className="claim-files small">
          {added.map(({ fileName, evidence }) => (
            <li key={fileName}>
              <span>
                {fileName}: {evidence.runs.length} runs on {evidence.dataset}
              </span>
              <button
                type="button"
                className="button quiet small"
                aria-label={`Remove ${fileName}`}
                onClick={() => removeEvidence(fileName)}
              >
                Remove
              </button>
            </li>
          ))}
        </ul>
      )}
      <p>
        <button type="button" className="button small" onClick={() => picker.current?.click()}>
          Add the CSV of a sweep
        </button>
        <input
          ref={picker}
          type="file"
          accept=".csv,text/csv"
          multiple
          hidden
          aria-label="CSV of a sweep"
          onChange={(event) => void add(event.target.files)}
        />
      </p>
      {problem && (
        <p className="inline-problem small" role="alert">
          {problem.message} {problem.hint}
        </p>
      )}
    </div>
  );
}

import { useState } from 'react';
import type { StoredRun } from '../../session/runs/runLibrary.ts';
import { formatBytes } from '../shared/format.ts';
import { saveFile } from '../shared/saveFile.ts';
import { useActions, useSession } from '../shared/sessionContext.tsx';
import { useViews } from '../shell/viewChoice.ts';
import { OverlayButton } from './OverlayButton.tsx';
import { RunText } from './RunText.tsx';
import { runAccuracy, runTime, STATUS_NAMES } from './runWords.ts';

interface RunRowProps {
  run: StoredRun;
  isCompared: boolean;
  onCompare: (isChosen: boolean) => void;
}

/** One kept run: what it reached, and what can be done with it. */
export function RunRow({ run: { summary, bytes, isLocked }, isCompared, onCompare }: RunRowProps) {
  const { id, name, note, settings, isKept, datasetName, epoch, iteration, status, updatedMs } = summary;
  const isCurrent = useSession((state) => state.kept.currentId === id || state.kept.openId === id);
  const { openRun, changeRun, removeRun, duplicateRun, exportRun } = useActions();
  const { showView } = useViews();
  const [isSure, setIsSure] = useState(false);
  const { truncationInterval: k, blockSize: n } = settings.schedule;
  const isElsewhere = isLocked && !isCurrent;

  const open = async () => {
    if (await openRun(id)) showView('train');
  };
  const exportIt = async () => {
    const file = await exportRun(id);
    if (file) saveFile(file.name, 'application/octet-stream', file.bytes);
  };

  return (
    <li className="run-row" aria-label={name}>
      <div className="run-head">
        <label className="run-compare small">
          <input
            type="checkbox"
            checked={isCompared}
            onChange={(event) => onCompare(event.target.checked)}
            aria-label={`Compare ${name}`}
          />
          <span aria-hidden="true">compare</span>
        </label>
        <RunText id={id} name={name} note={note} />
        <button
          type="button"
          className="button quiet small"
          aria-pressed={isKept}
          onClick={() => void changeRun(id, { isKept: !isKept })}
        >
          {isKept ? 'Stays' : 'Let it stay'}
        </button>
      </div>
      <p className="small numbers run-figures">
        <span>
          k = {k}, n = {n}
        </span>
        <span>test {runAccuracy(summary)}</span>
        <span>
          epoch {epoch ?? 0} of {settings.epochs}, iteration {iteration}
        </span>
        <span>{isCurrent ? 'on this page' : isElsewhere ? 'open in another tab' : STATUS_NAMES[status]}</span>
        <span className="muted">{datasetName}</span>
        <span className="muted">{formatBytes(bytes)}</span>
        <span className="muted">{runTime(updatedMs)}</span>
      </p>
      <div className="run-buttons">
        <button type="button" className="button small" disabled={isCurrent} onClick={() => void open()}>
          Open
        </button>
        <OverlayButton summary={summary} />
        <button type="button" className="button quiet small" onClick={() => void duplicateRun(id)}>
          Duplicate
        </button>
        <button type="button" className="button quiet small" onClick={() => void exportIt()}>
          Export
        </button>
        <button
          type="button"
          className="button quiet small"
          disabled={isElsewhere}
          onBlur={() => setIsSure(false)}
          onClick={() => (isSure ? void removeRun(id) : setIsSure(true))}
        >
          {isSure ? 'Really delete?' : 'Delete'}
        </button>
      </div>
    </li>
  );
}

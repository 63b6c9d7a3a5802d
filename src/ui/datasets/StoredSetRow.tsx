import { useState } from 'react';
import type { StoredSetFacts } from '../../session/ports.ts';
import { formatBytes, formatMicroseconds } from '../shared/format.ts';

interface StoredSetRowProps {
  facts: StoredSetFacts;
  /** It is the data of the session. */
  isLoaded: boolean;
  /** A run reads from it. */
  isInRun: boolean;
  isBusy: boolean;
  onOpen: () => void;
  onDelete: () => void;
}

/** One stored data set, with what can be done with it. */
export function StoredSetRow({ facts, isLoaded, isInRun, isBusy, onOpen, onDelete }: StoredSetRowProps) {
  const [isAsking, setIsAsking] = useState(false);
  const name = facts.name ?? facts.file;
  return (
    <li className="stored-set">
      <div className="stored-about">
        <h3>
          {name} {isLoaded && <span className="tag">in use</span>}
        </h3>
        <p className="small numbers">
          {formatBytes(facts.bytes)}
          {detailsOf(facts)}
        </p>
        {facts.problem && (
          <p className="small field-error">
            {facts.problem.message} {facts.problem.hint}
          </p>
        )}
        {facts.fingerprint && (
          <p className="small muted numbers">
            fingerprint <code>{facts.fingerprint.slice(0, 12)}</code>
            {facts.storedAt && `, stored ${facts.storedAt.slice(0, 16).replace('T', ' ')} UTC`}
          </p>
        )}
        {isInRun && isAsking && (
          <p className="small">The run that is open reads from it and would stop with an error.</p>
        )}
      </div>
      <div className="stored-buttons">
        {!isAsking && !facts.problem && (
          <button
            type="button"
            className="button small"
            aria-label={`Open ${name}`}
            disabled={isBusy}
            onClick={onOpen}
          >
            Open
          </button>
        )}
        {isAsking ? (
          <>
            <button
              type="button"
              className="button small danger"
              aria-label={`Delete ${name} for good`}
              disabled={isBusy}
              onClick={onDelete}
            >
              Delete for good
            </button>
            <button
              type="button"
              className="button quiet small"
              aria-label={`Keep ${name}`}
              onClick={() => setIsAsking(false)}
            >
              Keep
            </button>
          </>
        ) : (
          <button
            type="button"
            className="button quiet small"
            aria-label={`Delete ${name}`}
            disabled={isBusy}
            onClick={() => setIsAsking(true)}
          >
            Delete
          </button>
        )}
      </div>
    </li>
  );
}

/** ", 128 samples of 4 classes, 96 for training, 8 steps of 37.5 ms, 34 x 34 x 2, counts" */
function detailsOf({
  sampleCount,
  trainCount,
  classNames,
  shape,
  stepCount,
  kind,
  encoding,
  maxCount,
}: StoredSetFacts) {
  if (sampleCount === undefined || !shape || !classNames) return '';
  const { channels, height, width } = shape;
  const dt = encoding ? ` of ${formatMicroseconds(encoding.stepDurationUs)}` : '';
  return [
    `, ${sampleCount} samples of ${classNames.length} classes`,
    `${trainCount} for training`,
    ...(kind === 'events' ? [`${stepCount} steps${dt}`] : ['images']),
    `${width} × ${height} × ${channels}`,
    ...((maxCount ?? 1) > 1 ? [`counts up to ${maxCount}`] : []),
  ].join(', ');
}

import { useState } from 'react';
import { RUN_TEXT_LIMITS } from '../../session/runs/runRecord.ts';
import { useActions } from '../shared/sessionContext.tsx';

/** Name and note of a run, both to be written over; taken up when the field is left, Escape takes the change back. */
export function RunText({ id, name, note }: { id: string; name: string; note: string }) {
  const { changeRun } = useActions();
  const [draft, setDraft] = useState<{ name?: string; note?: string }>({});
  const leave = () => {
    const isNew = (draft.name ?? name).trim() !== name || (draft.note ?? note) !== note;
    if (isNew && (draft.name ?? name).trim() !== '') void changeRun(id, draft);
    setDraft({});
  };
  const common = {
    onBlur: leave,
    onKeyDown: (event: React.KeyboardEvent<HTMLInputElement>) => {
      if (event.key === 'Enter') event.currentTarget.blur();
      if (event.key === 'Escape') setDraft({});
    },
  };
  return (
    <div className="run-text">
      <input
        className="run-name"
        aria-label="Name of the run"
        maxLength={RUN_TEXT_LIMITS.name}
        value={draft.name ?? name}
        onChange={(event) => setDraft({ ...draft, name: event.target.value })}
        {...common}
      />
      <input
        className="run-note small"
        aria-label={`Note on ${name}`}
        placeholder="Add a note"
        maxLength={RUN_TEXT_LIMITS.note}
        value={draft.note ?? note}
        onChange={(event) => setDraft({ ...draft, note: event.target.value })}
        {...common}
      />
    </div>
  );
}

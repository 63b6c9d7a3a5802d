import './columns.css';
import { type SyntheticEvent, useEffect, useId, useRef, useState } from 'react';
import {
  type ColumnChoice,
  isWholeChoice,
  ROLES,
  type TextPreview,
  TIME_UNITS_US,
} from '../../session/ports.ts';
import { SelectField } from '../shared/SelectField.tsx';
import { useActions, useSession } from '../shared/sessionContext.tsx';
import { describeFirstEvent } from './firstEvent.ts';

const ROLE_NAMES = { t: 'time', x: 'x', y: 'y', p: 'polarity', none: 'not used' } as const;
type Meaning = keyof typeof ROLE_NAMES;

const UNIT_NAMES: Record<(typeof TIME_UNITS_US)[number], string> = {
  0.001: 'nanoseconds',
  1: 'microseconds',
  1000: 'milliseconds',
  1000000: 'seconds',
};

/** Asks what the columns of a dropped text file are; nothing where nothing waits to be answered. */
export default function ColumnDialog() {
  const question = useSession((state) => state.columnQuestion);
  return question && <Question key={question.file} preview={question} />;
}

/** What the dialog begins with: the guess, else what the names say. */
function meaningsOf({ columnCount, guess, named }: TextPreview): Meaning[] {
  if (!guess) return named.map((role, column) => (role && named.indexOf(role) === column ? role : 'none'));
  const meanings = new Array<Meaning>(columnCount).fill('none');
  for (const role of ROLES) meanings[guess.roles[role]] = role;
  return meanings;
}

function Question({ preview }: { preview: TextPreview }) {
  const { answerColumns, cancelDataJob } = useActions();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [meanings, setMeanings] = useState(() => meaningsOf(preview));
  const [unit, setUnit] = useState(String(preview.guess?.timeUnitUs ?? 1));

  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);

  const place = (role: Meaning) => meanings.indexOf(role);
  const choice: ColumnChoice = {
    columnCount: preview.columnCount,
    roles: { t: place('t'), x: place('x'), y: place('y'), p: place('p') },
    timeUnitUs: Number(unit),
  };
  const missing = ROLES.filter((role) => place(role) < 0);
  const twice = ROLES.filter((role) => place(role) !== meanings.lastIndexOf(role));
  const isWhole = isWholeChoice(choice) && twice.length === 0;
  const reading = isWhole ? describeFirstEvent(preview.rows, choice) : null;

  const cancel = (event: SyntheticEvent) => {
    event.preventDefault();
    cancelDataJob();
  };

  return (
    <dialog ref={dialog} className="column-dialog" aria-labelledby={id} onCancel={cancel}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isWhole) answerColumns(choice);
        }}
      >
        <h2 id={id}>What are the columns?</h2>
        <p className="small muted">
          {preview.file}. The answer holds for all text files of this drop with {preview.columnCount} columns.
        </p>
        {preview.problem && (
          <p className="inline-problem" role="alert">
            {preview.problem.message} Choose them here.
          </p>
        )}
        {preview.preamble.length > 0 && (
          <div>
            <p className="small muted">Lines before the first event, which are passed over:</p>
            <pre className="column-preamble">{preview.preamble.join('\n')}</pre>
          </div>
        )}
        <section className="column-table" aria-label="First events">
          <table className="numbers">
            <thead>
              <tr>
                {meanings.map((meaning, column) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a column is its number.
                  <th key={column} scope="col">
                    <SelectField
                      label={preview.columnNames[column] ?? `column ${column + 1}`}
                      value={meaning}
                      options={(Object.keys(ROLE_NAMES) as Meaning[]).map(
                        (name) => [name, ROLE_NAMES[name]] as const,
                      )}
                      onChoose={(to) => setMeanings(meanings.map((from, c) => (c === column ? to : from)))}
                    />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {preview.rows.map((row, line) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number.
                <tr key={line}>
                  {row.map((field, column) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: see above.
                    <td key={column} className={meanings[column] === 'none' ? 'muted' : undefined}>
                      {field}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
        <SelectField
          label="unit of the times"
          value={unit}
          options={TIME_UNITS_US.map((us) => [String(us), UNIT_NAMES[us]] as const)}
          onChoose={setUnit}
        />
        <p className={reading?.isPossible ? 'small' : 'small field-error'} aria-live="polite">
          {reading
            ? reading.text
            : twice.length > 0
              ? `Two columns are ${twice.map((role) => ROLE_NAMES[role]).join(' and ')}: choose one each.`
              : `Still missing: ${missing.map((role) => ROLE_NAMES[role]).join(', ')}.`}
        </p>
        <div className="column-buttons">
          <button type="button" className="button" onClick={cancel}>
            Cancel the import
          </button>
          <button type="submit" className="button primary" disabled={!isWhole || !reading?.isPossible}>
            Import
          </button>
        </div>
      </form>
    </dialog>
  );
}

import { useRef, useState } from 'react';
import { CLASS_TEXT_LENGTH, type ClassChoice, type ImportPlan } from '../../session/ports.ts';

/** Classes that are listed: more are counted, a thousand text fields help nobody. */
const SHOWN = 200;

interface ClassTableProps {
  plan: ImportPlan;
  classes: ClassChoice;
  /** Null where the classes cannot be changed. */
  onChange: ((classes: ClassChoice) => void) | null;
}

/** A class as the rule gives it, whatever it is called now. */
interface FoundClass {
  name: string;
  files: number;
  example: string;
}

/** The classes of a drop with their counts: they can be renamed, merged under one name, or left out. */
export function ClassTable({ plan, classes, onChange }: ClassTableProps) {
  const { renames } = classes;
  // A plan with other names does not say any more what the rule gives: the latest one without them does.
  const found = useRef<FoundClass[]>([]);
  if (!renames) found.current = plan.classes;
  const rows = onChange ? found.current : plan.classes;
  if (rows.length === 0) return <p className="small">This rule finds no class.</p>;
  const rename = (from: string, to: string | null) => {
    const next = { ...renames, [from]: to };
    if (to === from) delete next[from];
    onChange?.({ ...classes, renames: Object.keys(next).length > 0 ? next : undefined });
  };
  return (
    <section className="import-classes" aria-label="Classes">
      <table>
        <thead>
          <tr>
            <th scope="col">class</th>
            <th scope="col">{plan.kind === 'trials' ? 'trials' : 'recordings'}</th>
            <th scope="col">one of them</th>
            {onChange && <th scope="col">import</th>}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, SHOWN).map((row) => {
            const name = renames?.[row.name];
            return (
              <tr key={row.name}>
                <td>
                  {onChange ? (
                    <NameField
                      from={row.name}
                      value={name ?? row.name}
                      isOut={name === null}
                      onChange={(to) => rename(row.name, to)}
                    />
                  ) : (
                    row.name
                  )}
                </td>
                <td className="numbers">{row.files}</td>
                <td className="import-example muted">{row.example}</td>
                {onChange && (
                  <td>
                    <input
                      type="checkbox"
                      aria-label={`Import ${row.name}`}
                      checked={name !== null}
                      onChange={(event) => rename(row.name, event.target.checked ? row.name : null)}
                    />
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
      {rows.length > SHOWN && <p className="small muted">and {rows.length - SHOWN} more</p>}
    </section>
  );
}

interface NameFieldProps {
  from: string;
  value: string;
  isOut: boolean;
  onChange: (name: string) => void;
}

function NameField({ from, value, isOut, onChange }: NameFieldProps) {
  const [text, setText] = useState(value);
  const commit = () => {
    const name = text.trim();
    if (name === '') setText(value);
    else if (name !== value) onChange(name);
  };
  return (
    <input
      className="input"
      aria-label={`Name of class ${from}`}
      value={text}
      maxLength={CLASS_TEXT_LENGTH}
      disabled={isOut}
      onChange={(event) => setText(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return;
        // Enter takes the name over; the import begins with the button.
        event.preventDefault();
        commit();
      }}
    />
  );
}

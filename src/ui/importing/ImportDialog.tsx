import '../columns/columns.css';
import './importing.css';
import { type SyntheticEvent, useEffect, useId, useRef, useState } from 'react';
import type { ClassChoice, ClassRule, ImportPlan } from '../../session/ports.ts';
import type { ImportQuestion } from '../../session/sessionStore.ts';
import { formatBytes } from '../shared/format.ts';
import { NumberField } from '../shared/NumberField.tsx';
import { SelectField } from '../shared/SelectField.tsx';
import { useActions, useSession } from '../shared/sessionContext.tsx';
import { ClassTable } from './ClassTable.tsx';

const RULES: readonly (readonly [ClassRule, string])[] = [
  ['auto', 'the first that applies'],
  ['labelList', 'a list of labels'],
  ['folders', 'the folder'],
  ['parentFolders', 'the folder above'],
  ['fileNames', 'words of the file name'],
  ['pattern', 'a pattern on the path'],
  ['none', 'nothing: one class for all'],
];

const FOUND: Record<ImportPlan['rule'], string> = {
  labelList: 'a list of labels',
  folders: 'folders',
  fileNames: 'file names',
  pattern: 'the pattern',
  labelBytes: 'the files',
  none: 'nothing: there is one class',
};

/** Shows what a drop would give, before it is read; nothing where nothing waits to be confirmed. */
export default function ImportDialog() {
  const question = useSession((state) => state.importQuestion);
  return question && <Question {...question} />;
}

function Question({ plan, classes, isPlanning, problem }: ImportQuestion) {
  const { answerImport, changeImport, cancelDataJob } = useActions();
  const data = useSession((state) => state.settings.data);
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [keepDamaged, setKeepDamaged] = useState(false);
  const [splitSeed, setSplitSeed] = useState(data.splitSeed);
  const [testFraction, setTestFraction] = useState(data.testFraction);

  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);

  const cancel = (event: SyntheticEvent) => {
    event.preventDefault();
    cancelDataJob();
  };
  const isTrials = plan.kind === 'trials';
  const isSeeded = plan.split === 'seeded';
  const isReady = !isPlanning && !problem && plan.classes.length > 0;

  return (
    <dialog ref={dialog} className="column-dialog" aria-labelledby={id} onCancel={cancel}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) answerImport({ classes, keepDamaged, splitSeed, testFraction });
        }}
      >
        <h2 id={id}>Check the import</h2>
        <p className="small muted numbers">
          {plan.name}: {plan.fileCount} recordings, {formatBytes(plan.byteCount)}. Nothing is decoded yet.
        </p>
        {!isTrials && <RuleFields classes={classes} onChange={changeImport} />}
        <p className="small" aria-live="polite">
          {isTrials
            ? 'Label files cut these recordings into trials; classes come from them.'
            : `Classes come from ${FOUND[plan.rule]}.`}{' '}
          {plan.unlabelled.files > 0 &&
            `${plan.unlabelled.files} recordings have no class and are left out, ${plan.unlabelled.example} among them.`}
        </p>
        {problem && (
          <p className="inline-problem small" role="alert">
            {problem.message} {problem.hint}
          </p>
        )}
        <ClassTable plan={plan} classes={classes} onChange={isTrials ? null : changeImport} />
        <div className="import-split">
          <SelectField
            label="training and test"
            value={classes.split ?? 'auto'}
            options={[
              ['auto', 'as folders or lists say, else by seed'],
              ['seeded', 'by seed'],
            ]}
            onChoose={(split) => changeImport({ ...classes, split })}
          />
          <NumberField
            label="share that tests"
            value={testFraction}
            step="any"
            min={0.01}
            max={0.9}
            onCommit={commit(0.01, 0.9, setTestFraction)}
          />
          <NumberField
            label="split seed"
            value={splitSeed}
            min={0}
            onCommit={commit(0, 0xffffffff, (seed) => setSplitSeed(Math.round(seed)))}
          />
        </div>
        <p className="small muted">
          {isSeeded
            ? 'The split is drawn per class by the seed; session and link carry it.'
            : 'Folders or lists say what trains and what tests; share and seed are not used.'}
        </p>
        <label className="small check">
          <input
            type="checkbox"
            checked={keepDamaged}
            onChange={(event) => setKeepDamaged(event.target.checked)}
          />
          Keep of damaged recordings what stands before the damage
        </label>
        <div className="column-buttons">
          <button type="button" className="button" onClick={cancel}>
            Cancel the import
          </button>
          <button type="submit" className="button primary" disabled={!isReady}>
            Import
          </button>
        </div>
      </form>
    </dialog>
  );
}

const commit = (low: number, high: number, take: (value: number) => void) => (text: string) => {
  const value = Number(text);
  if (text.trim() === '' || !(value >= low && value <= high)) return `allowed is ${low} to ${high}`;
  take(value);
  return null;
};

interface RuleFieldsProps {
  classes: ClassChoice;
  onChange: (classes: ClassChoice) => void;
}

function RuleFields({ classes, onChange }: RuleFieldsProps) {
  const id = useId();
  const [pattern, setPattern] = useState(classes.pattern ?? '_([a-z]+)_');
  const { split } = classes;
  const choose = (rule: ClassRule) =>
    onChange({ rule, ...(split && { split }), ...(rule === 'pattern' && { pattern }) });
  return (
    <div className="import-rule">
      <SelectField label="the class stands in" value={classes.rule} options={RULES} onChoose={choose} />
      {classes.rule === 'pattern' && (
        <div className="field">
          <label htmlFor={id}>regular expression; its first group is the class</label>
          <input
            id={id}
            className="input pattern"
            value={pattern}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => {
              setPattern(event.target.value);
              onChange({ rule: 'pattern', pattern: event.target.value, ...(split && { split }) });
            }}
          />
        </div>
      )}
    </div>
  );
}

import { useState } from 'react';
import type { SampleInspection } from '../../session/inside/insideState.ts';
import { Icon } from '../shared/Icon.tsx';
import { SelectField } from '../shared/SelectField.tsx';
import { useSession } from '../shared/sessionContext.tsx';
import { chooseInside } from './insideChoice.ts';

type Filter = 'all' | 'wrong' | `class ${number}`;

/** Which test sample is shown, what it is, and what the network makes of it. */
export function SampleChoice({ inspection }: { inspection: SampleInspection }) {
  const predictions = useSession((state) => state.inside.testPredictions);
  const [filter, setFilter] = useState<Filter>('all');
  if (!predictions) return null;
  const { samples, labels, predicted, classNames } = predictions;
  const passes = (i: number) =>
    filter === 'all' ||
    (filter === 'wrong' ? labels[i] !== predicted[i] : labels[i] === Number(filter.slice(6)));
  const shown = Array.from(samples).filter((_, i) => passes(i));
  const at = shown.indexOf(inspection.sample);
  const go = (by: number) => {
    if (shown.length === 0) return;
    // From a sample outside the choice, to its first.
    const next = at < 0 ? 0 : (at + by + shown.length) % shown.length;
    chooseInside({ sample: shown[next] });
  };
  const filters: [Filter, string][] = [
    ['all', 'all test samples'],
    ['wrong', 'wrong ones'],
    ...classNames.map((name, i): [Filter, string] => [`class ${i}`, `class ${name}`]),
  ];

  return (
    <div className="sample-line">
      <div className="sample-pick">
        <button type="button" className="button icon" aria-label="Previous sample" onClick={() => go(-1)}>
          <Icon name="previous" />
        </button>
        <p className="small numbers sample-place">
          {at >= 0 ? (
            <>
              <b>{at + 1}</b> of {shown.length}
            </>
          ) : (
            <span className="muted">{shown.length === 0 ? 'none' : `${shown.length} others`}</span>
          )}
        </p>
        <button type="button" className="button icon" aria-label="Next sample" onClick={() => go(1)}>
          <Icon name="next" />
        </button>
        <SelectField
          label="Samples"
          value={filter}
          options={filters}
          onChoose={(next) => {
            setFilter(next);
            const first = Array.from(samples).find((_, i) =>
              next === 'all'
                ? true
                : next === 'wrong'
                  ? labels[i] !== predicted[i]
                  : labels[i] === Number(next.slice(6)),
            );
            if (first !== undefined) chooseInside({ sample: first });
          }}
        />
      </div>
      <Verdict inspection={inspection} />
    </div>
  );
}

function Verdict({ inspection }: { inspection: SampleInspection }) {
  const { label, classNames, predictions, isTest, epoch, iteration, sample } = inspection;
  const predicted = predictions[predictions.length - 1];
  const isRight = predicted === label;
  return (
    <div className="sample-verdict" role="status">
      <p>
        This is <b className="class-chip">{classNames[label]}</b>, read out as{' '}
        <b className={isRight ? 'class-chip right' : 'class-chip wrong'}>
          {classNames[predicted] ?? predicted}
        </b>{' '}
        <span className={isRight ? 'verdict-right' : 'verdict-wrong'}>{isRight ? '✓ right' : '✗ wrong'}</span>
      </p>
      <p className="small muted numbers">
        {isTest ? 'test' : 'training'} sample {sample}; weights after{' '}
        {iteration === 0 ? 'no training' : `${iteration} iterations, ${epoch} epochs`}
      </p>
    </div>
  );
}

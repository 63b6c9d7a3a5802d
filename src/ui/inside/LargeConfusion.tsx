import { useId, useRef } from 'react';
import { windowAround } from '../../session/inside/confusionWindow.ts';
import { useElementWidth } from '../shared/useElementWidth.ts';
import { ConfusionMatrix, type ConfusionProps } from './ConfusionMatrix.tsx';
import { ConfusionPicture } from './ConfusionPicture.tsx';

/** Widths of a cell with its gap, and of the names beside the cells. */
const CELL = 46;
const NAMES = 92;
const MOST_SHOWN = 9;

/**
 * A matrix of many classes: all of it as a picture, and the cells around the chosen one as a table that can be read and
 * walked over. Either leads the other.
 */
export function LargeConfusion({ confusion, cell, onChoose }: ConfusionProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = useElementWidth(box, 480);
  const classes = confusion.classNames.length;
  const shown = Math.max(3, Math.min(MOST_SHOWN, Math.floor((width - NAMES) / CELL)));
  const rows = windowAround(cell.label, shown, classes);
  const columns = windowAround(cell.predicted, shown, classes);
  return (
    <div ref={box} className="large-confusion">
      <ConfusionPicture {...{ confusion, cell, onChoose, rows, columns }} />
      <div className="large-confusion-choice">
        <ClassChoice
          label="True class"
          names={confusion.classNames}
          value={cell.label}
          onChoose={(label) => onChoose({ ...cell, label })}
        />
        <ClassChoice
          label="Read out as"
          names={confusion.classNames}
          value={cell.predicted}
          onChoose={(predicted) => onChoose({ ...cell, predicted })}
        />
      </div>
      <ConfusionMatrix {...{ confusion, cell, onChoose, rows, columns }} />
    </div>
  );
}

interface ClassChoiceProps {
  label: string;
  names: readonly string[];
  value: number;
  onChoose: (index: number) => void;
}

function ClassChoice({ label, names, value, onChoose }: ClassChoiceProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="select"
        value={value}
        onChange={(event) => onChoose(Number(event.target.value))}
      >
        {names.map((name, index) => (
          // Two classes may have one name.
          // biome-ignore lint/suspicious/noArrayIndexKey: the index is the class.
          <option key={index} value={index}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

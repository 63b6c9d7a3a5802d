import { useRef } from 'react';
import { windowAround } from '../../session/inside/confusionWindow.ts';
import { SelectField } from '../shared/SelectField.tsx';
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
  // By index: two classes may have one name.
  const options = confusion.classNames.map((name, index) => [String(index), name] as const);
  const rows = windowAround(cell.label, shown, classes);
  const columns = windowAround(cell.predicted, shown, classes);
  return (
    <div ref={box} className="large-confusion">
      <ConfusionPicture {...{ confusion, cell, onChoose, rows, columns }} />
      <div className="large-confusion-choice">
        <SelectField
          label="True class"
          value={String(cell.label)}
          options={options}
          onChoose={(label) => onChoose({ ...cell, label: Number(label) })}
        />
        <SelectField
          label="Read out as"
          value={String(cell.predicted)}
          options={options}
          onChoose={(predicted) => onChoose({ ...cell, predicted: Number(predicted) })}
        />
      </div>
      <ConfusionMatrix {...{ confusion, cell, onChoose, rows, columns }} />
    </div>
  );
}

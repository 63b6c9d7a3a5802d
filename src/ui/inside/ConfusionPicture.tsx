import { useMemo } from 'react';
import type { Range } from '../../core/schedule.ts';
import { mix, useThemeColours } from '../shared/useThemeColours.ts';
import { Bitmap } from './Bitmap.tsx';
import type { ConfusionProps } from './ConfusionMatrix.tsx';

const COLOURS = ['forward', 'backward', 'sunken'] as const;

interface PictureProps extends ConfusionProps {
  /** The classes that the table beside it shows. */
  rows: Range;
  columns: Range;
}

/** A matrix of many classes as a picture; a click chooses the cell under it. The table beside it serves the keyboard. */
export function ConfusionPicture({ confusion, cell, onChoose, rows, columns }: PictureProps) {
  const colours = useThemeColours(COLOURS);
  const { classNames, counts, perClass } = confusion;
  const classes = classNames.length;
  const pixels = useMemo(() => {
    const data = new Uint8ClampedArray(classes * classes * 4);
    for (let at = 0; at < classes * classes; at++) {
      const label = Math.floor(at / classes);
      const share = perClass[label] > 0 ? counts[at] / perClass[label] : 0;
      const hue = label === at % classes ? colours.forward : colours.backward;
      data.set([...mix(colours.sunken, hue, share === 0 ? 0 : 0.25 + 0.75 * share), 255], 4 * at);
    }
    return data;
  }, [classes, counts, perClass, colours]);
  return (
    <div
      className="matrix-picture"
      onPointerDown={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        const place = (offset: number, size: number) =>
          Math.max(0, Math.min(classes - 1, Math.floor((offset / size) * classes)));
        onChoose({
          label: place(event.clientY - box.top, box.height),
          predicted: place(event.clientX - box.left, box.width),
        });
      }}
    >
      <Bitmap
        pixels={pixels}
        width={classes}
        height={classes}
        label={`Confusion matrix of ${classes} classes, ${confusion.right} of ${confusion.total} right`}
      />
      <Frame className="matrix-window" rows={rows} columns={columns} classes={classes} />
      <Frame
        className="matrix-chosen"
        rows={{ start: cell.label, stop: cell.label + 1 }}
        columns={{ start: cell.predicted, stop: cell.predicted + 1 }}
        classes={classes}
      />
    </div>
  );
}

function Frame(props: { className: string; rows: Range; columns: Range; classes: number }) {
  const { className, rows, columns, classes } = props;
  const share = (count: number) => `${(100 * count) / classes}%`;
  return (
    <i
      className={className}
      style={{
        left: share(columns.start),
        top: share(rows.start),
        width: share(columns.stop - columns.start),
        height: share(rows.stop - rows.start),
      }}
    />
  );
}

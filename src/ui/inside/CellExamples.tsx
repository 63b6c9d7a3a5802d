import { useEffect, useMemo, useState } from 'react';
import type { ConfusionCell } from '../../session/inside/confusion.ts';
import type { SamplePicture } from '../../session/inside/insideState.ts';
import { useActions, useSession } from '../shared/sessionContext.tsx';
import { useThemeColours } from '../shared/useThemeColours.ts';
import { Bitmap } from './Bitmap.tsx';
import { chooseInside } from './insideChoice.ts';
import { drawSample } from './insideDrawing.ts';

/** Examples shown at a time. */
const PAGE = 12;
const COLOURS = ['event-on', 'event-off', 'event-ground'] as const;

interface CellExamplesProps {
  cell: Pick<ConfusionCell, 'label' | 'predicted'>;
  /** Indices in the data set. */
  samples: number[];
  classNames: string[];
}

/** The samples behind a cell, as pictures of all their events; a click sends one through the network above. */
export function CellExamples({ cell, samples, classNames }: CellExamplesProps) {
  const pictures = useSession((state) => state.inside.pictures);
  const { pictureSamples } = useActions();
  const [pages, setPages] = useState(1);
  const shown = useMemo(() => samples.slice(0, pages * PAGE), [samples, pages]);

  // Another cell begins with its first page.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above.
  useEffect(() => setPages(1), [cell.label, cell.predicted]);
  useEffect(() => pictureSamples(shown), [shown, pictureSamples]);

  const what = `class ${classNames[cell.label]} read out as ${classNames[cell.predicted]}`;
  return (
    <div className="examples">
      <h3>
        {samples.length} {samples.length === 1 ? 'sample' : 'samples'} of {what}
      </h3>
      {samples.length === 0 && <p className="small muted">No test sample falls into this cell.</p>}
      <ul>
        {shown.map((sample) => (
          <li key={sample}>
            <Example sample={sample} picture={pictures.get(sample) ?? null} what={what} />
          </li>
        ))}
      </ul>
      {shown.length < samples.length && (
        <button type="button" className="button small" onClick={() => setPages(pages + 1)}>
          Show {Math.min(PAGE, samples.length - shown.length)} more
        </button>
      )}
    </div>
  );
}

function Example(props: { sample: number; picture: SamplePicture | null; what: string }) {
  const { sample, picture, what } = props;
  const colours = useThemeColours(COLOURS);
  const drawn = useMemo(
    () =>
      picture &&
      drawSample(picture, {
        ground: colours['event-ground'],
        on: colours['event-on'],
        off: colours['event-off'],
      }),
    [picture, colours],
  );
  return (
    <button
      type="button"
      className="example"
      aria-label={`Sample ${sample}, ${what}. Look inside.`}
      onClick={() => {
        chooseInside({ sample });
        document.getElementById('inside-title')?.scrollIntoView({ block: 'start' });
      }}
    >
      {drawn ? <Bitmap {...drawn} /> : <span className="bitmap" />}
      <span className="numbers">{sample}</span>
    </button>
  );
}

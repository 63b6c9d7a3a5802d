import { useId } from 'react';
import type { Session } from '../../session/session.ts';
import { formatMicroseconds } from '../shared/format.ts';
import { NumberField } from '../shared/NumberField.tsx';
import { useActions, useSession } from '../shared/sessionContext.tsx';

/** How samples enter the network: T steps of dt, counted from the first event; an image, T times. */
export function EncodingFields() {
  const encoding = useSession((state) => state.settings.encoding);
  const data = useSession((state) => state.settings.data);
  const { changeSetting } = useActions();
  const set =
    (name: string, scale = 1) =>
    (text: string) =>
      changeSetting(name, scale === 1 ? text : String(Math.round(Number(text) * scale)))?.message ?? null;
  const isImages = encoding.input === 'frames';

  return (
    <details className="encoding">
      <summary>
        {isImages ? 'Images' : 'Frames'}: <span className="numbers">{encoding.stepCount}</span> steps
        {!isImages && (
          <>
            {' '}
            of <span className="numbers">{formatMicroseconds(encoding.stepDurationUs)}</span>
          </>
        )}
        ,{' '}
        <span className="numbers">
          {encoding.width} × {encoding.height}
        </span>
      </summary>
      <div className="field-grid">
        <NumberField label="T, time steps" value={encoding.stepCount} onCommit={set('T')} min={1} term="T" />
        {!isImages && (
          <>
            <NumberField
              label="dt"
              unit="ms"
              value={encoding.stepDurationUs / 1000}
              step="any"
              min={0.001}
              onCommit={set('dt', 1000)}
              term="dt"
            />
            <NumberField label="width" value={encoding.width} onCommit={set('width')} min={1} />
            <NumberField label="height" value={encoding.height} onCommit={set('height')} min={1} />
          </>
        )}
        <NumberField label="training samples" value={data.trainCount} onCommit={set('train')} min={1} />
        <NumberField label="test samples" value={data.testCount} onCommit={set('test')} min={1} />
        {data.source === 'files' ? (
          <NumberField label="split seed" value={data.splitSeed} onCommit={set('splitSeed')} min={0} />
        ) : (
          <NumberField label="data seed" value={data.seed} onCommit={set('dataSeed')} min={0} />
        )}
        {isImages && <OrientationField />}
      </div>
      <p className="small muted">
        {isImages
          ? 'The whole image, black 0 to white 1, enters the first layer at every step; images keep their size.'
          : aboutFrames(encoding)}
      </p>
    </details>
  );
}

function aboutFrames({ binning, reduction, polarity, startUs, denoiseUs }: Session['encoding']): string {
  const isPlain = binning === 'binary' && reduction === 'or' && polarity === 'both';
  return isPlain && startUs === 0 && denoiseUs === 0
    ? 'A pixel of a frame is 1 if it had at least one event in that step, separately for ON (brighter) and OFF (darker). Later events are left out. Other rules stand under Recording.'
    : 'Frames are made by other rules than the plain ones: they stand under Recording, with what they do.';
}

/** The switch for idx files whose name does not say how they are stored. */
function OrientationField() {
  const orientation = useSession((state) => state.settings.data.imageOrientation);
  const { changeSetting } = useActions();
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>idx images, at the next drop</label>
      <select
        id={id}
        className="select"
        value={orientation}
        onChange={(event) => changeSetting('images', event.target.value)}
      >
        <option value="auto">transposed if named emnist</option>
        <option value="upright">as stored</option>
        <option value="transposed">transposed</option>
      </select>
    </div>
  );
}

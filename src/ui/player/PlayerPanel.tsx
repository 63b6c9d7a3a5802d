import './player.css';
import { PixelCanvas } from '../data/PixelCanvas.tsx';
import { drawImage } from '../data/playerDrawing.ts';
import { Icon } from '../shared/Icon.tsx';
import { NumberField } from '../shared/NumberField.tsx';
import { RecordingPlayer } from './RecordingPlayer.tsx';
import { showRecording } from './shownRecording.ts';
import { type ShownSample, useShownRecording } from './useShownRecording.ts';

/** Everything about one recording, and the settings that turn it into frames, with their effect beside them. */
export default function PlayerPanel() {
  const shown = useShownRecording();
  const { sample } = shown;
  return (
    <section className="panel player-panel" aria-labelledby="player-title">
      <header className="player-head">
        <h2 id="player-title">Recording and frames</h2>
        {sample && <SampleChoice {...shown} />}
      </header>
      {!sample && (
        <p className="muted">
          A recording appears here once data is loaded: choose a data set or drop recordings under Train.
        </p>
      )}
      {sample?.kind === 'frames' && (
        <div className="player-stage">
          <PixelCanvas
            pixels={drawImage(sample)}
            width={sample.shape.width}
            label={`Image ${sample.name}`}
            caption="network, the same at every step"
          />
        </div>
      )}
      {sample?.kind === 'events' && <RecordingPlayer recording={sample} />}
    </section>
  );
}

function SampleChoice({ sample, count, index }: ShownSample) {
  if (!sample) return null;
  const { name, className, split } = sample;
  const what = sample.kind === 'frames' ? 'image' : 'recording';
  return (
    <div className="sample-choice">
      <p className="small numbers">
        class <b>{className}</b>, {split}
        {sample.kind === 'events' && `, ${sample.events.tUs.length} events`}
        {sample.kind === 'events' &&
          sample.eventTotal !== undefined &&
          `, the first of ${sample.eventTotal}: frames below are of these`}
        {sample.kind === 'events' && sample.isFromFrames && ' of stored frames'},{' '}
        <span className="muted">{name.slice(name.lastIndexOf('/') + 1)}</span>
      </p>
      <div className="sample-stepper">
        <button
          type="button"
          className="button quiet icon"
          aria-label={`Previous ${what}`}
          onClick={() => showRecording(index - 1, count)}
        >
          <Icon name="previous" />
        </button>
        <NumberField
          label={`${what} of ${count}`}
          value={index + 1}
          min={1}
          max={count}
          onCommit={(text) => {
            const wanted = Number(text);
            if (!Number.isInteger(wanted) || wanted < 1 || wanted > count)
              return `allowed is a whole number from 1 to ${count}`;
            showRecording(wanted - 1, count);
            return null;
          }}
        />
        <button
          type="button"
          className="button quiet icon"
          aria-label={`Next ${what}`}
          onClick={() => showRecording(index + 1, count)}
        >
          <Icon name="next" />
        </button>
      </div>
    </div>
  );
}

import type { RecordingView } from '../../session/ports.ts';
import { showRecording } from '../player/shownRecording.ts';
import { useShownRecording } from '../player/useShownRecording.ts';
import { Icon } from '../shared/Icon.tsx';
import { useViews } from '../shell/ViewContext.tsx';
import { EventReplay } from './EventReplay.tsx';
import { PixelCanvas } from './PixelCanvas.tsx';
import { drawImage } from './playerDrawing.ts';

/** Shows the samples one at a time: a recording is replayed, an image stands still. */
export function Player() {
  const { sample, count, index } = useShownRecording();
  const { showView } = useViews();
  const go = (by: number) => showRecording(index + by, count);
  const what = sample?.kind === 'frames' ? 'image' : 'recording';
  const stepper = (
    <>
      <button
        type="button"
        className="button quiet icon"
        aria-label={`Previous ${what}`}
        disabled={!sample}
        onClick={() => go(-1)}
      >
        <Icon name="previous" />
      </button>
      <button
        type="button"
        className="button quiet icon"
        aria-label={`Next ${what}`}
        disabled={!sample}
        onClick={() => go(1)}
      >
        <Icon name="next" />
      </button>
    </>
  );

  return (
    <figure className="player" aria-label={sample?.kind === 'frames' ? 'Image viewer' : 'Recording player'}>
      {sample?.kind === 'frames' ? (
        <>
          <div className="player-screens">
            <PixelCanvas
              pixels={drawImage(sample)}
              width={sample.shape.width}
              label={`Image ${sample.name}`}
              caption="network, every step"
            />
          </div>
          <div className="player-controls">{stepper}</div>
        </>
      ) : (
        <EventReplay recording={sample}>{stepper}</EventReplay>
      )}
      <figcaption className="small numbers">
        <Caption sample={sample} />
      </figcaption>
      <button
        type="button"
        className="button small player-link"
        disabled={!sample}
        onClick={() => showView('recording')}
      >
        Large player and frame settings
      </button>
    </figure>
  );
}

function Caption({ sample }: { sample: RecordingView | null }) {
  if (sample?.kind === 'frames') {
    const { name, className, split } = sample;
    return (
      <>
        class <b>{className}</b>, {split}, {name.slice(name.lastIndexOf('/') + 1)}
      </>
    );
  }
  return (
    <>
      {sample ? (
        <>
          class <b>{sample.className}</b>, {sample.split}, {sample.events.tUs.length} events
          {sample.eventTotal !== undefined && `, the first of ${sample.eventTotal}`}
          {sample.isFromFrames && ' of stored frames'}
        </>
      ) : (
        <span className="muted">no recording yet</span>
      )}
      <span className="key key-on">ON</span>
      <span className="key key-off">OFF</span>
    </>
  );
}

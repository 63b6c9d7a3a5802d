import { useEffect, useRef, useState } from 'react';
import type { RecordingView } from '../../session/ports.ts';
import { shownSummary } from '../../session/sessionStore.ts';
import { Icon } from '../shared/Icon.tsx';
import { useActions, useSession } from '../shared/sessionContext.tsx';
import { EventReplay } from './EventReplay.tsx';
import { PixelCanvas } from './PixelCanvas.tsx';
import { drawImage } from './playerDrawing.ts';

/** Shows the samples one at a time: a recording is replayed, an image stands still. */
export function Player() {
  const summary = useSession(shownSummary);
  const isStandIn = useSession((state) => state.settings.data.source === 'standIn');
  const { recording: load } = useActions();
  const [index, setIndex] = useState(0);
  const [sample, setSample] = useState<RecordingView | null>(null);
  const latest = useRef(0);
  // Stand-in patterns are made when a run is prepared; there is nothing to show before.
  const count = isStandIn ? 0 : (summary?.recordingCount ?? 0);

  // Another summary is another data set, even where it has as many samples.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above.
  useEffect(() => {
    const request = ++latest.current;
    if (count === 0) {
      setSample(null);
      return;
    }
    load(Math.min(index, count - 1)).then((found) => {
      // Answers can overtake each other while someone clicks through the samples.
      if (request === latest.current) setSample(found);
    });
  }, [index, count, load, summary]);

  const go = (by: number) =>
    setIndex((at) => (count === 0 ? 0 : (Math.min(at, count - 1) + by + count) % count));
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
        </>
      ) : (
        <span className="muted">a recording appears here once data is loaded</span>
      )}
      <span className="key key-on">ON</span>
      <span className="key key-off">OFF</span>
    </>
  );
}

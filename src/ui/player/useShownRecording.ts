import { useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { RecordingView } from '../../session/ports.ts';
import { shownSummary } from '../../session/sessionStore.ts';
import { useActions, useSession } from '../shared/sessionContext.tsx';
import { shownRecording } from './shownRecording.ts';

/** The sample that is shown, once it is there; how many there are; which one it is. */
export interface ShownSample {
  sample: RecordingView | null;
  count: number;
  index: number;
}

/** Fetches the shown sample from the recordings that are loaded. */
export function useShownRecording(): ShownSample {
  const summary = useSession(shownSummary);
  const isStandIn = useSession((state) => state.settings.data.source === 'standIn');
  const wanted = useStore(shownRecording, (state) => state.index);
  const { recording: load } = useActions();
  const [sample, setSample] = useState<RecordingView | null>(null);
  const latest = useRef(0);
  // Stand-in patterns are made when a run is prepared; there is nothing to show before.
  const count = isStandIn ? 0 : (summary?.recordingCount ?? 0);
  const index = Math.max(0, Math.min(wanted, count - 1));

  // Another summary is another data set, even where it has as many samples.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above.
  useEffect(() => {
    const request = ++latest.current;
    if (count === 0) {
      setSample(null);
      return;
    }
    load(index).then((found) => {
      // Answers can overtake each other while someone clicks through the samples.
      if (request === latest.current) setSample(found);
    });
  }, [index, count, load, summary]);

  return { sample, count, index };
}

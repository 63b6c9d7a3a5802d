import { useMemo } from 'react';
import type { RunRecord } from '../../session/pinnedRuns.ts';
import { useSession } from '../shared/sessionContext.tsx';
import { useThrottled } from '../shared/useThrottled.ts';

/** Shortest time between two drawings of the charts. */
const REDRAW_MS = 250;

/** The run that the session holds, as charts draw it: refreshed a few times per second. */
export function useRunRecord(): RunRecord {
  const epochs = useThrottled(
    useSession((state) => state.epochs),
    REDRAW_MS,
  );
  const points = useThrottled(
    useSession((state) => state.history.points),
    REDRAW_MS,
  );
  const marks = useSession((state) => state.marks);
  const classCount = useSession((state) => state.run?.classCount ?? 0);
  const forecastBytes = useSession((state) => state.run?.forecastBytes ?? null);
  return useMemo(
    () => ({ epochs, points, marks, classCount, forecastBytes }),
    [epochs, points, marks, classCount, forecastBytes],
  );
}

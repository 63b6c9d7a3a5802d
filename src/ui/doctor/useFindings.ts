import { useMemo } from 'react';
import { diagnose, patientOf } from '../../session/doctor/diagnose.ts';
import type { Finding } from '../../session/doctor/findings.ts';
import { useSession } from '../shared/sessionContext.tsx';
import { useThrottled } from '../shared/useThrottled.ts';

/** Epochs of tiny networks come hundreds per second. */
const LOOK_MS = 500;

/** What keeps the run from learning; null before there is anything to look at. */
export function useFindings(): Finding[] | null {
  const run = useSession((state) => state.run);
  const epochs = useThrottled(
    useSession((state) => state.epochs),
    LOOK_MS,
  );
  return useMemo(() => {
    const patient = patientOf({ run, epochs });
    if (!patient || (epochs.length === 0 && !patient.failure)) return null;
    return diagnose(patient);
  }, [run, epochs]);
}

import { completeSettings } from '../../data/encoding/settings.ts';
import type { StoredSetFacts } from '../ports.ts';
import { clampSchedule } from '../runPreparation.ts';
import { parseSession, SESSION_LIMITS, type Session } from '../session.ts';

/**
 * The session that trains on a stored data set: its name, its counts, and the settings that its frames were made with; all
 * else stays. Null for a set that cannot be read.
 */
export function sessionForStored(session: Session, facts: StoredSetFacts): Session | null {
  const { fingerprint, shape, stepCount, classNames, kind, sampleCount, trainCount, name, encoding } = facts;
  if (!fingerprint || !shape || !classNames || sampleCount === undefined || trainCount === undefined)
    return null;
  const { channels, height, width } = shape;
  const { frame, ...rules } = encoding ? completeSettings(encoding) : {};
  const wanted: Session = {
    ...session,
    data: {
      ...session.data,
      source: 'files',
      name: (name ?? 'stored').slice(0, SESSION_LIMITS.nameLength),
      fingerprint,
      classCount: Math.max(2, classNames.length),
      trainCount: Math.max(1, trainCount),
      testCount: Math.max(1, sampleCount - trainCount),
    },
    encoding: {
      ...session.encoding,
      ...rules,
      input: kind ?? 'events',
      channels,
      height,
      width,
      ...(kind === 'events' && stepCount !== undefined && { stepCount }),
    },
  };
  return clampSchedule(parseSession(wanted));
}
